"""jq's dates: seconds since 1970, and arrays of year, month from 0, day, hour, minute, second."""

import math
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from hookline.language.jq.values import JqError, is_number, to_float, to_int, wrong

_PARTS = 8
_SECOND = 5
_SHORT = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "D": "%m/%d/%y", "R": "%H:%M", "c": "%a %b %e %T %Y"}
_SHORT |= {"r": "%I:%M:%S %p", "h": "%b", "x": "%m/%d/%y", "X": "%H:%M:%S", "v": "%e-%b-%Y"}
_SHORT |= {"+": "%a %b %e %H:%M:%S %Z %Y"}
_PLAIN = frozenset("YmdHMSyjIpaAbBwuUWVGf")
_DIRECTIVE = re.compile(r"%([-_0^#]?)(.)", re.DOTALL)


def now() -> float:
    """Return this moment."""
    return time.time()


def broken_down(value: Any, name: str = "gmtime") -> list[Any]:
    """Return a number of seconds as an array, in UTC."""
    if not is_number(value):
        raise wrong(name, value)
    seconds = to_float(value)
    if not math.isfinite(seconds):
        raise JqError("the time is too far away")
    whole = math.floor(seconds)
    nanoseconds = int((seconds - whole) * 1e9)
    moment = _after(math.trunc(seconds)) if seconds >= 0 else _after(int(seconds))
    return [
        moment.year,
        moment.month - 1,
        moment.day,
        moment.hour,
        moment.minute,
        float(moment.second) + nanoseconds / 1e9,
        moment.isoweekday() % 7,
        moment.timetuple().tm_yday - 1,
    ]


def _after(seconds: float) -> datetime:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError as error:
        raise JqError("the time is too far away") from error


def _moment(parts: Any, name: str, *arguments: Any) -> tuple[datetime, int]:
    """Return the moment of an array, and its nanoseconds."""
    if not isinstance(parts, list):
        raise wrong(name, parts, *arguments)
    if not all(is_number(part) for part in parts[:_PARTS]):
        raise JqError(f"{name} cannot be applied: expected an array of 8 numbers")
    numbers = [to_int(part) for part in parts[:_PARTS]] + [0] * (_PARTS - len(parts))
    year, month, day, hour, minute, second = numbers[: _SECOND + 1]
    year, month = year + month // 12, month % 12
    rest = to_float(parts[_SECOND]) if len(parts) > _SECOND else 0.0
    nanoseconds = int((rest - math.floor(rest)) * 1e9)
    try:
        first = datetime(year, month + 1, 1, tzinfo=UTC)
        offset = timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
        return first + offset, nanoseconds
    except (ValueError, OverflowError) as error:
        raise JqError("the time is too far away") from error


def seconds_of(parts: Any) -> float:
    """Return the seconds of an array."""
    moment, nanoseconds = _moment(parts, "mktime")
    return float((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)) + (
        nanoseconds / 1e9
    )


def formatted(value: Any, form: Any) -> str:
    """Return a time as text, by C's directives."""
    parts = broken_down(value) if is_number(value) else value
    if not isinstance(parts, list) or not isinstance(form, str):
        raise wrong("strftime", value, form)
    moment, _ = _moment(parts, "strftime", form)
    return _directives(form, moment)


def _directives(form: str, moment: datetime) -> str:
    def fill(match: re.Match[str]) -> str:
        flag, letter = match.groups()
        text = _directive(letter, moment)
        if flag == "-":
            return text.lstrip("0 ") or "0"
        if flag == "_":
            return re.sub("^0+(?=.)", lambda zeros: " " * len(zeros[0]), text)
        return text.upper() if flag == "^" else text

    return _DIRECTIVE.sub(fill, form)


def _directive(letter: str, moment: datetime) -> str:  # noqa: C901, PLR0911  # one a directive
    if letter in _SHORT:
        return _directives(_SHORT[letter], moment)
    match letter:
        case "e":
            return f"{moment.day:2}"
        case "Y":
            return f"{moment.year:04}"
        case "s":
            return str(int(moment.timestamp()))
        case "Z":
            return "UTC"
        case "z":
            return "+0000"
        case "C":
            return f"{moment.year // 100:02}"
        case "k" | "l":
            hour = moment.hour if letter == "k" else (moment.hour - 1) % 12 + 1
            return f"{hour:2}"
        case "P":
            return "am" if moment.strftime("%p") == "AM" else "pm"
        case "n" | "t" | "%":
            return {"n": "\n", "t": "\t", "%": "%"}[letter]
    return moment.strftime(f"%{letter}") if letter in _PLAIN else f"%{letter}"


def parsed(value: Any, form: Any) -> list[Any]:
    """Return the array of a text that is written by C's directives."""
    if not isinstance(value, str) or not isinstance(form, str):
        raise wrong("strptime", value, form)
    written = _DIRECTIVE.sub(lambda match: _SHORT.get(match[2], match[0]), form)
    written = written.replace("%e", "%d")
    value, written = _without_zone_name(value, written)
    try:
        moment = datetime.strptime(value, written)  # noqa: DTZ007  # a zone is looked at below
    except ValueError as error:
        raise wrong("strptime", value, form) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    elapsed = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return broken_down(elapsed / timedelta(seconds=1))


def _without_zone_name(value: str, form: str) -> tuple[str, str]:
    """Return a text and its form without a `%Z` at the end: a name moves no clock here."""
    if form.endswith("%Z"):
        cut = re.sub(r"[A-Za-z]+$", "", value)
        if cut != value:
            return cut, form.removesuffix("%Z")
    return value, form
