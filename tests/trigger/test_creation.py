"""One event, one object: creating again is harmless, and another's name is not ours."""

import pytest
from aiohttp import web
from faulty_api import Answer

from hookline.errors import PermanentError, TemporaryError
from hookline.kube.config import connect
from hookline.kube.errors import ForbiddenError, NotFoundError
from trigger.action import LeaseLostError
from trigger.creation import create_once
from trigger.marks import IDENTITY, TIME_LABEL, mark

API = "argoproj.io/v1alpha1"


def _live():
    return True


@pytest.fixture
def order(at, event, due):
    """A marked Workflow for an event, ready to be created in a namespace."""

    def _order(namespace, event_id="e1", **metadata):
        tree = {
            "apiVersion": API,
            "kind": "Workflow",
            "metadata": {"namespace": namespace, **(metadata or {"generateName": "flip-"})},
            "spec": {"entrypoint": "main"},
        }
        return mark(tree, at, due(event({}, event_id)))

    return _order


async def test_the_object_is_made_and_named(cluster, order):
    tree = order(cluster.namespace)
    made = await create_once(cluster.kube, tree, _live, repeat=False)

    assert made["name"] == tree["metadata"]["name"]
    assert made["uid"]
    assert (made["apiVersion"], made["kind"]) == (API, "Workflow")
    assert made["namespace"] == cluster.namespace
    assert cluster.names() == [made["name"]]


async def test_upstreams_time_label_is_set_at_the_moment_of_the_create(cluster, order):
    tree = order(cluster.namespace)
    made = await create_once(cluster.kube, tree, _live, repeat=False)
    stored = await cluster.kube.get(API, "Workflow", cluster.namespace, made["name"])

    assert int(stored["metadata"]["labels"][TIME_LABEL]) > 1_700_000_000_000
    assert TIME_LABEL not in tree["metadata"]["labels"], "the order stays the same every time"


@pytest.mark.parametrize("repeat", [False, True])
@pytest.mark.parametrize("metadata", [{"generateName": "flip-"}, {"name": "flip"}])
async def test_creating_again_finds_the_first(cluster, order, repeat, metadata):
    tree = order(cluster.namespace, **metadata)
    first = await create_once(cluster.kube, tree, _live, repeat=False)
    again = await create_once(cluster.kube, tree, _live, repeat=repeat)

    assert again == first
    assert len(cluster.names()) == 1


async def test_a_repeat_finds_its_object_by_label_whatever_its_name(cluster, order):
    tree = order(cluster.namespace)
    labels = {IDENTITY: tree["metadata"]["labels"][IDENTITY]}
    cluster.put("renamed", labels=labels)

    found = await create_once(cluster.kube, tree, _live, repeat=True)

    assert found["name"] == "renamed"
    assert cluster.names() == ["renamed"]


async def test_two_events_make_two_objects(cluster, order):
    for event_id in ("e1", "e2"):
        await create_once(cluster.kube, order(cluster.namespace, event_id), _live, repeat=True)

    assert len(cluster.names()) == 2


async def test_a_fixed_name_of_another_is_taken(cluster, order):
    cluster.put("flip")
    with pytest.raises(PermanentError) as caught:
        await create_once(cluster.kube, order(cluster.namespace, name="flip"), _live, repeat=False)

    assert caught.value.reason == "NameTaken"
    assert f"Workflow {cluster.namespace}/flip" in str(caught.value)


async def test_a_fixed_name_of_another_event_is_taken(cluster, order):
    first = order(cluster.namespace, "e1", name="flip")
    await create_once(cluster.kube, first, _live, repeat=False)
    second = order(cluster.namespace, "e2", name="flip")
    with pytest.raises(PermanentError) as caught:
        await create_once(cluster.kube, second, _live, repeat=True)

    assert caught.value.reason == "NameTaken"


async def test_our_name_on_an_object_that_is_not_ours_is_taken(cluster, order):
    tree = order(cluster.namespace)
    cluster.put(tree["metadata"]["name"])
    with pytest.raises(PermanentError) as caught:
        await create_once(cluster.kube, tree, _live, repeat=False)

    assert caught.value.reason == "NameTaken"


async def test_a_lost_lease_creates_nothing(cluster, order):
    with pytest.raises(LeaseLostError):
        await create_once(cluster.kube, order(cluster.namespace), lambda: False, repeat=True)

    assert cluster.names() == []


async def test_the_lease_is_asked_for_after_the_lookup(cluster, order):
    tree = order(cluster.namespace)
    made = await create_once(cluster.kube, tree, _live, repeat=False)

    assert await create_once(cluster.kube, tree, lambda: False, repeat=True) == made


async def test_an_object_of_ours_that_is_being_deleted_was_made(cluster, order):
    tree = order(cluster.namespace)
    name = tree["metadata"]["name"]
    cluster.put(name, finalizers=["test.example/stay"])
    cluster.delete(name)

    made = await create_once(cluster.kube, tree, _live, repeat=False)

    assert made["name"] == name


