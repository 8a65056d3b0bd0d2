"""Where Hookline deliberately differs from Argo Events: the one table, and how it is asked.

`hookline lint --compat` shows the rows that touch a manifest, `docs/compatibility.md` all of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import msgspec

from hookline.manifest import Document, Path, Place, show

_FILE = "differences.json"


@dataclass(frozen=True, slots=True)
class Difference:
    """One deliberate difference.

    Attributes:
        id: a stable kebab-case word.
        kind: of the object that it is about.
        at: paths in it, of which any will do; `*` is any key or index, `**` any depth.
        upstream: what Argo Events does there.
        here: what Hookline does.
        why: the reason.
        page: where more is told, below `docs/`.
        needs: a text of which one must stand in the value; none: any value will do.
        lacks: members that the value must not have.
        holds: a dotted path that must be in the value; empty: any value will do.
    """

    id: str
    kind: str
    at: tuple[str, ...]
    upstream: str
    here: str
    why: str
    page: str
    needs: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    holds: str = ""

    def places(self, document: Document) -> Iterator[Place]:
        """Yield the places of a document that the difference touches."""
        if document.kind != self.kind:
            return
        for pattern in self.at:
            for path, value in _below(document.body, tuple(pattern.split(".")), ()):
                if self._touches(value):
                    yield Place(document, path)

    def _touches(self, value: Any) -> bool:
        if isinstance(value, dict) and any(key in value for key in self.lacks):
            return False
        if self.holds and not any(_below(value, tuple(self.holds.split(".")), ())):
            return False
        return not self.needs or (
            isinstance(value, str) and any(text in value for text in self.needs)
        )


@dataclass(frozen=True, slots=True)
class Found:
    """A difference at a place of a manifest."""

    difference: Difference
    place: Place

    def __str__(self) -> str:
        told = self.difference
        return (
            f"{self.place}: {told.id}: Argo Events: {told.upstream}. Hookline: {told.here}."
            f" Why: {told.why} (docs/{told.page})"
        )

    def as_json(self) -> dict[str, Any]:
        """Return the documented form."""
        told = self.difference
        return {
            "file": self.place.document.file,
            "line": self.place.line,
            "path": show(self.place.path),
            "id": told.id,
            "argoEvents": told.upstream,
            "hookline": told.here,
            "why": told.why,
            "page": f"docs/{told.page}",
        }


@cache
def table() -> tuple[Difference, ...]:
    """Return all differences, in the order of the page."""
    text = resources.files("server").joinpath(_FILE).read_text("utf-8")
    return tuple(msgspec.json.decode(text, type=list[Difference], strict=True))


def differences(document: Document) -> list[Found]:
    """Return every difference that a manifest meets, by line."""
    found = [Found(each, place) for each in table() for place in each.places(document)]
    return sorted(found, key=lambda one: one.place.line)


def page() -> str:
    """Return `docs/compatibility.md`."""
    lines = [_INTRODUCTION]
    for kind in dict.fromkeys(each.kind for each in table()):
        lines += [f"\n## {kind}\n", "| | where | Argo Events | Hookline | why |", "|" + "---|" * 5]
        lines += [_row(each) for each in table() if each.kind == kind]
    return "\n".join([*lines, ""])


_INTRODUCTION = """\
# Where Hookline differs from Argo Events

`hookline lint --compat PATH...` tells which of these rows touch your manifests, with file
and line; `-o json` has [a form for programs](lint.md#what-differs). What is in no row is
meant to be the same: if it is not, that is a bug. What Argo Events has and Hookline does
not have *yet* is no row either: `lint` refuses it by name (`not-yet`). The command reads
this same table."""


def _row(told: Difference) -> str:
    places = ", ".join(f"`{path.replace('**.', '…')}`" for path in told.at)
    cells = [f"[{told.id}]({told.page})", places, told.upstream, told.here, told.why]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _below(value: Any, pattern: tuple[str, ...], path: Path) -> Iterator[tuple[Path, Any]]:
    """Yield every path below that fits the pattern, with what stands there."""
    if not pattern:
        yield path, value
        return
    step, rest = pattern[0], pattern[1:]
    if step == "**":
        yield from _below(value, rest, path)
    for key, member in _members(value):
        if step == "**":
            yield from _below(member, pattern, (*path, key))
        elif step in ("*", key):
            yield from _below(member, rest, (*path, key))


def _members(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    return list(enumerate(value)) if isinstance(value, list) else []
