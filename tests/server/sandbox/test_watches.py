"""Watching objects, in the sandbox and in Kubernetes."""

import json

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
MERGE = {"Content-Type": "application/merge-patch+json"}


def told(events):
    return [(event["type"], event["object"]["metadata"]["name"]) for event in events]


def label(api, name, **labels):
    patch = {"metadata": {"labels": labels}}
    assert api.client.patch(f"{api.workflows}/{name}", json=patch, headers=MERGE).is_success


def test_a_watch_from_a_version_tells_what_happened_since(api):
    api.create("before")
    version = api.version()
    api.create("one")
    label(api, "one", a="b")
    api.client.delete(f"{api.workflows}/one")
    events = api.watch(resourceVersion=version)
    assert told(events) == [("ADDED", "one"), ("MODIFIED", "one"), ("DELETED", "one")]
    versions = [int(event["object"]["metadata"]["resourceVersion"]) for event in events]
    assert versions == sorted(set(versions))
    assert versions[0] > int(version)


def test_a_watch_without_a_version_begins_with_what_is_there(api):
    for name in ("a", "b"):
        api.create(name)
    assert sorted(told(api.watch())) == [("ADDED", "a"), ("ADDED", "b")]


def test_a_watch_tells_what_happens_while_it_runs(api):
    query = {"watch": "true", "resourceVersion": api.version(), "timeoutSeconds": 20}
    with api.client.stream("GET", api.workflows, params=query) as answer:
        assert answer.headers["content-type"].startswith("application/json")
        lines = answer.iter_lines()
        for name in ("one", "two"):
            api.create(name)
            event = json.loads(next(line for line in lines if line))
            assert told([event]) == [("ADDED", name)]


def test_a_watch_ends_after_its_time(api):
    assert api.watch(seconds=1, resourceVersion=api.version()) == []


def test_objects_enter_and_leave_the_selection_of_a_watch(api):
    version = api.version()
    api.create("one", labels={"a": "b"})
    api.create("other")
    label(api, "one", c="d")
    label(api, "one", a="x")
    label(api, "one", e="f")
    label(api, "one", a="b")
    api.client.delete(f"{api.workflows}/one")
    events = api.watch(resourceVersion=version, labelSelector="a=b")
    kinds = [event["type"] for event in events]
    assert kinds == ["ADDED", "MODIFIED", "DELETED", "ADDED", "DELETED"]
    assert {event["object"]["metadata"]["name"] for event in events} == {"one"}


def test_one_object_can_be_watched_by_its_name(api):
    version = api.version()
    for name in ("one", "two"):
        api.create(name)
    events = api.watch(resourceVersion=version, fieldSelector="metadata.name=two")
    assert told(events) == [("ADDED", "two")]


def test_a_watch_across_namespaces_tells_of_all(api):
    version = api.version()
    api.create("one")
    query = {"watch": "true", "resourceVersion": version, "timeoutSeconds": 1}
    answer = api.client.get("/apis/argoproj.io/v1alpha1/workflows", params=query)
    events = [json.loads(line) for line in answer.text.splitlines() if line]
    assert api.namespace in {event["object"]["metadata"]["namespace"] for event in events}


def test_a_watch_from_before_all_memory_is_told_to_list_again(api):
    (event,) = api.watch(resourceVersion="1")
    assert event["type"] == "ERROR"
    status = event["object"]
    assert (status["kind"], status["code"], status["reason"]) == ("Status", 410, "Expired")
    assert status["message"].startswith("too old resource version: 1 (")


def test_a_watch_can_ask_for_what_is_there_and_a_mark_at_its_end(api):
    api.create("one")
    query = {
        "sendInitialEvents": "true",
        "resourceVersionMatch": "NotOlderThan",
        "allowWatchBookmarks": "true",
    }
    events = api.watch(**query)
    assert [event["type"] for event in events[:2]] == ["ADDED", "BOOKMARK"]
    annotations = events[1]["object"]["metadata"]["annotations"]
    assert annotations == {"k8s.io/initial-events-end": "true"}
    assert int(events[1]["object"]["metadata"]["resourceVersion"]) > 0


def test_a_watch_can_come_as_tables(api):
    api.create("one")
    query = {"watch": "true", "timeoutSeconds": 1}
    answer = api.client.get(api.workflows, params=query, headers={"Accept": TABLE})
    (event,) = [json.loads(line) for line in answer.text.splitlines() if line]
    assert (event["type"], event["object"]["kind"]) == ("ADDED", "Table")
    assert event["object"]["rows"][0]["cells"][0] == "one"


def test_a_watch_that_cannot_be_is_refused_at_once(api):
    query = {"watch": "true", "labelSelector": "a=b=c"}
    answer = api.client.get(api.workflows, params=query)
    assert (answer.status_code, answer.json()["reason"]) == (400, "BadRequest")


def test_the_sandbox_tells_a_watch_from_a_version_yet_to_come_to_list_again(box):
    """A store made anew has smaller versions than its clients remember; Kubernetes waits."""
    (event,) = box.watch(resourceVersion=10**9)
    assert (event["type"], event["object"]["code"]) == ("ERROR", 410)
