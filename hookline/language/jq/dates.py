"""jq's dates: seconds since 1970, and arrays of year, month from 0, day, hour, minute, second."""

import math
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from hookline.language.jq.values import JqError, is_number, to_float, to_int, wrong

_PARTS = 8
_START = datetime(2000, 1, 1, tzinfo=UTC)
_FROM_1970 = 946_684_800  # seconds, up to then
_YEARS, _CYCLE = 400, 12_622_780_800  # the calendar repeats: years, and seconds
_FARTHEST = 1e15
_SECOND = 5
_SHORT = {"F": "%Y-%m-%d", "T": "%H:%M:%S", "D": "%m/%d/%y", "R": "%H:%M", "c": "%a %b %e %T %Y"}
_SHORT |= {"r": "%I:%M:%S %p", "h": "%b", "x": "%m/%d/%y", "X": "%H:%M:%S", "v": "%e-%b-%Y"}
_SHORT |= {"+": "%a %b %e %H:%M:%S %Z %Y"}
_PLAIN = frozenset("YmdHMSyjIpaAbBwuUWVGf")
_DIRECTIVE = re.compile(r"%([-_0^#]?)(.)", re.DOTALL)


def now() -> float:
    """Return this moment."""
    return time.time()


class _Moment(NamedTuple):
    """A moment of any year: the same one between 2000 and 2399, and its true year."""

    at: datetime
    year: int


def broken_down(value: Any, name: str = "gmtime") -> list[Any]:
    """Return a number of seconds as an array, in UTC."""
    if not is_number(value):
        raise wrong(name, value)
    seconds = to_float(value)
    if not abs(seconds) < _FARTHEST:
        raise JqError("the time is too far away")
    nanoseconds = int((seconds - math.floor(seconds)) * 1e9)
    moment = _after(int(seconds))
    return [
        moment.year,
        moment.at.month - 1,
        moment.at.day,
        moment.at.hour,
        moment.at.minute,
        float(moment.at.second) + nanoseconds / 1e9,
        moment.at.isoweekday() % 7,
        moment.at.timetuple().tm_yday - 1,
    ]


def _after(seconds: int) -> _Moment:
    cycles, rest = divmod(seconds - _FROM_1970, _CYCLE)
    at = _START + timedelta(seconds=rest)
    return _Moment(at, at.year + _YEARS * cycles)


def _seconds(parts: Any, name: str, *arguments: Any) -> tuple[int, int]:
    """Return the seconds of an array, and its nanoseconds."""
    if not isinstance(parts, list):
        raise wrong(name, parts, *arguments)
    if not all(is_number(part) for part in parts[:_PARTS]):
        raise JqError(f"{name} cannot be applied: expected an array of 8 numbers")
    numbers = [to_int(part) for part in parts[:_PARTS]] + [0] * (_PARTS - len(parts))
    if any(abs(number) > _FARTHEST for number in numbers):
        raise JqError("the time is too far away")
    year, month, day, hour, minute, second = numbers[: _SECOND + 1]
    cycles, year = divmod(year + month // 12 - _START.year, _YEARS)
    first = datetime(_START.year + year, month % 12 + 1, 1, tzinfo=UTC)
    days = (first - _START).days + day - 1
    rest = to_float(parts[_SECOND]) if len(parts) > _SECOND else 0.0
    whole = days * 86400 + hour * 3600 + minute * 60 + second
    return whole + cycles * _CYCLE + _FROM_1970, int((rest - math.floor(rest)) * 1e9)


def seconds_of(parts: Any) -> float:
    """Return the seconds of an array."""
    seconds, nanoseconds = _seconds(parts, "mktime")
    return float(seconds) + nanoseconds / 1e9


def formatted(value: Any, form: Any) -> str:
    """Return a time as text, by C's directives."""
    parts = broken_down(value) if is_number(value) else value
    if not isinstance(parts, list) or not isinstance(form, str):
        raise wrong("strftime", value, form)
    seconds, _ = _seconds(parts, "strftime", form)
    return _directives(form, _after(seconds))


def _directives(form: str, moment: _Moment) -> str:
    def fill(match: re.Match[str]) -> str:
        flag, letter = match.groups()
        text = _directive(letter, moment)
        if flag == "-":
            return text.lstrip("0 ") or "0"
        if flag == "_":
            return re.sub("^0+(?=.)", lambda zeros: " " * len(zeros[0]), text)
        return text.upper() if flag == "^" else text

    return _DIRECTIVE.sub(fill, form.replace("%:z", "+00:00"))


def _directive(letter: str, moment: _Moment) -> str:  # noqa: C901, PLR0911  # one a directive
    if letter in _SHORT:
        return _directives(_SHORT[letter], moment)
    match letter:
        case "e":
            return f"{moment.at.day:2}"
        case "Y":
            return f"{moment.year:04}"
        case "s":
            cycles = (moment.year - moment.at.year) // _YEARS
            return str(int(moment.at.timestamp()) + cycles * _CYCLE)
        case "Z":
            return "UTC"
        case "z":
            return "+0000"
        case "C":
            return f"{moment.year // 100:02}"
        case "k" | "l":
            hour = moment.at.hour if letter == "k" else (moment.at.hour - 1) % 12 + 1
            return f"{hour:2}"
        case "P":
            return "am" if moment.at.strftime("%p") == "AM" else "pm"
        case "n" | "t" | "%":
            return {"n": "\n", "t": "\t", "%": "%"}[letter]
    return moment.at.strftime(f"%{letter}") if letter in _PLAIN else f"%{letter}"


def parsed(value: Any, form: Any) -> list[Any]:
    """Return the array of a text that is written by C's directives."""
    if not isinstance(value, str) or not isinstance(form, str):
        raise wrong("strptime", value, form)
    if form == "%s" and re.fullmatch(r"-?[0-9]{1,12}", value, re.ASCII):
        return broken_down(int(value))
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
