"""JSON to and from values, as Go's `encoding/json` does it (defaults.go)."""

from datetime import datetime
from typing import Any

from gotpl.funcs.sprig import defaults
from gotpl.funcs.sprig.semver import Version

from hookline.language.errors import LanguageError
from hookline.language.gotemplate.document import read_document
from hookline.language.gotemplate.printing import time_text
from hookline.language.gotemplate.values import is_nil

_TIME = "2006-01-02T15:04:05.999999999Z07:00"


def _from_json(text: str) -> Any:
    try:
        return read_document(text.encode(errors="surrogateescape"))
    except LanguageError:
        return None


def _must_from_json(text: str) -> Any:
    return read_document(text.encode(errors="surrogateescape"))


def _plain(value: Any) -> Any:
    """Return a value with what JSON has no form for in the form that Go gives it."""
    if is_nil(value):
        return None
    if isinstance(value, datetime):
        return time_text(value, _TIME)
    if isinstance(value, Version):
        return str(value.Original())
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _to_json(value: Any) -> str:
    return str(defaults.to_json(_plain(value)))


def _to_pretty_json(value: Any) -> str:
    return str(defaults.to_pretty_json(_plain(value)))


def _to_raw_json(value: Any) -> str:
    return str(defaults.to_raw_json(_plain(value)))


def _must_to_json(value: Any) -> Any:
    return defaults.must_to_json(_plain(value))


def _must_to_pretty_json(value: Any) -> Any:
    return defaults.must_to_pretty_json(_plain(value))


def _deep_copy(value: Any) -> Any:
    if value is None:
        raise LanguageError("deepCopy of nil")
    return _copied(value)


def _copied(value: Any) -> Any:
    if isinstance(value, list):
        return type(value)(map(_copied, value))
    if isinstance(value, dict):
        return type(value)((key, _copied(item)) for key, item in value.items())
    return value


FUNCTIONS = {
    "fromJson": _from_json,
    "mustFromJson": _must_from_json,
    "toJson": _to_json,
    "toPrettyJson": _to_pretty_json,
    "toRawJson": _to_raw_json,
    "mustToRawJson": _to_raw_json,
    "mustToJson": _must_to_json,
    "mustToPrettyJson": _must_to_pretty_json,
    "deepCopy": _deep_copy,
    "mustDeepCopy": _deep_copy,
}
COUNTED: dict[str, Any] = {}
