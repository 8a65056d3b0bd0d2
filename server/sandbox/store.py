"""The objects on disk: one SQLite file, one process, one rising resourceVersion for all."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from server.sandbox.errors import SandboxError
from server.sandbox.history import Change, ChangeKind, History

_TABLES = """
CREATE TABLE IF NOT EXISTS objects (
    id INTEGER PRIMARY KEY, resource TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
    body BLOB NOT NULL, UNIQUE (resource, namespace, name));
CREATE TABLE IF NOT EXISTS labels (
    resource TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, object INTEGER NOT NULL,
    PRIMARY KEY (resource, key, value, object)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS clock (one INTEGER PRIMARY KEY CHECK (one = 1), version INTEGER);
INSERT OR IGNORE INTO clock VALUES (1, 1);
"""
_FIND = "SELECT id, body FROM objects WHERE resource = ? AND namespace = ? AND name = ?"
_PAGE = "SELECT namespace, name, body FROM objects WHERE resource = ?"
_PAGE_BY_LABEL = (
    "SELECT namespace, name, body FROM labels CROSS JOIN objects ON objects.id = labels.object "
    "WHERE labels.resource = ? AND labels.key = ? AND labels.value = ?"
)
_UNLABEL = "DELETE FROM labels WHERE resource = ? AND key = ? AND value = ? AND object = ?"


class Key(NamedTuple):
    """Where an object is; the namespace of a cluster-wide one is empty."""

    resource: str
    namespace: str
    name: str


class Row(NamedTuple):
    """One stored object, its body as JSON."""

    namespace: str
    name: str
    body: bytes


class Store:
    """All objects, in a file (or in memory when `path` is None).

    A write is in the file's journal when it returns, so it survives the end of the process.

    Attributes:
        version: the resourceVersion of the last write.
        history: the last changes, for watches.

    Raises:
        SandboxError: the file is used by another process, or is no file of ours.
    """

    def __init__(self, path: Path | None) -> None:
        try:
            self._connection = _open(path)
        except sqlite3.Error as error:
            raise SandboxError(f"{path}: cannot be used by the sandbox: {error}") from error
        (self.version,) = self._connection.execute("SELECT version FROM clock").fetchone()
        self.history = History(self.version)

    def close(self) -> None:
        """End all watches and close the file."""
        self.history.close()
        self._connection.close()

    def get(self, key: Key) -> bytes | None:
        """Return an object as JSON, or None."""
        row = self._connection.execute(_FIND, key).fetchone()
        return row[1] if row else None

    def rows(
        self,
        resource: str,
        namespace: str | None = None,
        *,
        after: tuple[str, str] | None = None,
        label: tuple[str, str] | None = None,
    ) -> Iterator[Row]:
        """Return objects in the order of namespace and name; to be used up before a write.

        Args:
            resource: the type.
            namespace: only there.
            after: only those behind this (namespace, name).
            label: only those with this (key, value).
        """
        query, values = (_PAGE_BY_LABEL, [resource, *label]) if label else (_PAGE, [resource])
        if namespace is not None:
            query += " AND namespace = ?"
            values.append(namespace)
        if after:
            query += " AND (namespace, name) > (?, ?)"
            values += after
        found = self._connection.execute(query + " ORDER BY namespace, name", values)
        return map(Row._make, found)

    def keys_in(self, namespace: str) -> list[Key]:
        """Return where every object of a namespace is."""
        query = "SELECT resource, namespace, name FROM objects WHERE namespace = ?"
        return [Key._make(row) for row in self._connection.execute(query, [namespace])]

    def write(self, key: Key, tree: dict[str, Any], kind: ChangeKind) -> bytes:
        """Write (or delete) an object and tell the watchers.

        Its resourceVersion is set in `tree`. Returns the object as JSON.
        """
        version = self.version + 1
        tree["metadata"]["resourceVersion"] = str(version)
        body = orjson.dumps(tree)
        with self._transaction(version):
            before = self._take_away(key, keep=kind != "DELETED")
            if kind != "DELETED":
                self._put(key, body, tree["metadata"].get("labels", {}))
        self.version = version
        labels = tree["metadata"].get("labels", {})
        self.history.add(Change(version, kind, *key, labels, before, body))
        return body

    @contextmanager
    def _transaction(self, version: int) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("UPDATE clock SET version = ?", [version])
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _take_away(self, key: Key, *, keep: bool) -> dict[str, str] | None:
        row = self._connection.execute(_FIND, key).fetchone()
        if row is None:
            return None
        labels: dict[str, str] = orjson.loads(row[1])["metadata"].get("labels", {})
        self._connection.executemany(
            _UNLABEL, [(key.resource, *pair, row[0]) for pair in labels.items()]
        )
        if not keep:
            self._connection.execute("DELETE FROM objects WHERE id = ?", [row[0]])
        return labels

    def _put(self, key: Key, body: bytes, labels: dict[str, str]) -> None:
        query = (
            "INSERT INTO objects (resource, namespace, name, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO UPDATE SET body = excluded.body RETURNING id"
        )
        ((number,),) = self._connection.execute(query, [*key, body]).fetchall()
        self._connection.executemany(
            "INSERT INTO labels VALUES (?, ?, ?, ?)",
            [(key.resource, *pair, number) for pair in labels.items()],
        )


def _open(path: Path | None) -> sqlite3.Connection:
    connection = sqlite3.connect(path or ":memory:", timeout=0, autocommit=True)
    try:
        for setting in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = NORMAL"):
            connection.execute(f"PRAGMA {setting}")
        connection.executescript(_TABLES)
    except sqlite3.Error:
        connection.close()
        raise
    return connection