async def test_a_fixed_name_is_waited_for_while_anothers_object_is_being_deleted(cluster, order):
    cluster.put("flip", finalizers=["test.example/stay"])
    cluster.delete("flip")
    with pytest.raises(TemporaryError) as caught:
        await create_once(cluster.kube, order(cluster.namespace, name="flip"), _live, repeat=False)

    assert (caught.value.reason, caught.value.whole_target) == ("NameBusy", False)


def _status(code, reason, **details):
    body = {"kind": "Status", "reason": reason, "message": reason, "details": details}
    return web.json_response(body, status=code)


@pytest.fixture
async def vanishing(serve):
    """A door to a server where every name exists for a create and is gone for a get."""

    async def handle(request):
        if request.method == "POST":
            return _status(409, "AlreadyExists")
        name = request.path.rpartition("/")[2]
        return _status(404, "NotFound", name=name, kind="workflows")

    async with serve(handle) as url:
        kube = await connect(server_url=url)
        yield kube
        await kube.close()


async def test_an_object_of_our_name_that_is_gone_at_once_was_made(vanishing, order):
    tree = order("default")
    made = await create_once(vanishing, tree, _live, repeat=False)

    assert (made["name"], made["uid"]) == (tree["metadata"]["name"], "")


async def test_a_fixed_name_that_is_free_again_is_tried_again(vanishing, order):
    with pytest.raises(TemporaryError) as caught:
        await create_once(vanishing, order("default", name="flip"), _live, repeat=False)

    assert caught.value.reason == "NameBusy"


@pytest.mark.parametrize(
    ("answer", "reason", "delay"),
    [
        (Answer(500), "Http500", None),
        (Answer(429, {"Retry-After": "7"}), "Http429", 7.0),
        (Answer(504), "Http504", None),
        (Answer(0), "NoAnswer", None),
    ],
    ids=["500", "429", "504", "silence"],
)
async def test_a_failure_after_the_create_makes_no_second_object(
    faulty_api, sandbox, order, answer, reason, delay
):
    api = faulty_api(sandbox.url)
    kube = await connect(server_url=api.url)
    tree = order("default")
    api.after = lambda method, _path: answer if method == "POST" else None
    with pytest.raises(TemporaryError) as caught:
        await create_once(kube, tree, _live, repeat=False)
    assert (caught.value.reason, caught.value.delay) == (reason, delay)
    assert caught.value.whole_target

    api.after = lambda _method, _path: None
    again = await create_once(kube, tree, _live, repeat=True)
    blind = await create_once(kube, tree, _live, repeat=False)
    await kube.close()

    assert again == blind
    creates = [method for method, _ in api.asked if method == "POST"]
    assert len(creates) == 2, "the repeat found it by label and created nothing"
    assert [item["metadata"]["name"] for item in sandbox.objects("workflows")] == [again["name"]]


async def test_an_unknown_type_is_waited_for(cluster, order):
    tree = {**order(cluster.namespace), "apiVersion": "nowhere.example/v1", "kind": "Thing"}
    with pytest.raises(NotFoundError) as caught:
        await create_once(cluster.kube, tree, _live, repeat=False)

    assert (caught.value.missing, caught.value.whole_target) == ("type", True)


async def test_a_missing_namespace_is_waited_for(kube_api, order):
    kube = await connect(kubeconfig=str(kube_api.kubeconfig()))
    with pytest.raises(NotFoundError) as caught:
        await create_once(kube, order("not-made-yet"), _live, repeat=False)
    await kube.close()

    assert caught.value.missing == "namespace"


async def test_a_missing_right_is_named_and_works_when_it_is_granted(kube_api, order):
    namespace = kube_api.new_namespace()
    workflows = {"apiGroups": ["argoproj.io"], "resources": ["workflows"]}
    token = kube_api.service_account(namespace, "worker", [{**workflows, "verbs": ["get"]}])
    kube = await connect(kubeconfig=str(kube_api.kubeconfig(token)))
    tree = order(namespace)
    with pytest.raises(ForbiddenError) as caught:
        await create_once(kube, tree, _live, repeat=False)
    assert f"a Role in namespace {namespace} needs the rule" in str(caught.value)
    assert 'resources: ["workflows"], verbs: ["create"]' in str(caught.value)

    verbs = ["create", "get", "list"]
    kube_api.service_account(namespace, "worker", [{**workflows, "verbs": verbs}])
    made = await create_once(kube, tree, _live, repeat=True)
    await kube.close()

    assert made["uid"]


async def test_an_object_that_the_api_finds_invalid_is_given_up(kube_api, order):
    kube = await connect(kubeconfig=str(kube_api.kubeconfig()))
    tree = order(kube_api.new_namespace())
    del tree["spec"]
    with pytest.raises(PermanentError) as caught:
        await create_once(kube, tree, _live, repeat=False)
    await kube.close()

    assert caught.value.reason == "Invalid"
