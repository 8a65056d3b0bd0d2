"""Values that manifests name by `{name, key}`, as documents beside them and files hold them."""

import base64
import binascii
import stat
from collections.abc import Iterable
from pathlib import Path

from hookline.manifest import Document, Kind, Mistake, Place

FLAGS: dict[Kind, str] = {"Secret": "--secrets-dir", "ConfigMap": "--config-maps-dir"}
_CODES: dict[Kind, str] = {"Secret": "bad-secret", "ConfigMap": "bad-config-map"}
_LARGEST = 1 << 20  # bytes, of one file: what Kubernetes takes for a whole object


class LocalValues:
    """The values of one kind of object that are at hand without any cluster.

    Args:
        kind: `Secret` or `ConfigMap`.
        values: (name, key) to value, from documents; these come first.
        directory: holds `NAME/KEY` files, as Kubernetes mounts them; of a Secret's file one
            trailing newline is cut.
    """

    def __init__(
        self,
        kind: Kind,
        values: dict[tuple[str, str], bytes] | None = None,
        directory: Path | None = None,
    ) -> None:
        self._kind = kind
        self._values = dict(values or {})
        self._directory = directory
        self._files: dict[Path, tuple[tuple[int, int, int], bytes]] = {}

    def within(self, directory: Path | None) -> "LocalValues":
        """Return the same values with a folder of files to fall back on."""
        return LocalValues(self._kind, self._values, directory)

    def find(self, name: str, key: str) -> bytes | None:
        """Return the value of this moment; None when neither a document nor a file has it."""
        value = self._values.get((name, key))
        return self._file(name, key)[0] if value is None else value

    def looked(self, name: str, key: str) -> str:
        """Return in words where a value was looked for in vain."""
        return f"no document has it, {self._file(name, key)[1]}"

    def _file(self, name: str, key: str) -> tuple[bytes | None, str]:
        """Return the content of a value's file, or None and why there is none."""
        if self._directory is None:
            return None, f"{FLAGS[self._kind]} is not set"
        if {name, key} & {"", ".", ".."} or any(sign in name + key for sign in "/\0"):
            return None, f"these are no names of a {self._kind} and its key"
        path = self._directory / name / key
        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
                return None, f"{path} cannot be read (no file of at most 1 MiB)"
            return self._current(path, (status.st_mtime_ns, status.st_size, status.st_ino)), ""
        except OSError as error:
            return None, f"{path} cannot be read ({error.strerror})"

    def _current(self, path: Path, mark: tuple[int, int, int]) -> bytes:
        known = self._files.get(path)
        if known is None or known[0] != mark:
            content = path.read_bytes()
            if self._kind == "Secret":
                content = content.removesuffix(b"\n")
            known = self._files[path] = (mark, content)
        return known[1]


def read_values(kind: Kind, documents: Iterable[Document], mistakes: list[Mistake]) -> LocalValues:
    """Return the values that the documents of one kind hold, mistakes noted.

    Of a ConfigMap `data` counts, of a Secret `data` (base64) and before it `stringData`.
    """
    values: dict[tuple[str, str], bytes] = {}
    for document in documents:
        if document.kind == kind:
            place = Place(document, (), mistakes)
            if kind == "Secret":
                held = _encoded(place / "data") | _plain(place / "stringData", kind)
            else:
                held = _plain(place / "data", kind)
            values.update({(document.name, key): value for key, value in held.items()})
    return LocalValues(kind, values)


def _encoded(place: Place) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for key, text in _entries(place, "Secret"):
        try:
            found[key] = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            (place / key).error(
                "the value is no base64",
                code=_CODES["Secret"],
                suggestion="plain text goes under stringData",
            )
    return found


def _plain(place: Place, kind: Kind) -> dict[str, bytes]:
    return {key: text.encode() for key, text in _entries(place, kind)}


def _entries(place: Place, kind: Kind) -> list[tuple[str, str]]:
    block = place.document.body.get(str(place.path[-1])) or {}
    if not isinstance(block, dict):
        place.error("this must be a mapping of keys to text", code=_CODES[kind])
        return []
    found: list[tuple[str, str]] = []
    for key, text in block.items():
        if isinstance(text, str):
            found.append((str(key), text))
        else:
            (place / str(key)).error("the value must be text", code=_CODES[kind])
    return found
