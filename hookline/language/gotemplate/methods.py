"""The methods of times and versions that templates may call."""

from datetime import UTC, datetime
from typing import Any

from gotpl.funcs.sprig import dates

from hookline.language.gotemplate.functions import Function
from hookline.language.gotemplate.printing import time_text


def _unix(value: datetime) -> int:
    return int(dates.unix_epoch(value))


def _format(value: datetime, layout: str) -> str:
    return time_text(value, layout)


def _in_utc(value: datetime) -> datetime:
    return value.astimezone(UTC)


def _number(name: str) -> Any:
    return lambda value: getattr(value, name)


METHODS = {
    ("time.Time", "Format"): Function(("string",), "", "string", _format),
    ("time.Time", "Unix"): Function((), "", "int64", _unix),
    ("time.Time", "UTC"): Function((), "", "time", _in_utc),
    **{
        ("time.Time", name): Function((), "", "int", _number(name.lower()))
        for name in ("Year", "Day", "Hour", "Minute", "Second")
    },
    **{
        ("*semver.Version", name): Function((), "", "int64", _number(name))
        for name in ("Major", "Minor", "Patch")
    },
    **{
        ("*semver.Version", name): Function(
            (), "", "string", lambda value, n=name: getattr(value, n)()
        )
        for name in ("Prerelease", "Metadata", "Original")
    },
}
