"""A block of a manifest: a frozen model whose unknown fields are errors with a suggestion."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from hookline import wording
from hookline.manifest import Kind, Place, Step, show

_EVERYWHERE = frozenset(["name", "key", "value", "type", "optional", "metadata"])


class Block(BaseModel):
    """The settings of one part of a manifest; its YAML keys are camelCase.

    Attributes:
        elsewhere: keys that people write here although they belong to another part, and where
            they belong in words: `{"conditions": "under template"}`.
        refers_to: the kind of object that the block's `name` and `key` name, if they do.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        alias_generator=to_camel,
        validate_by_name=False,
        validate_by_alias=True,
        arbitrary_types_allowed=True,
    )
    elsewhere: ClassVar[Mapping[str, str]] = {}
    refers_to: ClassVar[Kind | None] = None

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        """Return the data without its known keys that are null: Kubernetes takes them as absent."""
        if not isinstance(data, dict):
            return data
        known = {alias for alias, _ in _members(cls)}
        return {key: value for key, value in data.items() if value is not None or key not in known}

    @classmethod
    def read(cls, data: Any, place: Place) -> Self | None:
        """Return the block that `data` holds; None with every mistake noted at its place.

        The Secrets and ConfigMaps that it names are noted there too.
        """
        try:
            block = cls.model_validate(data)
        except ValidationError as error:
            for steps, details in wording.by_path(error, data).items():
                _note(cls, steps, details, place)
            return None
        _note_names(block, place)
        return block


def _note_names(value: Any, place: Place) -> None:
    """Note what a block, and those below it, name; what only an event can name is left out."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            _note_names(item, place / index)
    elif isinstance(value, Block):
        if value.refers_to:
            name, key = (str(getattr(value, field)) for field in ("name", "key"))
            if "${{" not in name + key:
                place.refer(value.refers_to, name, key)
        for field, info in type(value).model_fields.items():
            _note_names(getattr(value, field), place / (info.alias or field))


def _note(
    cls: type[Block], steps: tuple[Step, ...], details: list[ErrorDetails], place: Place
) -> None:
    for step in steps:
        place = place / step
    if details[0]["type"] == "extra_forbidden":
        _unknown(cls, steps, place)
        return
    message, suggestion = wording.words(details)
    place.error(message, code=wording.code_of(details[0]), suggestion=suggestion)


def _unknown(root: type[Block], steps: tuple[Step, ...], place: Place) -> None:
    *parents, key = (str(step) for step in steps)
    block = _block_at(root, steps[:-1])
    if where := _belongs(root, block, key, parents):
        hint = f"{key} belongs {where}"
        place.error(f"{key} has no effect here", code="misplaced-field", suggestion=hint)
        return
    names = sorted(alias for alias, _ in _members(block))
    close = difflib.get_close_matches(key, names, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known here: {', '.join(names)}"
    place.error(f"unknown field {key}", code="unknown-field", suggestion=hint)


def _belongs(root: type[Block], block: type[Block], key: str, parents: list[str]) -> str | None:
    """Return where `key` belongs in words, when another part of the same tree knows it."""
    if key in block.elsewhere:
        return block.elsewhere[key]
    if key in _EVERYWHERE:
        return None
    here = show(tuple(parents))
    for path, other in _tree(root, (), ()):
        if other is not block and any(alias == key for alias, _ in _members(other)):
            there = show(path)
            if not there:
                return f"beside {parents[0]}"
            return f"under {there.removeprefix(f'{here}.')}"
    return None


def _members(block: type[Block]) -> Iterator[tuple[str, type[Block] | None]]:
    """Yield the keys of a block, each with the block that its value is, if it is one."""
    for name, field in block.model_fields.items():
        yield field.alias or name, next(_blocks_in(field.annotation), None)


def _blocks_in(annotation: Any) -> Iterator[type[Block]]:
    if isinstance(annotation, type) and issubclass(annotation, Block):
        yield annotation
    for part in get_args(annotation):
        yield from _blocks_in(part)


def _block_at(root: type[Block], steps: tuple[Step, ...]) -> type[Block]:
    block = root
    for step in steps:
        found = dict(_members(block)).get(str(step))
        block = found or block
    return block


def _tree(
    block: type[Block], path: tuple[Step, ...], above: tuple[type[Block], ...]
) -> Iterator[tuple[tuple[Step, ...], type[Block]]]:
    """Yield the block and all blocks below it, each with the path of keys that leads to it."""
    yield path, block
    for alias, below in _members(block):
        if below is not None and below not in above and below is not block:
            yield from _tree(below, (*path, alias), (*above, block))
