"""Whether bytes are JSON at all, as strict and as lenient as gjson's `Valid`."""

import json
from typing import Never

import msgspec

_skip = msgspec.json.Decoder(msgspec.Raw).decode


def is_json(data: bytes) -> bool:
    """Return whether the bytes are one JSON value; the bytes inside texts need not be UTF-8."""
    try:
        _skip(data)
    except msgspec.DecodeError:
        return b"\\u" in data and _is_json_with_odd_texts(data)
    except RecursionError:
        return True  # deeper than anyone looks; what is broken in it is found when it is read
    return True


def _is_json_with_odd_texts(data: bytes) -> bool:
    # The quick reader refuses half a surrogate pair, which Go lets pass.
    try:
        json.loads(data.decode(errors="replace"), parse_constant=_refuse)
    except ValueError:
        return False
    except RecursionError:
        return True
    return True


def _refuse(name: str) -> Never:
    raise ValueError(name)
