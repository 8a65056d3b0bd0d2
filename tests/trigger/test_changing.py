"""What an update makes of two objects, and what a conflict is."""

import asyncio

import httpx
import pytest

from hookline.errors import TemporaryError
from hookline.kube.config import connect
from trigger.changing import merged, update

CONFIG = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}}


def _live():
    return True


@pytest.mark.parametrize(
    ("old", "new", "result"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": 0}, {"a": 1}),
        ({"a": True}, {"a": False}, {"a": True}),
        ({"a": "x"}, {"a": ""}, {"a": "x"}),
        ({"a": {"b": 1}}, {"a": {}}, {"a": {"b": 1}}),
        ({"a": [1]}, {"a": []}, {"a": [1]}),
        ({"a": 1}, {"a": None}, {"a": 1}),
        ({}, {"a": None, "b": 0, "c": {}}, {"b": 0, "c": {}}),
        ({"a": 1}, {"a": {"b": 1}}, {"a": {"b": 1}}),
    ],
)
def test_what_is_not_empty_wins(old, new, result):
    assert merged(old, new) == result


def test_a_merge_leaves_both_as_they_were():
    old, new = {"a": {"b": 1}}, {"a": {"c": 2}}
    merged(old, new)

    assert (old, new) == ({"a": {"b": 1}}, {"a": {"c": 2}})


async def test_of_two_updates_at_a_time_one_is_tried_again(cluster):
    metadata = {"name": "a", "namespace": cluster.namespace}
    tree = {**CONFIG, "metadata": metadata, "data": {"n": "0"}}
    await update(cluster.kube, tree, _live)
    failed = []

    async def change(key):
        one = {**CONFIG, "metadata": metadata, "data": {key: "x"}}
        while True:
            try:
                return await update(cluster.kube, one, _live)
            except TemporaryError as error:
                failed.append((error.reason, error.whole_target))

    keys = [f"k{number}" for number in range(8)]
    await asyncio.gather(*map(change, keys))
    stored = await cluster.kube.get("v1", "ConfigMap", cluster.namespace, "a")

    assert stored["data"] == {"n": "0"} | dict.fromkeys(keys, "x")
    assert set(failed) <= {("Conflict", False)}


async def test_an_object_that_another_made_in_between_is_a_conflict(faulty_api, sandbox):
    tree = {**CONFIG, "metadata": {"name": "a", "namespace": "default"}, "data": {"a": "1"}}
    path = "/api/v1/namespaces/default/configmaps"
    api = faulty_api(sandbox.url)

    def made_by_another(method, _path):
        if method == "POST":
            httpx.post(sandbox.url + path, json=tree, trust_env=False).raise_for_status()

    api.before = made_by_another
    kube = await connect(server_url=api.url)
    with pytest.raises(TemporaryError) as caught:
        await update(kube, tree, _live)
    await kube.close()

    assert (caught.value.reason, caught.value.whole_target) == ("Conflict", False)
