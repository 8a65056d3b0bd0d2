"""What is left of Lua's os library: the clock, in UTC. Nothing that reaches outside."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hookline.language.lua.arguments import Arguments
from hookline.language.lua.machine import Machine
from hookline.language.lua.values import Fault, Table, parse_number, to_int

_FORMS = {
    "a": "mon", "A": "%A", "b": "%b", "B": "%B", "c": "%d %b %y %H:%M UTC", "d": "%d",
    "F": "%Y-%m-%d", "H": "%H", "I": "%I", "m": "%m", "M": "%M", "p": "%p", "P": "pm",
    "S": "%S", "x": "%H/%M/%S", "X": "%H:%M:%S", "y": "%y", "Y": "%Y", "z": "+0000", "Z": "UTC",
    "w": "%w",
}  # fmt: skip


def _clock(_machine: Machine, _given: Arguments) -> list[Any]:
    return [time.process_time()]


def _difftime(_machine: Machine, given: Arguments) -> list[Any]:
    return [float(given.integer(1) - given.integer(2))]


def _getenv(_machine: Machine, given: Arguments) -> list[Any]:
    given.text(1)
    return [None]


def _setlocale(_machine: Machine, _given: Arguments) -> list[Any]:
    return [False]


def _date(_machine: Machine, given: Arguments) -> list[Any]:
    form = given.text(1).decode(errors="replace") if len(given) else "%c"
    moment = datetime.now(UTC)
    if len(given) > 1:
        moment = _moment(given.integer(2))
    form = form.lstrip("!")
    if form.startswith("*t"):
        return [_parts(moment)]
    return [_formatted(form, moment).encode()]


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)
    except OverflowError as error:
        raise Fault("the time is too far away") from error


def _parts(moment: datetime) -> Table:
    table = Table()
    parts = {
        "year": moment.year,
        "month": moment.month,
        "day": moment.day,
        "hour": moment.hour,
        "min": moment.minute,
        "sec": moment.second,
        "wday": moment.isoweekday() % 7 + 1,
        "yday": 0,
    }
    for name, value in parts.items():
        table.set(name.encode(), float(value))
    table.set(b"isdst", False)  # noqa: FBT003  # a value of Lua
    return table


def _formatted(form: str, moment: datetime) -> str:
    made, at = "", 0
    while at < len(form):
        char = form[at]
        at += 1
        if char != "%" or at == len(form):
            made += char
            continue
        char = form[at]
        at += 1
        known = _FORMS.get(char)
        if char == "P":
            made += "am" if moment.hour < 12 else "pm"  # noqa: PLR2004  # noon
        elif char == "%":
            made += "%"
        else:
            made += moment.strftime(known) if known else f"%{char}"
    return made


def _time(_machine: Machine, given: Arguments) -> list[Any]:
    if not len(given) or given[1] is None:
        return [float(int(time.time()))]
    table = given.table(1)
    names = {"sec": 0, "min": 0, "hour": 12, "day": -1, "month": -1, "year": -1}
    parts = {name: _part(table, name, default) for name, default in names.items()}
    months = parts["year"] * 12 + parts["month"] - 1
    try:
        first = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
        moment = first + timedelta(
            days=parts["day"] - 1,
            hours=parts["hour"],
            minutes=parts["min"],
            seconds=parts["sec"],
        )
    except (ValueError, OverflowError) as error:
        raise Fault("the time is too far away") from error
    return [float(int(moment.timestamp()))]


def _part(table: Table, name: str, default: int) -> int:
    value = table.get(name.encode())
    if type(value) is bytes:
        text = value.lstrip(b" ")
        if text[:1] == b"0" and text[:2].lower() != b"0x":
            text = text.lstrip(b"0") or b"0"
        value = parse_number(text)
    return to_int(value) if type(value) is float else default


FUNCTIONS: dict[str, Callable[[Machine, Arguments], list[Any]]] = {
    "clock": _clock,
    "date": _date,
    "difftime": _difftime,
    "getenv": _getenv,
    "setlocale": _setlocale,
    "time": _time,
}
