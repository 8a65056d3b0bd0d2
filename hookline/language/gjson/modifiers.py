"""The modifiers of gjson paths (`@reverse`) and its literals (`!true`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hookline.language.gjson import paths, pretty, tokens
from hookline.language.gjson.value import NOTHING, Value, made, members, parse
from hookline.language.wellformed import is_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from hookline.language.gjson.budget import Budget
    from hookline.language.gjson.search import Search

_SPACES = bytes(range(33))
_TRIMMED = b"\t\n\v\f\r "
_LITERALS = (b"true", b"false", b"null", b"nan", b"inf")


def apply(search: Search, document: Value, path: bytes) -> tuple[Value, bytes] | None:
    """Return what the modifier or literal that starts a path gives, and the path that follows.

    None if no modifier has that name.
    """
    if path.startswith(b"!"):
        return _literal(path, search.budget)
    end = min((at for at in map(path.find, (b":", b"|", b"."), (1, 1, 1)) if at > 0), default=-1)
    name = path[1:] if end < 0 else path[1:end]
    if name not in paths.MODIFIERS:
        return None
    argument, rest = b"", b"" if end < 0 else path[end:]
    if rest.startswith(b":"):
        argument, rest = _argument(rest[1:])
    if name == b"dig":
        return made(_dig(search, document, argument)), rest
    changed = _MODIFIERS[name](document, argument, search.budget)
    return (changed if isinstance(changed, Value) else made(changed)), rest


def _argument(path: bytes) -> tuple[bytes, bytes]:
    if path[:1] in (b"{", b"[", b'"'):
        end = paths.squash_end(path, 0)
        return path[:end], path[end:]
    end = 0
    while end < len(path) and path[end] != ord("|"):
        end = paths.squash_end(path, end) if path[end] in b'{["(' else end + 1
    return path[:end], path[end:]


def _literal(path: bytes, budget: Budget) -> tuple[Value, bytes] | None:
    name = path[1:]
    if name[:1] and name[0] in b'{["+-0123456789':
        end, _ = tokens.block_end(name, 0, len(name), budget)
        return made(name[:end]), name[end:]
    end = min((at for at in (name.find(b"."), name.find(b"|")) if at >= 0), default=len(name))
    if name[:end].lower() not in _LITERALS:
        return None
    return made(name[:end]), name[end:]


def _options(argument: bytes, budget: Budget) -> dict[bytes, Value]:
    if not argument:
        return {}
    pairs = members(parse(made(argument), budget), budget)
    return {key.text: value for key, value in pairs if key.exists}


def _this(document: Value, _argument: bytes, _budget: Budget) -> Value:
    return document


def _valid(document: Value, _argument: bytes, _budget: Budget) -> Value:
    return document if is_json(document.raw) else NOTHING


def _ugly(document: Value, _argument: bytes, budget: Budget) -> bytes:
    return pretty.ugly(document.raw, budget)


def _pretty(document: Value, argument: bytes, budget: Budget) -> bytes:
    return pretty.pretty(document.raw, _options(argument, budget), budget)


def _reverse(document: Value, _argument: bytes, budget: Budget) -> Value | bytes:
    value = parse(document, budget)
    if value.is_array:
        return _array([element.raw for _, element in members(value, budget)][::-1], budget)
    if value.is_object:
        return _object([_member(*member) for member in members(value, budget)][::-1], budget)
    return document


def _flatten(document: Value, argument: bytes, budget: Budget) -> Value | bytes:
    value = parse(document, budget)
    if not value.is_array:
        return document
    option = _options(argument, budget).get(b"deep", NOTHING)
    return _array(_flat(value, budget, deep=option.truth is True), budget)


def _flat(value: Value, budget: Budget, *, deep: bool) -> list[bytes]:
    budget.enter()
    texts: list[bytes] = []
    for _, element in members(value, budget):
        if not element.is_array:
            inner = element.raw.strip(_TRIMMED)
        elif deep:
            inner = b",".join(_flat(element, budget, deep=True))
        else:
            inner = _unwrapped(element.raw).strip(_TRIMMED)
        budget.build(len(inner))
        texts += [inner] if inner else []
    budget.leave()
    return texts


def _join(document: Value, argument: bytes, budget: Budget) -> Value | bytes:
    value = parse(document, budget)
    if not value.is_array:
        return document
    objects = [element for _, element in members(value, budget) if element.is_object]
    if _options(argument, budget).get(b"preserve", NOTHING).truth is True:
        return _object([_unwrapped(element.raw) for element in objects], budget)
    names: dict[bytes, bytes] = {}
    values: dict[bytes, bytes] = {}
    for element in objects:
        for key, inner in members(element, budget):
            names.setdefault(key.text, key.raw)
            values[key.text] = inner.raw
    return _object([b"%b:%b" % (raw, values[name]) for name, raw in names.items()], budget)


def _keys(document: Value, _argument: bytes, budget: Budget) -> bytes:
    value = parse(document, budget)
    keys = [key.raw if value.is_object else b"null" for key, _ in members(value, budget)]
    return _array(keys, budget)


def _values(document: Value, _argument: bytes, budget: Budget) -> Value | bytes:
    value = parse(document, budget)
    if value.is_array:
        return document
    return _array([inner.raw for _, inner in members(value, budget)], budget)


def _tostr(document: Value, _argument: bytes, budget: Budget) -> bytes:
    budget.build(document.stop - document.start)
    return tokens.quote(document.raw)


def _fromstr(document: Value, _argument: bytes, budget: Budget) -> Value | bytes:
    if not is_json(document.raw):
        return NOTHING
    value = parse(document, budget)
    closed = value.kind == "string" and b"\\" not in value.raw
    if closed:  # a part of the document, where sjson may write
        return Value(value.data, value.start + 1, value.stop - 1)
    return value if value.string == value.raw else value.string


def _group(document: Value, _argument: bytes, budget: Budget) -> Value | bytes:
    value = parse(document, budget)
    if not value.is_object:
        return NOTHING
    groups: list[list[bytes]] = []
    for key, column in members(value, budget):
        elements = members(column, budget) if column.is_array else iter(())
        for at, (_, element) in enumerate(elements):
            if at == len(groups):
                groups.append([])
            groups[at].append(_member(key, element))
    return _array([_object(group, budget) for group in groups], budget)


def _dig(search: Search, document: Value, path: bytes) -> bytes:
    texts: list[bytes] = []
    todo = [iter((parse(document, search.budget),))]
    while todo:
        value = next(todo[-1], None)
        if value is None:
            todo.pop()
            continue
        found = search.get(value, path)
        if found.exists:
            texts.append(found.raw)
        if value.kind == "json":
            todo.append(inner for _, inner in members(value, search.budget))
    return _array(texts, search.budget)


def _member(key: Value, value: Value) -> bytes:
    return b"%b:%b" % (key.raw, value.raw)


def _unwrapped(text: bytes) -> bytes:
    text = text.strip(_SPACES)
    return text[1:-1] if len(text) > 1 and text[:1] in (b"[", b"{") else text


def _array(texts: list[bytes], budget: Budget) -> bytes:
    budget.build(sum(map(len, texts)))
    return b"[%b]" % b",".join(texts)


def _object(texts: list[bytes], budget: Budget) -> bytes:
    budget.build(sum(map(len, texts)))
    return b"{%b}" % b",".join(texts)


_MODIFIERS: dict[bytes, Callable[[Value, bytes, Budget], Value | bytes]] = {
    b"pretty": _pretty,
    b"ugly": _ugly,
    b"reverse": _reverse,
    b"this": _this,
    b"flatten": _flatten,
    b"join": _join,
    b"valid": _valid,
    b"keys": _keys,
    b"values": _values,
    b"tostr": _tostr,
    b"fromstr": _fromstr,
    b"group": _group,
}
