"""Random paths in random documents for a while: no crash, and nothing runs long.

HOOKLINE_FUZZ_SECONDS says how long (5).
"""

import os
import random
import time

from hookline.language.errors import LanguageError
from hookline.language.gjson import compile_path
from hookline.language.sjson import compile_destination

PIECES = "a b * ? 0 1 # .. . . . | | #( #[ ( ) )# [ ] { } , : == != <= > % !% =~ ~true ~null ~*"
PIECES += ' "a" "*" "\\" \\ ! !true !{ @this @reverse @keys @values @flatten @join @group @tostr'
PIECES += ' @fromstr @valid @ugly @pretty @pretty:{"sortKeys":true} @dig:a @dig: @x é é*'
DOCUMENTS = (
    '{"a":[{"a":1,"b":"x"},{"a":[1,2,{"b":null}]}],"b":{"a":{"b":"{\\"a\\":1}"}},"é":"\\ud800"}',
    '[{"a":true},{"a":"aaaaaaaaaaaaaaaaaaaaaaaa"},[[1,[2,[3]]]],"b",1.50,null]',
    '{"a":1}\n{"a":2}\n[3]',
    '"text"',
    "",
)
SLOW = 20.0  # seconds for one look-up, on the slowest machine


def test_fuzz_a_path_finds_something_or_nothing_or_takes_too_much():
    chooser = random.Random(20261)  # noqa: S311  # no secret
    words = PIECES.split()
    end = time.monotonic() + float(os.environ.get("HOOKLINE_FUZZ_SECONDS", "5"))
    found = 0
    while time.monotonic() < end:
        path = "".join(chooser.choices(words, k=chooser.choice((1, 2, 3, 5, 8, 60))))
        document = chooser.choice(DOCUMENTS)
        if chooser.random() < 0.3:
            at = chooser.randrange(len(document) + 1)
            document = document[:at] + chooser.choice('"{}[],:\\') + document[at:]
        started = time.process_time()
        found += _look(path, document)
        assert time.process_time() - started < SLOW, (path, document)
    assert found


def _look(path: str, document: str) -> bool:
    try:
        value = compile_path(path).get(document.encode())
        if value is not None:
            assert isinstance(value.text, str)
            assert isinstance(value.number, float)
            _ = value.native
        compile_destination(path).set({"a": [{"b": 1}], "b": "[1]"}, "new")
    except LanguageError:
        return False
    return value is not None
