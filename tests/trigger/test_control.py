"""What is done with a Workflow that runs: once for an event, and never to what has ended."""

import pytest

from hookline.errors import PermanentError, TemporaryError
from hookline.kube.errors import NotFoundError
from trigger.action import LeaseLostError
from trigger.control import DONE, Command, carry_out

ARGO = "argoproj.io/v1alpha1"
WAITING = {"id": "a", "type": "Suspend", "phase": "Running"}


def command(cluster, operation, key="k1"):
    metadata = {"name": "gate", "namespace": cluster.namespace}
    target = {"apiVersion": ARGO, "kind": "Workflow", "metadata": metadata}
    return Command(operation, target, key, "by us")


def put(cluster, spec=None, status=None, **metadata):
    path = f"/apis/{ARGO}/namespaces/{cluster.namespace}/workflows"
    body = {
        "apiVersion": ARGO,
        "kind": "Workflow",
        "metadata": {"name": "gate", **metadata},
        "spec": spec or {},
        "status": status or {},
    }
    answer = cluster.request("POST", path, json=body)
    assert answer.status_code == 201, answer.text


async def look(cluster):
    return await cluster.kube.get(ARGO, "Workflow", cluster.namespace, "gate")


async def test_a_workflow_that_waits_goes_on(cluster):
    put(cluster, {"suspend": True}, {"nodes": {"a": WAITING, "b": {"phase": "Pending"}}})
    await carry_out(cluster.kube, command(cluster, "resume"), lambda: True)
    live = await look(cluster)

    assert live["spec"] == {}
    assert live["status"]["nodes"]["b"] == {"phase": "Pending"}
    node = live["status"]["nodes"]["a"]
    assert (node["phase"], node["message"], node["id"]) == ("Succeeded", "by us", "a")
    assert node["finishedAt"].endswith("Z")


async def test_a_firing_that_comes_again_opens_no_second_gate(cluster):
    put(cluster, status={"nodes": {"a": WAITING}})
    await carry_out(cluster.kube, command(cluster, "resume"), lambda: True)
    await cluster.kube.patch(
        *(ARGO, "Workflow", cluster.namespace, "gate"),
        b'{"status": {"nodes": {"a": null, "b": {"type": "Suspend", "phase": "Running"}}}}',
        "application/merge-patch+json",
    )
    await carry_out(cluster.kube, command(cluster, "resume"), lambda: True)
    still = (await look(cluster))["status"]["nodes"]["b"]["phase"]
    await carry_out(cluster.kube, command(cluster, "resume", "k2"), lambda: True)
    live = await look(cluster)

    assert still == "Running"
    assert live["status"]["nodes"]["b"]["phase"] == "Succeeded"
    assert live["metadata"]["annotations"][DONE] == "k1,k2"


async def test_only_the_last_firings_are_kept(cluster):
    put(cluster, annotations={DONE: ",".join(f"o{number}" for number in range(30))})
    await carry_out(cluster.kube, command(cluster, "suspend"), lambda: True)
    kept = (await look(cluster))["metadata"]["annotations"][DONE].split(",")

    assert (len(kept), kept[-1]) == (20, "k1")


async def test_who_did_it_before_is_named_no_more(cluster):
    put(cluster, labels={"workflows.argoproj.io/actor": "ada", "a": "b"})
    await carry_out(cluster.kube, command(cluster, "suspend"), lambda: True)

    assert (await look(cluster))["metadata"]["labels"] == {"a": "b"}


@pytest.mark.parametrize("operation", ["resume", "stop", "terminate"])
@pytest.mark.parametrize(
    "ended",
    [
        {"status": {"phase": "Failed"}},
        {"labels": {"workflows.argoproj.io/completed": "true"}},
    ],
)
async def test_what_has_ended_stays_as_it_is(cluster, operation, ended):
    put(cluster, **ended)
    before = await look(cluster)
    await carry_out(cluster.kube, command(cluster, operation), lambda: True)

    assert await look(cluster) == before


async def test_what_has_ended_cannot_be_suspended(cluster):
    put(cluster, status={"phase": "Succeeded"})
    with pytest.raises(PermanentError) as caught:
        await carry_out(cluster.kube, command(cluster, "suspend"), lambda: True)

    assert caught.value.reason == "Completed"


async def test_what_is_not_there_is_tried_again(cluster):
    with pytest.raises(NotFoundError) as caught:
        await carry_out(cluster.kube, command(cluster, "stop"), lambda: True)

    assert caught.value.missing == "object"


async def test_without_the_lease_nothing_is_sent(cluster):
    put(cluster)
    with pytest.raises(LeaseLostError):
        await carry_out(cluster.kube, command(cluster, "stop"), lambda: False)

    assert (await look(cluster))["spec"] == {}


@pytest.mark.parametrize(("changes", "works"), [(4, True), (5, False)])
async def test_a_change_in_between_is_tried_again_at_once_and_then_later(cluster, changes, works):
    put(cluster)
    left = iter(range(changes))

    class Busy:
        """The door to the cluster, in which somebody else is faster a few times."""

        async def get(self, *who):
            live = await cluster.kube.get(*who)
            for number in left:
                body = b'{"spec": {"parallelism": %d}}' % (number + 1)
                await cluster.kube.patch(*who, body, "application/merge-patch+json")
                break
            return live

        async def patch(self, *args):
            return await cluster.kube.patch(*args)

    if works:
        await carry_out(Busy(), command(cluster, "stop"), lambda: True)
    else:
        with pytest.raises(TemporaryError) as caught:
            await carry_out(Busy(), command(cluster, "stop"), lambda: True)
        assert caught.value.reason == "Conflict"
    assert ((await look(cluster))["spec"].get("shutdown") == "Stop") is works
