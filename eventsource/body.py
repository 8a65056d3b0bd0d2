"""Bodies of requests, turned into strict, compact JSON as Go's encoder writes it.

What two readers could understand differently (duplicate keys, NaN, broken UTF-8) or could not
cope with (deep nesting, numbers without bounds) is refused. Half a surrogate pair becomes U+FFFD.
"""

import json
import re
import zlib
from itertools import accumulate
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from eventsource.source import RefusedError
from hookline.surrogates import replace_halves

MAX_DEPTH = 100
MAX_FIELDS = 10_000
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_BRACKETS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_GZIP = 31  # zlib's window bits for the gzip format
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_encode_sorted = msgspec.json.Encoder(order="deterministic").encode


def escape(text: bytes) -> bytes:
    """Return JSON text with what is dangerous inside HTML and JavaScript escaped, as Go does."""
    return (
        text.replace(b"<", b"\\u003c")
        .replace(b">", b"\\u003e")
        .replace(b"&", b"\\u0026")
        .replace(b"\xe2\x80\xa8", b"\\u2028")
        .replace(b"\xe2\x80\xa9", b"\\u2029")
    )


def encode_sorted(value: Any) -> bytes:
    """Return `value` as compact JSON with sorted keys (not yet escaped)."""
    return _encode_sorted(value)


def strict_json(body: bytes) -> bytes:
    """Return `body` compacted, its numbers, strings and order of keys as they were.

    RefusedError (400) says what is wrong with it.
    """
    if not body.strip():
        raise _bad("it is empty")
    _check_depth(body)
    try:
        body, tree = _read(body)
        compact = msgspec.json.format(body, indent=-1)
    except UnicodeDecodeError as error:
        raise _bad(f"invalid UTF-8 at byte {error.start}") from error
    except msgspec.MsgspecError as error:
        raise _bad(str(error)) from error
    _check_keys(body, tree, compact)
    return compact


def _read(body: bytes) -> tuple[bytes, Any]:
    """Return the body, without halves of surrogate pairs if it has any, and what it says."""
    try:
        return body, _decode(body)
    except msgspec.DecodeError:
        if (whole := replace_halves(body)) is body:
            raise
        return whole, _decode(whole)


def _bad(why: str) -> RefusedError:
    return RefusedError(400, f"the body is not acceptable as JSON: {why}")


def _check_depth(body: bytes) -> None:
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    steps = _STRING.sub(b"", body).translate(_BRACKETS, _NO_BRACKETS)
    if max(accumulate(memoryview(steps).cast("b")), default=0) > MAX_DEPTH:
        raise _bad(f"it is nested deeper than {MAX_DEPTH} levels")


def _check_keys(body: bytes, tree: Any, compact: bytes) -> None:
    # Most bodies are as an encoder writes them: the same text again means that no key was
    # dropped. Others (`1.50`, `\/`) are read a second time, ten times slower.
    if _encode(tree) != compact:
        _unique.decode(body.decode())


def _unique_keys(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                raise _bad(f"duplicate key {key[:100]!r}")
            seen.add(key)


_unique = json.JSONDecoder(object_pairs_hook=_unique_keys, parse_int=len, parse_float=len)


def form_json(text: bytes) -> bytes:
    """Return a query or form as JSON: every name with the list of its values, names sorted."""
    try:
        pairs = parse_qsl(
            text.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
        )
    except ValueError as error:
        raise RefusedError(400, f"more than {MAX_FIELDS} form fields") from error
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return _encode_sorted(values)


def inflate(body: bytes, limit: int) -> bytes:
    """Return a gzip body unpacked; RefusedError if it is none (400) or is over `limit` (413)."""
    unpacker = zlib.decompressobj(_GZIP)
    try:
        plain = unpacker.decompress(body, limit + 1)
    except zlib.error as error:
        raise RefusedError(400, f"the body is no gzip data: {error}") from error
    if len(plain) > limit:
        raise too_large(limit)
    if not unpacker.eof or unpacker.unused_data:
        raise RefusedError(400, "the body is not exactly one whole gzip stream")
    return plain


def too_large(limit: int) -> RefusedError:
    """Return the refusal of a body over `limit` bytes."""
    return RefusedError(413, f"the body is larger than {limit} bytes (maxPayloadSize)")
