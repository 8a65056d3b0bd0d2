"""The objects on disk."""

import sqlite3
from contextlib import closing

import orjson
import pytest

from server.sandbox.errors import SandboxError
from server.sandbox.store import Key, Store


@pytest.fixture
def store(tmp_path):
    with closing(Store(tmp_path / "objects.db")) as store:
        yield store


def put(store, name, kind="ADDED", namespace="default", **labels):
    key = Key("workflows", namespace, name)
    store.write(key, {"metadata": {"name": name, "labels": labels}}, kind)
    return key


def names(rows):
    return [row.name for row in rows]


def test_every_write_has_the_next_version(store):
    key = put(store, "one")
    first = store.version
    put(store, "one", "MODIFIED")
    put(store, "one", "DELETED")
    assert store.version == first + 2
    assert [one.version for one in store.history.after(first - 1)] == [first, first + 1, first + 2]
    assert store.get(key) is None


def test_a_version_is_never_used_twice_even_when_its_object_is_gone(tmp_path):
    path = tmp_path / "objects.db"
    with closing(Store(path)) as store:
        put(store, "one")
        put(store, "one", "DELETED")
        last = store.version
    with closing(Store(path)) as store:
        assert store.version == last
        put(store, "two")
        assert store.version == last + 1
        assert store.history.horizon == last


def test_objects_are_there_when_the_file_is_opened_again(tmp_path):
    path = tmp_path / "objects.db"
    with closing(Store(path)) as store:
        key = put(store, "one", a="b")
        body = store.get(key)
    with closing(Store(path)) as store:
        assert store.get(key) == body
        assert names(store.rows("workflows", label=("a", "b"))) == ["one"]


def test_rows_come_by_namespace_and_name_from_a_place_on(store):
    for namespace, name in (("b", "x"), ("a", "z"), ("a", "y")):
        put(store, name, namespace=namespace)
    assert names(store.rows("workflows")) == ["y", "z", "x"]
    assert names(store.rows("workflows", after=("a", "y"))) == ["z", "x"]
    assert names(store.rows("workflows", "a")) == ["y", "z"]
    assert names(store.rows("workflows", "a", after=("a", "y"))) == ["z"]
    assert names(store.rows("pods")) == []


def test_the_index_of_labels_follows_every_change(store):
    put(store, "one", a="b")
    put(store, "two", a="b", c="d")
    assert names(store.rows("workflows", label=("a", "b"))) == ["one", "two"]
    put(store, "one", "MODIFIED", a="x")
    assert names(store.rows("workflows", label=("a", "b"))) == ["two"]
    assert names(store.rows("workflows", label=("a", "x"))) == ["one"]
    put(store, "two", "DELETED")
    assert names(store.rows("workflows", label=("a", "b"))) == []
    put(store, "two")
    assert names(store.rows("workflows", label=("c", "d"))) == []


def test_a_write_that_fails_leaves_nothing_behind(store):
    key = put(store, "one", a="b")
    before, version = store.get(key), store.version
    with pytest.raises(sqlite3.Error):
        put(store, "one", "MODIFIED", a={"not": "text"})
    assert (store.get(key), store.version) == (before, version)
    assert names(store.rows("workflows", label=("a", "b"))) == ["one"]
    put(store, "two")
    assert store.version == version + 1


def test_a_change_carries_the_labels_of_before(store):
    put(store, "one", a="b")
    put(store, "one", "MODIFIED", c="d")
    added, modified = store.history.after(store.version - 2)
    assert (added.before, added.labels) == (None, {"a": "b"})
    assert (modified.before, modified.labels) == ({"a": "b"}, {"c": "d"})
    assert orjson.loads(modified.body)["metadata"]["resourceVersion"] == str(store.version)


def test_a_file_belongs_to_one_process(tmp_path, store):
    with pytest.raises(SandboxError, match=r"objects.db: cannot be used.*locked"):
        Store(tmp_path / "objects.db")


def test_a_file_that_is_no_store_is_refused(tmp_path):
    path = tmp_path / "text.db"
    path.write_text("this is not a database, it is a text of some length " * 10)
    with pytest.raises(SandboxError, match="not a database"):
        Store(path)


def test_a_folder_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SandboxError, match="cannot be used"):
        Store(tmp_path / "none" / "objects.db")


def test_a_file_is_free_again_when_its_store_is_closed(tmp_path, store):
    path = tmp_path / "objects.db"
    with pytest.raises(SandboxError):
        Store(path)
    store.close()
    Store(path).close()


def test_a_store_in_memory_needs_no_file():
    with closing(Store(None)) as store:
        assert store.get(put(store, "one"))
