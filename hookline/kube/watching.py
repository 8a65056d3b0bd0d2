"""A selection of objects as it is and as it changes: no more is read of each than is asked for."""

from collections.abc import AsyncGenerator
from typing import Literal

import msgspec

from hookline.errors import TemporaryError

_LONGEST_LINE = 16 * 1024 * 1024  # bytes of one object


class Meta(msgspec.Struct, frozen=True):
    """What is read of an object's metadata."""

    name: str = ""
    namespace: str = ""
    labels: dict[str, str] = msgspec.field(default_factory=dict)
    resourceVersion: str = ""  # noqa: N815  Kubernetes' name


class Status(msgspec.Struct, frozen=True):
    """What is read of an object's status."""

    phase: str = ""


class Seen(msgspec.Struct, frozen=True):
    """What is read of an object."""

    metadata: Meta = Meta()
    status: Status | None = None


class Listing(msgspec.Struct, frozen=True):
    """The objects of a moment; `metadata.resourceVersion` is where a watch goes on."""

    metadata: Meta = Meta()
    items: list[Seen] = []


class Change(msgspec.Struct, frozen=True):
    """One change; `DELETED` also says that an object left the selection."""

    type: Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]
    object: Seen


listing = msgspec.json.Decoder(Listing).decode
_change = msgspec.json.Decoder(Change).decode


async def changes(chunks: AsyncGenerator[bytes]) -> AsyncGenerator[Change]:
    """Yield the changes that a watch's answer carries, a JSON document a line, as they come.

    Raises:
        TemporaryError: the watch has expired or says nonsense; list again.
    """
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise TemporaryError("a watch sends a line without end", reason="Watch")
        for line in filter(None, lines):
            yield _read(line)


def _read(line: bytes) -> Change:
    try:
        change = _change(line)
    except msgspec.MsgspecError as error:
        raise TemporaryError(f"a watch sends what is no change: {error}", reason="Watch") from error
    if change.type == "ERROR":
        raise TemporaryError("the watch has expired", reason="Watch")
    return change
