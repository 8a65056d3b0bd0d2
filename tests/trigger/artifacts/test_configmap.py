"""An object in a ConfigMap, in the sandbox and in a real cluster."""

import pytest

from hookline.errors import PermanentError, TemporaryError
from trigger.action import Doors
from trigger.config_maps import ConfigMaps

SENSOR = """
template:
  name: start
  argoWorkflow:
    operation: submit
    source: {configmap: {name: workflows, key: hello}}
    parameters:
    - {src: {dependencyName: push, dataKey: b}, dest: spec.entrypoint}
"""
WORKFLOW = """
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: "${{ $.push.a }}-"}
spec: {entrypoint: none}
"""


@pytest.fixture
def put(cluster):
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps"

    def _put(**data):
        body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "workflows"}}
        cluster.request("DELETE", f"{path}/workflows")
        assert cluster.request("POST", path, json={**body, "data": data}).status_code == 201

    return _put


@pytest.fixture
def fire(cluster, read, event, due):
    trigger, mistakes = read(SENSOR, namespace=cluster.namespace)
    assert mistakes == []

    async def _fire(doors, event_id="e1", *, repeat=False, **data):
        happened = event({"a": "1", "b": "main", **data}, event_id)
        order = trigger.launcher.order({"push": happened}, due(happened))
        assert order.object is None
        return await trigger.launcher.launch(order, doors, lambda: True, repeat=repeat)

    return _fire


async def test_the_workflow_in_it_is_submitted_once(cluster, put, fire):
    put(hello=WORKFLOW)
    doors = Doors(kube=cluster.kube)
    made = await fire(doors)
    again = await fire(doors, repeat=True)
    stored = await cluster.kube.get(made["apiVersion"], "Workflow", cluster.namespace, made["name"])

    assert made == again
    assert made["name"].startswith("1-")
    assert stored["spec"] == {"entrypoint": "main"}


async def test_a_changed_one_counts_when_the_old_one_has_had_its_time(cluster, put, fire):
    put(hello=WORKFLOW)
    doors = Doors(kube=cluster.kube, config_maps=ConfigMaps(kept=0))
    await fire(doors)
    put(hello=WORKFLOW.replace("}}-", "}}-new-"))

    assert (await fire(doors, "e2"))["name"].startswith("1-new-")


async def test_without_it_the_event_waits(cluster, put, fire):
    doors = Doors(kube=cluster.kube, config_maps=ConfigMaps(kept=0))
    for prepare in (lambda: None, lambda: put(other="x")):
        prepare()
        with pytest.raises(TemporaryError) as caught:
            await fire(doors)
        assert (caught.value.reason, caught.value.whole_target) == ("NoSource", True)
    put(hello="kind: [")
    with pytest.raises(TemporaryError) as caught:
        await fire(doors)
    assert (caught.value.reason, caught.value.whole_target) == ("BadSource", True)

    put(hello=WORKFLOW)
    assert await fire(doors)


async def test_an_event_that_cannot_fill_it_is_permanent(cluster, put, fire):
    put(hello=WORKFLOW.replace("$.push.a", "$.push.missing"))
    with pytest.raises(PermanentError):
        await fire(Doors(kube=cluster.kube))


def test_name_and_key_are_needed(read):
    _, mistakes = read(SENSOR.replace(", key: hello", ""))

    assert [each.code for each in mistakes] == ["missing-field"]
