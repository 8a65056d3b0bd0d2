"""Programs that nobody wrote, in the worker: none brings it down, none runs past its limit.

`HOOKLINE_FUZZ_SECONDS` says how long each language is tried (5).
"""

import json
import os
import random
import re
import time
from pathlib import Path

import pytest

from hookline.language.worker import EvaluationError, Program, Worker

SECONDS = float(os.environ.get("HOOKLINE_FUZZ_SECONDS", "5"))
HERE = Path(__file__).parent
WORDS = re.compile(r'"(?:[^"\\]|\\.)*"|[\w$@.]+|\s+|.', re.DOTALL)
GOOD = Program("filter", "return event.a == 1")


def sources(language: str) -> list[list[str]]:
    facts = json.loads((HERE / language / "facts.json").read_text("utf-8"))
    return [WORDS.findall(row[1]) or ["."] for row in facts["rows"]]


def mutated(known: list[list[str]], chance: random.Random) -> str:
    words = list(chance.choice(known))
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(words))
        other = chance.choice(known)
        match chance.randrange(4):
            case 0:
                words[at] = chance.choice(other)
            case 1:
                words[at:at] = other[chance.randrange(len(other)) :]
            case 2:
                words = words[:at] or ["."]
            case _:
                words[at] = words[at] * chance.randint(2, 50)
    return "".join(words)


@pytest.mark.parametrize("language", ["lua", "jq"])
def test_no_program_brings_the_worker_down(language):
    # The same programs each time, but for those who look for longer.
    seed = time.time_ns() if "HOOKLINE_FUZZ_SECONDS" in os.environ else 20263
    chance, known = random.Random(seed), sources(language)  # noqa: S311  no secret
    data = json.loads((HERE / language / "facts.json").read_text("utf-8"))["data"].encode()
    worker = Worker(seconds=0.1)
    worker.evaluate(GOOD, b"{}")
    until, tried = time.monotonic() + SECONDS, 0
    while time.monotonic() < until or not tried:
        tried += 1
        source = mutated(known, chance)
        program = Program("jq" if language == "jq" else chance.choice(["lua", "filter"]), source)
        problem = ""
        try:
            json.loads(worker.evaluate(program, data))
        except EvaluationError as error:
            problem = str(error)
        assert "died" not in problem, f"seed {seed}: {source!r}"
        assert worker.evaluate(GOOD, b'{"a":1}') == b"true", f"seed {seed}: {source!r}"
    worker.close()
    worker.thread.shutdown()
