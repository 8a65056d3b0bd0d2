"""Templates and documents made at random: no crash, and none that does not end.

HOOKLINE_FUZZ_SECONDS is how long it looks for one (5 s).
"""

import contextlib
import json
import os
import random
import string
import time
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hookline.language.errors import LanguageError
from hookline.language.gotemplate import compile_template, read_document
from hookline.language.gotemplate.functions import FUNCTIONS

SECONDS = float(os.environ.get("HOOKLINE_FUZZ_SECONDS", "5"))
FACTS = json.loads(Path(__file__).with_name("template_facts.json").read_text())
SEEDS = [row[0] for row in FACTS["written"] + FACTS["picked"]]
VALUES = ".Input.body.name .Input.body.n .Input.body.mixed .Input.body.obj .Input.none nil -1 0 7 "
VALUES = (VALUES + '1e300 99999999999 "" "a" "%s" (list 1 "b") (dict "a" 1) (until 9) true').split()
# Far above the limit of one run, so that only one without an end is found.
ENDLESS = 30.0
JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def run(template: str, document: str) -> None:
    began = time.monotonic()
    with contextlib.suppress(LanguageError):
        compile_template(template).render(read_document(document))
    assert time.monotonic() - began < ENDLESS, template


def changed(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) + 1)
    match chance.randrange(4):
        case 0:
            return text[:at] + chance.choice('(){}|$. "`0-,' + string.ascii_letters) + text[at:]
        case 1:
            return text[:at] + text[at + chance.randrange(1, 6) :]
        case 2:
            other = chance.choice(SEEDS)
            return text[:at] + other[chance.randrange(len(other) + 1) :]
    return text + chance.choice(SEEDS)


def call(chance: random.Random) -> str:
    name = chance.choice(list(FUNCTIONS))
    function = FUNCTIONS[name]
    count = len(function.parameters) + chance.randrange(3 if function.rest else 1)
    return f"{{{{ {name} {' '.join(chance.choices(VALUES, k=count))} }}}}"


def test_no_template_crashes_or_runs_on():
    chance = random.Random(int(os.environ.get("HOOKLINE_FUZZ_SEED", "20261124")))  # noqa: S311
    document = json.dumps(FACTS["input"])
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        run(changed(chance, chance.choice(SEEDS)), document)
        run(call(chance), document)


@given(JSON)
def test_any_json_goes_through_and_comes_back_the_same(value: object):
    text = json.dumps(value)

    compile_template("{{ .Input }}").render(read_document(text))
    back = compile_template("{{ toJson .Input }}").render(read_document(text))
    assert read_document(back) == read_document(text)


@given(st.text())
def test_any_text_is_a_template_or_refused(text: str):
    run(text, "{}")
    run(f"{{{{ {text} }}}}", "{}")
