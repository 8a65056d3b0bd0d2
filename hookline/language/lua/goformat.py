"""Go's `fmt.Sprintf` for the texts and numbers of a script: what `string.format` stands on."""

import math
import re
from typing import Any

from hookline.language.lua.values import (
    LimitError,
    float_text,
    is_integer,
    number_text,
    parse_number,
    shown,
    to_int,
    type_name,
)

_VERB = re.compile(r"%([-+# 0]*)(\d*|\*)(?:\.(\d*))?(.?)", re.DOTALL)
_WIDEST = 1_000_000
_BASES = {"d": "d", "o": "o", "x": "x", "X": "X", "b": "b"}
_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPES |= {"\v": "\\v", "\\": "\\\\", '"': '\\"'}


class _Form:
    """The flags, width and precision of a verb."""

    def __init__(self, flags: str, width: str, precision: str | None) -> None:
        self.flags = flags
        self.width = int(width or 0)
        self.precision = None if precision is None else int(precision or 0)
        if max(self.width, self.precision or 0) > _WIDEST:
            raise LimitError("string.format is asked for too wide a field")

    def pad(self, text: str, *, number: bool = False) -> str:
        """Return the text as wide as is asked for; zeros go behind the sign."""
        missing = self.width - len(text)
        if missing <= 0:
            return text
        if "-" in self.flags:
            return text + " " * missing
        if "0" not in self.flags:
            return " " * missing + text
        if number and text[:1] in {"+", "-", " "}:
            return text[0] + "0" * missing + text[1:]
        return "0" * missing + text

    def signed(self, text: str) -> str:
        """Return a number's text with the sign that the flags ask for."""
        if text.startswith("-") or not set(self.flags) & {"+", " "}:
            return text
        return ("+" if "+" in self.flags else " ") + text


def sprintf(template: bytes, values: list[Any]) -> bytes:
    """Return the text that Go makes of a template and Lua values."""
    text = template.decode(errors="surrogateescape")
    wanted = template.count(b"%") - template.count(b"%%")
    left = list(values[: max(wanted, 0)])

    def fill(match: re.Match[str]) -> str:
        flags, width, precision, verb = match.groups()
        if verb == "%":
            return "%"
        if not verb:
            return "%!(NOVERB)"
        if not left:
            return f"%!{verb}(MISSING)"
        return _shown(verb, left.pop(0), _Form(flags, width if width != "*" else "", precision))

    made = _VERB.sub(fill, text)
    if left:
        made += f"%!(EXTRA {', '.join(f'lua.L{_go_type(each)}={shown(each)}' for each in left)})"
    return made.encode(errors="surrogateescape")


def _go_type(value: Any) -> str:
    return {"number": "Number", "string": "String", "boolean": "Bool"}.get(
        type_name(value), "Table"
    )


def _shown(verb: str, value: Any, form: _Form) -> str:
    if type(value) is float:
        return _number(verb, value, form)
    if type(value) is bytes:
        return _text_or_number(verb, value, form)
    if verb in "sv" or (verb == "t" and type(value) is bool):
        return form.pad(shown(value))
    if type(value) is bool:
        return f"%!{verb}(lua.LBool={shown(value)})"
    return form.pad(shown(value))


def _text_or_number(verb: str, value: bytes, form: _Form) -> str:
    if verb not in "di":
        return _text(verb, value.decode(errors="surrogateescape"), form)
    # gopher-lua has the two the wrong way round.
    if parse_number(value) is None:
        return form.pad(form.signed("0"), number=True)
    return _text("s", value.decode(errors="surrogateescape"), form)


def _text(verb: str, value: str, form: _Form) -> str:
    if verb in "sv":
        cut = value if form.precision is None else value[: form.precision]
        return form.pad(cut)
    if verb == "q":
        cut = value if form.precision is None else value[: form.precision]
        return form.pad(_quoted(cut))
    if verb in "xX":
        digits = value.encode(errors="surrogateescape").hex()
        return form.pad(digits.upper() if verb == "X" else digits)
    return f"%!{verb}(string={value})"


def _quoted(text: str) -> str:
    parts = []
    for char in text:
        if char in _ESCAPES:
            parts.append(_ESCAPES[char])
        elif char.isprintable():
            parts.append(char)
        elif "\udc80" <= char <= "\udcff":
            parts.append(f"\\x{ord(char) - 0xDC00:02x}")
        else:
            code = ord(char)
            parts.append(f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}")  # noqa: PLR2004
    return f'"{"".join(parts)}"'


def _number(verb: str, value: float, form: _Form) -> str:  # noqa: PLR0911  # one return a kind
    if verb in "qs":
        return _text(verb, number_text(value).decode(), form)
    if verb == "i" or verb in _BASES:
        return _integer("d" if verb == "i" else verb, to_int(value), form)
    if verb == "c":
        code = to_int(value)
        return form.pad(chr(code) if 0 <= code <= 0x10FFFF else "\ufffd")  # noqa: PLR2004
    if verb in "eEfFgG":
        return _real(verb, value, form)
    if verb == "v":
        if is_integer(value):
            return _integer("d", int(value), form)
        return form.pad(form.signed(float_text(value)), number=True)
    kind, text = ("int64", str(int(value))) if is_integer(value) else ("float64", float_text(value))
    return f"%!{verb}({kind}={text})"


def _integer(verb: str, value: int, form: _Form) -> str:
    digits = format(abs(value), _BASES[verb])
    if form.precision is not None:
        digits = "" if not (form.precision or value) else digits.rjust(form.precision, "0")
    if "#" in form.flags:
        digits = {"x": "0x", "X": "0X", "o": "0", "b": "0b"}.get(verb, "") + digits
    text = form.signed(f"-{digits}" if value < 0 else digits)
    if form.precision is None:
        return form.pad(text, number=True)
    return _Form(form.flags.replace("0", ""), str(form.width), None).pad(text)


def _real(verb: str, value: float, form: _Form) -> str:
    if not math.isfinite(value):
        text = "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
        plain = _Form(form.flags.replace("0", ""), str(form.width), None)
        return plain.pad(text)
    if verb in "gG" and form.precision is None:
        text = float_text(value)
    else:
        precision = 6 if form.precision is None else form.precision
        text = format(value, f".{precision}{'f' if verb == 'F' else verb.lower()}")
    text = text.upper() if verb in "EG" else text
    return form.pad(form.signed(text), number=True)
