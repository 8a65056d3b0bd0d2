"""The functions of expr-lang that work on texts."""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from hookline.language.expr.runtime import (
    MAX_ITEMS,
    MAX_TEXT,
    EvaluationError,
    Texts,
    checked,
    from_bytes,
    text,
    to_bytes,
    to_int,
)

_SPACES = "".join(
    (" \t\n\v\f\r\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000", *map(chr, range(0x2000, 0x200B)))
)


def each(change: Callable[[str], str], value: str) -> str:
    """Return a text with every character changed; one that would become several stays."""
    return "".join(new if len(new := change(one)) == 1 else one for one in text(value))


def trim(value: Any, characters: Any = _SPACES) -> str:
    """Return a text without spaces, or other characters, at its ends."""
    return text(value).strip(text(characters))


def trim_prefix(value: Any, prefix: Any = " ") -> str:
    """Return a text without what it begins with."""
    return text(value).removeprefix(text(prefix))


def trim_suffix(value: Any, suffix: Any = " ") -> str:
    """Return a text without what it ends with."""
    return text(value).removesuffix(text(suffix))


def split(value: Any, separator: Any, count: Any = -1) -> Texts:
    """Return the parts, at most `count` where it is not negative."""
    whole, between, limit = text(value), text(separator), to_int(count)
    if not limit:
        return Texts()
    if not between:
        return _characters(whole, limit)
    return Texts(whole.split(between, limit - 1 if limit > 0 else -1))


def split_after(value: Any, separator: Any, count: Any = -1) -> Texts:
    """Return the parts with the separator at the end of each but the last."""
    parts = split(value, separator, count)
    if not separator:
        return parts
    return Texts([*(part + separator for part in parts[:-1]), *parts[-1:]])


def _characters(value: str, limit: int) -> Texts:
    if limit < 0 or limit >= len(value):
        return Texts(value)
    return Texts([*value[: limit - 1], value[limit - 1 :]])


def replace(value: Any, old: Any, new: Any, count: Any = -1) -> str:
    """Return a text with the first `count` places changed, all where it is negative."""
    limit = to_int(count)
    places = text(value).count(text(old))
    if places * len(text(new)) > MAX_TEXT:
        raise EvaluationError("a text would become too long")
    return checked(value.replace(old, new, max(limit, -1)))


def repeat(value: Any, count: Any) -> str:
    """Return a text several times over."""
    times = to_int(count)
    if times > MAX_ITEMS or times * len(text(value)) > MAX_TEXT:
        raise EvaluationError("memory budget exceeded")
    if times < 0:
        raise EvaluationError("a text is repeated less than no times")
    return text(value) * times


def join(values: Any, glue: Any = "") -> str:
    """Return texts as one, with a glue between them."""
    if not isinstance(values, list):
        raise EvaluationError("join is for lists of texts")
    parts = [text(one) for one in values]
    if sum(map(len, parts)) + len(text(glue)) * len(parts) > MAX_TEXT:
        raise EvaluationError("a text would become too long")
    return text(glue).join(parts)


def index_of(value: Any, part: Any) -> int:
    """Return the byte at which a part first begins, -1 where there is none."""
    return to_bytes(text(value)).find(to_bytes(text(part)))


def last_index_of(value: Any, part: Any) -> int:
    """Return the byte at which a part last begins, -1 where there is none."""
    return to_bytes(text(value)).rfind(to_bytes(text(part)))


def to_base64(value: Any) -> str:
    """Return a text's bytes in base64."""
    return base64.b64encode(to_bytes(text(value))).decode()


def from_base64(value: Any) -> str:
    """Return the text that stands in base64."""
    plain = text(value).replace("\r", "").replace("\n", "")
    try:
        return from_bytes(base64.b64decode(plain, validate=True))
    except (binascii.Error, ValueError) as error:
        raise EvaluationError(f"no base64: {error}") from error


TEXTS: dict[str, Callable[..., Any]] = {
    "trim": trim,
    "trimPrefix": trim_prefix,
    "trimSuffix": trim_suffix,
    "upper": lambda value: each(str.upper, value),
    "lower": lambda value: each(str.lower, value),
    "split": split,
    "splitAfter": split_after,
    "replace": replace,
    "repeat": repeat,
    "join": join,
    "indexOf": index_of,
    "lastIndexOf": last_index_of,
    "hasPrefix": lambda value, part: text(value).startswith(text(part)),
    "hasSuffix": lambda value, part: text(value).endswith(text(part)),
    "toBase64": to_base64,
    "fromBase64": from_base64,
}
