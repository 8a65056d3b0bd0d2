"""Sprig's functions on strings, where gotpl's differ or have no bound (strings.go)."""

import base64
import hashlib
import zlib
from collections.abc import Callable
from typing import Any

from gotpl._compat.gofmt.go import sprintf
from gotpl.funcs.sprig import randoms, strings

from hookline.language.errors import LanguageError
from hookline.language.gotemplate.budget import Budget
from hookline.language.gotemplate.printing import text_of

_MOST_RANDOM = 65_536


def to_strings(value: Any) -> list[str]:
    """Return the items of a list as strings, without nil; a single value is a list of it."""
    if value is None:
        return []
    if isinstance(value, list):
        return [text_of(item) for item in value if item is not None]
    return [text_of(value)]


def _join(budget: Budget, separator: str, value: Any) -> str:
    items = to_strings(value)
    budget.take(len(separator) * len(items))
    return separator.join(items)


def _sort_alpha(value: Any) -> list[str]:
    if not isinstance(value, list):
        return [text_of(value)]
    return sorted(to_strings(value), key=lambda text: text.encode(errors="surrogateescape"))


def _quote(*values: Any) -> str:
    return " ".join(sprintf("%q", text_of(value)) for value in values if value is not None)


def _squote(*values: Any) -> str:
    return " ".join(f"'{text_of(value)}'" for value in values if value is not None)


def _cat(*values: Any) -> str:
    return " ".join(text_of(value) for value in values if value is not None)


def _repeat(budget: Budget, count: int, text: str) -> str:
    if count < 0:
        raise ValueError("strings: negative Repeat count")
    budget.take(count * len(text))
    return text * count


def _indent(budget: Budget, spaces: int, text: str) -> str:
    if spaces < 0:
        raise ValueError("strings: negative Repeat count")
    budget.take(spaces * (text.count("\n") + 1))
    return str(strings.indent(spaces, text))


def _nindent(budget: Budget, spaces: int, text: str) -> str:
    return "\n" + _indent(budget, spaces, text)


def _replace(budget: Budget, old: str, new: str, text: str) -> str:
    budget.take(len(new) * (text.count(old) if old else len(text) + 1))
    return text.replace(old, new)


def _wrap_with(budget: Budget, width: int, separator: str, text: str) -> str:
    budget.take(len(separator) * (len(text) // max(width, 1) + 1))
    return str(strings.wrap_with(width, separator, text))


def _random(name: str) -> Any:
    make = getattr(randoms, name)

    def body(budget: Budget, count: int) -> Any:
        budget.take(64 * max(count, 0))
        return make(count)

    return body


def _truncated(count: int, text: str) -> str:
    data = _encoded(text)
    if count < 0 and len(data) + count > 0:
        return _decoded(data[count:])
    return _decoded(data[:count]) if 0 <= count < len(data) else text


def _substring(start: int, end: int, text: str) -> str:
    data = _encoded(text)
    if start < 0:
        start = 0
    elif not 0 <= end <= len(data):
        end = len(data)
    if not start <= end <= len(data) or end < 0:
        raise LanguageError("slice bounds out of range")
    return _decoded(data[start:end])


def _decoded(data: bytes) -> str:
    return data.decode(errors="surrogateescape")


def _encoded(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _base64(text: str) -> str:
    return base64.b64encode(_encoded(text)).decode()


def _base32(text: str) -> str:
    return base64.b32encode(_encoded(text)).decode()


def _from_base64(text: str) -> str:
    return _bytes_kept(strings.b64dec(text), text, base64.b64decode)


def _from_base32(text: str) -> str:
    return _bytes_kept(strings.b32dec(text), text, base64.b32decode)


def _bytes_kept(decoded: str, text: str, decode: Callable[[str], bytes]) -> str:
    """Return what was decoded, with bytes that are no UTF-8 as halves of pairs."""
    if "\ufffd" not in decoded:
        return decoded
    return decode("".join(text.split())).decode(errors="surrogateescape")


def _digest(name: str) -> Callable[[str], str]:
    return lambda text: hashlib.new(name, _encoded(text), usedforsecurity=False).hexdigest()


def _adler32(text: str) -> str:
    return str(zlib.adler32(_encoded(text)))


def _fail(message: str) -> str:
    raise LanguageError(f"error calling fail: {message}")


FUNCTIONS = {
    "fail": _fail,
    "trunc": _truncated,
    "substr": _substring,
    "b64enc": _base64,
    "b64dec": _from_base64,
    "b32enc": _base32,
    "b32dec": _from_base32,
    "sha1sum": _digest("sha1"),
    "sha256sum": _digest("sha256"),
    "sha512sum": _digest("sha512"),
    "adler32sum": _adler32,
    "toString": text_of,
    "toStrings": to_strings,
    "sortAlpha": _sort_alpha,
    "quote": _quote,
    "squote": _squote,
    "cat": _cat,
}
COUNTED = {
    "join": _join,
    "repeat": _repeat,
    "indent": _indent,
    "nindent": _nindent,
    "replace": _replace,
    "wrapWith": _wrap_with,
    "randAlphaNum": _random("rand_alpha_numeric"),
    "randAlpha": _random("rand_alpha"),
    "randAscii": _random("rand_ascii"),
    "randNumeric": _random("rand_numeric"),
    "randBytes": _random("rand_bytes_result"),
}
