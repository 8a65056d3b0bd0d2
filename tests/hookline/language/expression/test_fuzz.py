"""Random expressions for a while: nothing but the two errors comes out, and nothing runs long.

HOOKLINE_FUZZ_SECONDS says how long (5).
"""

import os
import random
import time
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.expression import EvaluationError, compile_expression

PIECES = (
    "a b c [d-e] a.B 1 0 .5 0x1F 1000000 'x' '' \"2020-01-01\" '^x+$' '(a*)*b' true false () in"
)
PIECES += " == != < <= > >= =~ !~ + - * / % ** & | ^ << >> ~ ! && || ? : ?? , ( ( ) ) \\ [ ' é"
FIELDS: dict[str, Any] = {
    "a": 5.0,
    "b": "aaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "c": [1.0, "x", None, [True]],
    "d-e": {"k": float("inf")},
}
SLOW = 5.0  # seconds for one expression, on the slowest machine


def test_fuzz_an_expression_ends_with_a_value_or_with_one_of_two_errors():
    chooser = random.Random(20260)  # noqa: S311  # no secret
    words = PIECES.split()
    end = time.monotonic() + float(os.environ.get("HOOKLINE_FUZZ_SECONDS", "5"))
    values = 0
    while time.monotonic() < end:
        length = chooser.choice((1, 3, 5, 7, 9, 40, 400))
        text = chooser.choice(("", " ", " ", " ")).join(chooser.choices(words, k=length))
        started = time.process_time()
        try:
            compile_expression(text).evaluate(FIELDS)
            values += 1
        except (LanguageError, EvaluationError):
            pass
        assert time.process_time() - started < SLOW, text
    assert values
