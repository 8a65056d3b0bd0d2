"""Random expressions for a while: nothing but the two errors comes out, and nothing runs long.

HOOKLINE_FUZZ_SECONDS says how long (5).
"""

import os
import random
import time
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.expr import EvaluationError, compile_value

PIECES = (
    "body tags list o # #index . ?. [ ] ( ) { } , : ; let in not and or ?? ? | .. + - * / % ** =="
)
PIECES += (
    " != < >= matches contains startsWith filter( map( all( any( len( reduce( groupBy( sort( split("
)
PIECES += " replace( repeat( join( keys( string( toJSON( fromJSON( toJson( asInt( sprig.trim("
PIECES += " sprig.repeat("
PIECES += " jsonpath( 1 1.5 0x1 99999 'a' '(a*)*b' '$..a' nil true x = // /* $env"
DATA: dict[str, Any] = {
    "body": {"a": 1.0, "b": [None, True, "x"]},
    "tags": ["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"] * 300,
    "list": [float(number) for number in range(1000)],
    "o": {str(number): number * 1.0 for number in range(100)},
}
SLOW = 20.0  # seconds of work for one expression, on the slowest machine


def _text(chooser: random.Random) -> str:
    words = chooser.choices(PIECES.split(), k=chooser.choice((1, 3, 5, 8, 12, 40, 400)))
    closed = " ".join(words) + " )" * sum(word.endswith("(") for word in words)
    nested = f"any(list, any(list, any(list, {chooser.choice(words)} == {chooser.choice(words)})))"
    return chooser.choice((" ".join(words), closed, closed, nested))


def test_fuzz_an_expression_ends_with_a_value_or_with_one_of_two_errors():
    chooser = random.Random(20260)  # noqa: S311  # no secret
    end = time.monotonic() + float(os.environ.get("HOOKLINE_FUZZ_SECONDS", "5"))
    values = 0
    while time.monotonic() < end:
        text = _text(chooser)
        started = time.process_time()
        try:
            compile_value(text)(DATA)
            values += 1
        except (LanguageError, EvaluationError):
            pass
        assert time.process_time() - started < SLOW, text
    assert values
