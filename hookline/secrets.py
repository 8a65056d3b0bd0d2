"""Secrets that manifests name by `{name, key}`: from `Secret` documents, then from files.

Values are read when they are used, so that a rotated file counts at once; they never stand in a
message or a log line.
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from pydantic import Field

from hookline.block import Block
from hookline.errors import TemporaryError
from hookline.manifest import Document, Mistake, Place


class MissingSecretError(TemporaryError):
    """A secret is not there (yet), or is empty; it may be put there later."""

    def __init__(self, name: str, key: str, why: str) -> None:
        super().__init__(f"secret {name}, key {key}: {why}", reason="MissingSecret", delay=5.0)


class SecretKey(Block):
    """Which secret: the name of a `Secret` and a key in it."""

    name: str = Field(min_length=1, description="Name of the Secret.")
    key: str = Field(min_length=1, description="Key within the Secret.")
    optional: bool | None = Field(
        None, description="Accepted as Kubernetes has it; a missing secret is still an error."
    )


class Secrets:
    """All secrets of one process.

    Args:
        values: (name, key) to value, from documents; these come first.
        directory: holds `NAME/KEY` files, as Kubernetes mounts them; one trailing newline is cut.
    """

    def __init__(
        self, values: dict[tuple[str, str], bytes] | None = None, directory: Path | None = None
    ) -> None:
        self._values = dict(values or {})
        self._directory = directory
        self._files: dict[Path, tuple[tuple[int, int, int], bytes]] = {}

    def within(self, directory: Path | None) -> "Secrets":
        """Return the same secrets with a folder of files to fall back on."""
        return Secrets(self._values, directory)

    def value(self, name: str, key: str) -> bytes:
        """Return a secret's value; MissingSecretError when it is absent or empty."""
        value = self._values.get((name, key))
        if value is None:
            value = self._file(name, key)
        if not value:
            raise MissingSecretError(name, key, "it is empty")
        return value

    def reader(self, selector: SecretKey) -> Callable[[], bytes]:
        """Return what reads a secret's value anew each time."""
        return partial(self.value, selector.name, selector.key)

    def _file(self, name: str, key: str) -> bytes:
        if self._directory is None:
            raise MissingSecretError(name, key, "no document has it, and --secrets-dir is not set")
        if {name, key} & {".", ".."} or "/" in name + key:
            raise MissingSecretError(name, key, "these are no names of a Secret and its key")
        path = self._directory / name / key
        try:
            return self._current(path)
        except OSError as error:
            why = f"{path} cannot be read ({error.strerror})"
            raise MissingSecretError(name, key, why) from error

    def _current(self, path: Path) -> bytes:
        status = path.stat()
        mark = (status.st_mtime_ns, status.st_size, status.st_ino)
        known = self._files.get(path)
        if known is None or known[0] != mark:
            known = (mark, path.read_bytes().removesuffix(b"\n"))
            self._files[path] = known
        return known[1]


def read_secrets(documents: Iterable[Document], mistakes: list[Mistake]) -> Secrets:
    """Return the secrets that the `Secret` documents among `documents` hold, mistakes noted."""
    values: dict[tuple[str, str], bytes] = {}
    for document in documents:
        if document.kind == "Secret":
            place = Place(document, (), mistakes)
            for key, value in {**_encoded(document, place), **_plain(document, place)}.items():
                values[document.name, key] = value
    return Secrets(values)


def _encoded(document: Document, place: Place) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for key, text in _entries(document, place / "data"):
        try:
            found[key] = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            (place / "data" / key).error(
                "the value is no base64",
                code="bad-secret",
                suggestion="plain text goes under stringData",
            )
    return found


def _plain(document: Document, place: Place) -> dict[str, bytes]:
    return {key: text.encode() for key, text in _entries(document, place / "stringData")}


def _entries(document: Document, place: Place) -> list[tuple[str, str]]:
    block = document.body.get(str(place.path[-1])) or {}
    if not isinstance(block, dict):
        place.error("this must be a mapping of keys to text", code="bad-secret")
        return []
    found: list[tuple[str, str]] = []
    for key, text in block.items():
        if isinstance(text, str):
            found.append((str(key), text))
        else:
            (place / str(key)).error("the value must be text", code="bad-secret")
    return found
