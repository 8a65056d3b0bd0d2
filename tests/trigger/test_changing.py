"""What an update makes of two objects, and what a conflict is."""

import asyncio

import pytest

from hookline.errors import TemporaryError
from hookline.kube.client import JSON_PATCH, MERGE
from hookline.kube.config import connect
from trigger.changing import amend, delete, edit, merged, patch, update

MERGE_PATCH = {"Content-Type": MERGE}
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


@pytest.fixture
async def watched(cluster, faulty_api):
    """A door to the cluster through which somebody else's request is made first, once.

    `watched(method, request, …)`: right before the first request of that method.
    """
    api = faulty_api(cluster.url, cluster.client)
    kube = await connect(server_url=api.url)

    def first(method, *request, **content):
        waiting = [request]

        def before(asked, _path):
            if asked == method and waiting:
                cluster.request(*waiting.pop(), **content).raise_for_status()

        api.before = before
        return kube

    yield first
    await kube.close()


@pytest.fixture
def config(cluster):
    """The ConfigMap `a` of the test's namespace, and the path of all of them."""
    metadata = {"name": "a", "namespace": cluster.namespace}
    path = f"/api/v1/namespaces/{cluster.namespace}/configmaps"
    return {**CONFIG, "metadata": metadata, "data": {"a": "1"}}, path


async def test_an_object_that_another_made_in_between_is_a_conflict(config, watched):
    tree, path = config
    kube = watched("POST", "POST", path, json=tree)
    with pytest.raises(TemporaryError) as caught:
        await update(kube, tree, _live)

    assert (caught.value.reason, caught.value.whole_target) == ("Conflict", False)


@pytest.mark.parametrize("how", ["update", "edit"])
async def test_a_change_between_read_and_write_is_a_conflict_and_the_next_attempt_has_both(
    cluster, config, watched, how
):
    tree, path = config
    cluster.request("POST", path, json=tree).raise_for_status()
    kube = watched(
        "PUT", "PATCH", f"{path}/a", content='{"data": {"theirs": "x"}}', headers=MERGE_PATCH
    )

    async def attempt():
        if how == "update":
            return await update(kube, {**tree, "data": {"ours": "y"}}, _live)
        return await edit(kube, tree, _with_ours, _live)

    with pytest.raises(TemporaryError) as caught:
        await attempt()
    assert (caught.value.reason, caught.value.whole_target) == ("Conflict", False)
    between = cluster.request("GET", f"{path}/a").json()["data"]
    await attempt()
    after = cluster.request("GET", f"{path}/a").json()["data"]

    assert between == {"a": "1", "theirs": "x"}
    assert after == {"a": "1", "theirs": "x", "ours": "y"}


def _with_ours(live):
    return {**live, "data": {**live["data"], "ours": "y"}}


@pytest.mark.parametrize("strategy", [MERGE, JSON_PATCH])
async def test_a_patch_is_in_no_conflict_with_what_happens_beside_it(
    cluster, config, watched, strategy
):
    tree, path = config
    cluster.request("POST", path, json=tree).raise_for_status()
    kube = watched(
        "PATCH", "PATCH", f"{path}/a", content='{"data": {"theirs": "x"}}', headers=MERGE_PATCH
    )
    if strategy == MERGE:
        await patch(kube, {**tree, "data": {"ours": "y"}}, _live, media=MERGE)
    else:
        operations = [{"op": "add", "path": "/data/ours", "value": "y"}]
        await amend(kube, {**tree, "patch": operations}, _live)
    after = cluster.request("GET", f"{path}/a").json()["data"]

    assert after == {"a": "1", "theirs": "x", "ours": "y"}


async def test_an_object_that_another_deletes_in_between_is_deleted(cluster, config, watched):
    tree, path = config
    cluster.request("POST", path, json=tree).raise_for_status()
    kube = watched("DELETE", "DELETE", f"{path}/a")
    gone = await delete(kube, tree, _live)

    assert gone["name"] == "a"
    assert cluster.request("GET", f"{path}/a").status_code == 404


async def test_an_object_that_another_deletes_before_the_write_is_tried_again(
    cluster, config, watched
):
    tree, path = config
    cluster.request("POST", path, json=tree).raise_for_status()
    kube = watched("PUT", "DELETE", f"{path}/a")
    with pytest.raises(TemporaryError):
        await update(kube, tree, _live)
    await update(kube, tree, _live)

    assert cluster.request("GET", f"{path}/a").json()["data"] == {"a": "1"}
