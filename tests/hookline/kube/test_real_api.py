"""The verbs of the door, on a real API server."""

import json

import pytest

from hookline.errors import TemporaryError
from hookline.kube.client import MERGE
from hookline.kube.config import connect
from hookline.kube.errors import AlreadyExistsError, ForbiddenError, NotFoundError

ARGO = "argoproj.io/v1alpha1"


@pytest.fixture
async def kube(kube_api):
    client = await connect(kubeconfig=str(kube_api.kubeconfig()))
    yield client
    await client.close()


def _workflow(name, **labels):
    metadata = {"name": name, "labels": labels}
    spec = {"entrypoint": "main"}
    tree = {"apiVersion": ARGO, "kind": "Workflow", "metadata": metadata, "spec": spec}
    return json.dumps(tree).encode()


async def test_the_verbs_see_what_each_other_did(kube, kube_api):
    home = kube_api.new_namespace()
    made = await kube.create(ARGO, "Workflow", home, _workflow("one", a="b"))
    read = await kube.get(ARGO, "Workflow", home, "one")
    listed = await kube.list(ARGO, "Workflow", home, "a=b")
    others = await kube.list(ARGO, "Workflow", home, "a=c")

    assert made["metadata"]["uid"] == read["metadata"]["uid"]
    assert [each["metadata"]["name"] for each in listed] == ["one"]
    assert others == []

    await kube.delete(ARGO, "Workflow", home, "one")
    with pytest.raises(NotFoundError) as caught:
        await kube.get(ARGO, "Workflow", home, "one")
    assert caught.value.missing == "object"


async def test_a_name_is_given_once(kube, kube_api):
    home = kube_api.new_namespace()
    await kube.create(ARGO, "Workflow", home, _workflow("one"))

    with pytest.raises(AlreadyExistsError):
        await kube.create(ARGO, "Workflow", home, _workflow("one"))


async def test_kinds_of_the_core_and_of_groups_are_discovered(kube):
    assert (await kube.discover("v1", "Endpoints")).plural == "endpoints"
    assert not (await kube.discover("v1", "Namespace")).namespaced
    assert (await kube.discover("batch/v1", "Job")).plural == "jobs"


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [("nowhere.example/v1", "Thing"), ("batch/v9", "Job"), ("batch/v1", "Jab")],
)
async def test_unknown_types_are_told_from_missing_objects(kube, api_version, kind):
    with pytest.raises(NotFoundError) as caught:
        await kube.get(api_version, kind, "default", "x")

    assert (caught.value.missing, caught.value.whole_target) == ("type", True)


async def test_a_type_that_is_served_no_more_is_an_unknown_type(kube, kube_api):
    """The well-known path of a kind whose definition is not installed."""
    with pytest.raises(NotFoundError) as caught:
        await kube.create("argoproj.io/v9", "Workflow", "default", _workflow("one"))

    assert caught.value.missing == "type"


async def test_a_missing_namespace_is_told_from_a_missing_type(kube):
    with pytest.raises(NotFoundError) as caught:
        await kube.create(ARGO, "Workflow", "not-made", _workflow("one"))

    assert (caught.value.missing, caught.value.whole_target) == ("namespace", False)


async def test_a_missing_right_is_named_as_the_rule_to_paste(kube_api):
    home = kube_api.new_namespace()
    token = kube_api.service_account(home, "powerless", [])
    client = await connect(kubeconfig=str(kube_api.kubeconfig(token)))
    for verb, request in (
        ("create", client.create(ARGO, "Workflow", home, _workflow("one"))),
        ("get", client.get(ARGO, "Workflow", home, "one")),
        ("list", client.list(ARGO, "Workflow", home, "a=b")),
        ("update", client.replace(ARGO, "Workflow", home, "one", _workflow("one"))),
        ("patch", client.patch(ARGO, "Workflow", home, "one", _workflow("one"), MERGE)),
        ("delete", client.delete(ARGO, "Workflow", home, "one")),
    ):
        with pytest.raises(ForbiddenError) as caught:
            await request
        rule = f'{{apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["{verb}"]}}'
        assert f"a Role in namespace {home} needs the rule {rule}" in str(caught.value)
    await client.close()


async def test_a_wrong_token_is_unauthorized(kube_api):
    client = await connect(kubeconfig=str(kube_api.kubeconfig("nobody's")))
    with pytest.raises(TemporaryError) as caught:
        await client.list(ARGO, "Workflow", "default", "a=b")
    await client.close()

    assert (caught.value.reason, caught.value.whole_target) == ("Unauthorized", True)


async def test_bytes_that_are_no_object_are_a_bad_request(kube):
    with pytest.raises(Exception, match="BadRequest"):
        await kube.create(ARGO, "Workflow", "default", b"{")


async def test_an_object_is_replaced_only_as_it_was_read(kube, kube_api):
    home = kube_api.new_namespace()
    made = await kube.create(ARGO, "Workflow", home, _workflow("one"))
    changed = {**made, "spec": {"entrypoint": "other"}}
    stored = await kube.replace(ARGO, "Workflow", home, "one", json.dumps(changed).encode())
    assert stored["spec"] == {"entrypoint": "other"}

    with pytest.raises(TemporaryError) as caught:
        await kube.replace(ARGO, "Workflow", home, "one", json.dumps(made).encode())
    assert (caught.value.reason, caught.value.whole_target) == ("Conflict", False)


async def test_a_patch_changes_a_part(kube, kube_api):
    home = kube_api.new_namespace()
    await kube.create(ARGO, "Workflow", home, _workflow("one"))
    stored = await kube.patch(ARGO, "Workflow", home, "one", b'{"spec": {"suspend": true}}', MERGE)

    assert stored["spec"] == {"entrypoint": "main", "suspend": True}
