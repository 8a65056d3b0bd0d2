"""`args` of an argoWorkflow: the arguments of `argo submit`, written into the Workflow.

They are taken apart when the manifest loads. A template may stand in a value, never where a flag,
the name of a parameter or the key of a label stands.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hookline.errors import PermanentError
from hookline.event import Event
from hookline.language.jsontext import compact
from hookline.manifest import Document, Place
from trigger.action import Setting
from trigger.argument_flags import OPEN, Argument, taken_apart
from trigger.artifact import no_source, parse_object
from trigger.blueprint import Blueprint, compile_blueprint
from trigger.documents import REASON
from trigger.local_file import read_small
from trigger.objects import check_fixed
from trigger.sensitive import note_sensitive

type Tree = dict[str, Any]

# Where a flag with one plain value writes it.
_FIELDS = MappingProxyType(
    {
        "entrypoint": ("spec", "entrypoint"),
        "serviceaccount": ("spec", "serviceAccountName"),
        "name": ("metadata", "name"),
        "generate-name": ("metadata", "generateName"),
    }
)
_INT32 = 2**31


@dataclass(frozen=True, slots=True)
class Arguments:
    """The arguments, ready.

    Attributes:
        blueprint: of `{"args": [...]}`.
        found: which flags have which part of it as value.
    """

    blueprint: Blueprint
    found: tuple[Argument, ...]

    @property
    def dests(self) -> tuple[str, ...]:
        """What they write of the name of an object, as parameters name it."""
        blocks = (_FIELDS[each.flag] for each in self.found if each.flag in _FIELDS)
        return tuple(".".join(path) for path in blocks if path[0] == "metadata")

    def apply(self, tree: Tree, events: Mapping[str, Event]) -> Tree:
        """Return `tree` (it is changed) with the arguments that `events` fill written into it.

        Raises:
            PermanentError: a value cannot be used, or the object has no room for it.
            TemporaryError: the file of `--parameter-file` cannot be used now.
        """
        if not self.found:
            return tree
        texts = self.blueprint.draw(events)["args"]
        given: dict[str, str] = {}
        for each in self.found:
            value = each.value(texts)
            if each.flag in {"parameter", "parameter-file"}:
                _add(given, _parameters(each, value))
            elif each.flag == "labels":
                _mapping(tree, "metadata", "labels").update(_labels(each, value))
            elif each.flag == "priority":
                _mapping(tree, "spec")["priority"] = _priority(value)
            elif value:
                block, field = _FIELDS[each.flag]
                _mapping(tree, block)[field] = value
        if given:
            _override(_mapping(tree, "spec", "arguments"), given)
        return tree


def compile_arguments(args: list[str], place: Place, at: Setting) -> Arguments | None:
    """Return the arguments, ready; None with mistakes noted. `place` is the action's."""
    before = len(place.mistakes)
    found = tuple(taken_apart(args, place / "args"))
    names: set[str] = set()
    for each in found:
        _check(each, place / "args" / each.item, names)
    wrong = any(mistake.level == "error" for mistake in place.mistakes[before:])
    written = {"args": args}, place
    blueprint = compile_blueprint(written, ([], place / "parameters"), at, lambda _: True)
    if blueprint is None or wrong:
        return None
    for each in found:
        if each.flag == "serviceaccount" and each.outline and OPEN in each.outline:
            note_sensitive("serviceAccountName", place / "args" / each.item, at)
    return Arguments(blueprint, found)


def _check(argument: Argument, place: Place, names: set[str]) -> None:
    """Note what is wrong with a value; `names` are the parameters so far."""
    text = argument.outline
    if text is None:
        return
    wrong = _wrong(argument.flag, text, names)
    if wrong:
        message, hint = wrong
        place.error(message.replace(OPEN, "${{…}}"), code="bad-args", suggestion=hint)
    elif argument.flag == "name" and text and OPEN not in text:
        check_fixed(text, "Workflow", place)


def _wrong(flag: str, text: str, names: set[str]) -> tuple[str, str] | None:
    """Return what is wrong with a value and what to write instead, or None."""
    if flag == "parameter":
        return _wrong_parameter(text, names)
    if flag == "labels":
        return _wrong_labels(text)
    if flag == "priority" and OPEN not in text and not _is_int32(text):
        return f"{text!r} is no priority", "write a whole number"
    if flag == "parameter-file" and "://" in text:
        hint = "write the parameters as -p, NAME=VALUE"
        return "a parameter file is a file beside Hookline, no address", hint
    return None


def _wrong_parameter(text: str, names: set[str]) -> tuple[str, str] | None:
    name, sign, _ = text.partition("=")
    if not sign or not name or name != name.strip() or OPEN in name:
        hint = "write two items: -p, NAME=VALUE; templates stand in the value only"
        return f'"{text}" is no parameter', hint
    if name in names:
        return f"the parameter {name} is given twice", "remove one of the two"
    names.add(name)
    return None


def _wrong_labels(text: str) -> tuple[str, str] | None:
    for label in text.split(","):
        key, sign, value = label.partition("=")
        if not key or not sign or "=" in value or OPEN in key:
            hint = "write two items: -l, KEY=VALUE,KEY=VALUE; templates stand in values only"
            return f'"{label}" is no label', hint
    return None


def _parameters(argument: Argument, value: str) -> Iterable[tuple[str, str]]:
    if argument.flag == "parameter":
        name, _, text = value.partition("=")
        return [(name, text)]
    place = Place(Document(value, 0, {}))
    found = parse_object(read_small(value), f"the file {value}", place)
    if found is None:
        raise no_source("; ".join(each.message for each in place.mistakes))
    return [(name, _text(each)) for name, each in found.items()]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else compact(value)


def _add(given: dict[str, str], more: Iterable[tuple[str, str]]) -> None:
    for name, text in more:
        if name in given:
            raise PermanentError(f"args give the parameter {name} twice", reason=REASON)
        given[name] = text


def _labels(argument: Argument, value: str) -> dict[str, str]:
    keys = [label.partition("=")[0] for label in (argument.outline or "").split(",")]
    pairs = [label.partition("=")[::2] for label in value.split(",")]
    # What an event brings is one value; it must not bring further labels with it.
    if [key for key, _ in pairs] != keys or any("=" in text for _, text in pairs):
        raise PermanentError(f'args: a label of "{value}" has no usable value', reason=REASON)
    return dict(pairs)


def _is_int32(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isdecimal() and digits.isascii() and -_INT32 <= int(text[:12]) < _INT32


def _priority(value: str) -> int:
    if not _is_int32(value):
        raise PermanentError(f'args: "{value}" is no priority', reason=REASON)
    return int(value)


def _override(arguments: Tree, given: dict[str, str]) -> None:
    """Put the parameters that are given first, in the place of those of the same name."""
    written = arguments.get("parameters") or []
    if not isinstance(written, list):
        raise PermanentError("spec.arguments.parameters is no list", reason=REASON)
    rest = [each for each in written if not isinstance(each, dict) or each.get("name") not in given]
    mine = [{"name": name, "value": text} for name, text in given.items()]
    arguments["parameters"] = [*mine, *rest]


def _mapping(tree: Tree, *path: str) -> Tree:
    """Return the mapping at a path, made where there is none."""
    for key in path:
        found = tree.get(key)
        if found is None:
            found = tree[key] = {}
        if not isinstance(found, dict):
            raise PermanentError(f"{key} of the object is no mapping", reason=REASON)
        tree = found
    return tree
