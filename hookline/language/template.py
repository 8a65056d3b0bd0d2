"""JSONPath templates in a manifest: `${{ $.push.body.message }}` in any value of a YAML tree.

Compiled when the manifest loads; a filled tree shares nothing with the template or the event.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from hookline.errors import PermanentError
from hookline.language.errors import LanguageError
from hookline.language.jsonpath import Steps
from hookline.language.jsontext import compact
from hookline.language.missing import explain
from hookline.language.placeholder import Placeholder, pieces
from hookline.manifest import Path, show

MAX_DEPTH = 200
MAX_FILLED = 8 * 1024 * 1024
CONTEXT = "context"

type Note = Callable[[LanguageError], None]

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class _Hole:
    """A string with placeholders; `typed` where its one placeholder keeps the JSON type."""

    path: Path
    parts: tuple[str | Placeholder, ...]
    typed: bool

    def value(self, root: dict[str, Any]) -> tuple[Any, int]:
        """Return what fills it, and its size in characters or bytes."""
        if self.typed and isinstance(self.parts[0], Placeholder):
            value = _resolve(self.parts[0], root)
            if isinstance(value, dict | list):
                # A copy: what changes the filled tree must not change the event.
                text = _encoder.encode(value)
                return _decoder.decode(text), len(text)
            return value, len(value) if isinstance(value, str) else 0
        texts = [_text(part, root) for part in self.parts]
        size = sum(map(len, texts))
        return "" if size > MAX_FILLED else "".join(texts), size


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled tree.

    Attributes:
        dependencies: names that its placeholders read, as `$.NAME` or `$.context.NAME`.
        whole: a placeholder reads `$` without such a name (`$..id`), so it needs all of them.
        frame: the tree as JSON; holes: what is filled in.
    """

    dependencies: frozenset[str]
    whole: bool
    frame: bytes
    holes: tuple[_Hole, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where in the tree the holes are, in the order of the tree."""
        return tuple(hole.path for hole in self.holes)

    def fill(self, root: dict[str, Any]) -> Any:
        """Return a fresh tree with the holes filled.

        Args:
            root: what `$` is: the data of each dependency, and `context` with the CloudEvents
                attributes of each.

        Raises:
            PermanentError: reason `Parameter`: a path is missing and has no default, or the
                result is too large.
        """
        tree = _decoder.decode(self.frame)
        room = MAX_FILLED
        for hole in self.holes:
            value, size = hole.value(root)
            room -= size
            if room < 0:
                raise PermanentError(
                    f"the filled manifest is larger than {MAX_FILLED} bytes", reason="Parameter"
                )
            tree = _put(tree, hole.path, value)
        return tree


def compile_tree(
    tree: Any, text_fields: Callable[[Path], bool], note: Note | None = None
) -> Template:
    """Return the template of a parsed YAML tree.

    Args:
        tree: dicts, lists and scalars; it is copied.
        text_fields: tells whether the field at a path is text, `is_text_field` for a workflow.
        note: takes each mistake, so that all are found; without it the first one is raised.

    Raises:
        LanguageError: a placeholder is wrong; its `path` and message name the place.
    """
    holes = []
    for path, text in _strings(tree, ()):
        try:
            parts = tuple(pieces(text))
        except LanguageError as error:
            _report(error, path, note)
            continue
        if any(isinstance(part, Placeholder) for part in parts):
            holes.append(_Hole(path, parts, typed=len(parts) == 1 and not text_fields(path)))
    try:
        frame = _encoder.encode(tree)
    except (TypeError, UnicodeEncodeError, RecursionError) as error:
        raise LanguageError(f"the manifest cannot be written as JSON: {error}") from error
    origins = [_named(origin) for origin in _origins(holes)]
    names = frozenset(name for name in origins if name is not None)
    return Template(names, None in origins, frame, tuple(holes))


def is_text_field(path: Path) -> bool:
    """Whether a field of a workflow is text, so that a placeholder in it is never typed.

    These are `value` of an argument, the items of `args` and `command`, what is in `env`, and
    the values of `labels` and `annotations`.
    """
    match path:
        case (*_, "parameters", int(), "value"):
            return True
        case (*_, "args" | "command", int()) | (*_, "labels" | "annotations", str()):
            return True
        case _:
            return any(
                step == "env" and isinstance(below, int) for step, below in itertools.pairwise(path)
            )


def _strings(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if len(path) > MAX_DEPTH:
        raise LanguageError(f"the manifest is nested deeper than {MAX_DEPTH}", path=path)
    if isinstance(node, str):
        if "${{" in node:
            yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _strings(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _strings(value, (*path, index))


def _report(error: LanguageError, path: Path, note: Note | None) -> None:
    if note is None:
        message = f"{show(path)}: {error}" if path else str(error)
        raise LanguageError(message, not_yet=error.not_yet, path=path) from error
    note(LanguageError(str(error), not_yet=error.not_yet, path=path))


def _origins(holes: list[_Hole]) -> Iterator[Steps]:
    for hole in holes:
        for part in hole.parts:
            if isinstance(part, Placeholder):
                yield from part.path.origins


def _named(origin: Steps) -> str | None:
    step = next(iter(origin[1:] if origin[:1] == (CONTEXT,) else origin), None)
    return step if isinstance(step, str) else None


def _resolve(placeholder: Placeholder, root: dict[str, Any]) -> Any:
    path = placeholder.path
    try:
        found = path.find(root)
    except LanguageError as error:
        raise PermanentError(str(error), reason="Parameter") from error
    if found:
        return found[0] if path.single else found
    if placeholder.has_default:
        return placeholder.default
    if path.single or path.reach(root)[0] < len(path.steps):
        raise PermanentError(explain(path, root), reason="Parameter")
    return found


def _text(part: str | Placeholder, root: dict[str, Any]) -> str:
    value = part if isinstance(part, str) else _resolve(part, root)
    return value if isinstance(value, str) else compact(value)


def _put(tree: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    *parents, last = path
    block = tree
    for step in parents:
        block = block[step]
    block[last] = value
    return tree
