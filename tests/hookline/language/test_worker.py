"""The process that runs scripts: what it may, and that nobody suffers for another's script."""

import contextlib
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from hookline.language.worker import EvaluationError, Program, Worker

ROOT = Path(__file__).parents[3]
GOOD = Program("filter", "return event.a == 1")


@pytest.fixture
def worker():
    worker = Worker(seconds=0.2)
    yield worker
    worker.close()
    worker.thread.shutdown()


def until_gone(pid: int, seconds: float = 30.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_programs_of_each_kind_are_evaluated(worker):
    assert worker.evaluate(GOOD, b'{"a":1}') == b"true"
    assert worker.evaluate(Program("lua", "return {b = event.a}"), b'{"a":1}') == b'{"b":1}'
    assert worker.evaluate(Program("jq", "{c: .a}"), b'{"a":1}') == b'{"c":1}'


def test_no_process_is_started_before_the_first_script(worker):
    assert worker.pid is None


def test_its_environment_is_empty(worker):
    worker.evaluate(GOOD, b"{}")
    assert Path(f"/proc/{worker.pid}/environ").read_bytes() == b""


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("filter", "while true do end"),
        ("filter", "while true do pcall(function() while true do end end) end"),
        ("filter", "return string.find(('a'):rep(30000), ('a*'):rep(30) .. 'b')"),
        ("filter", "local t = {} while true do t[#t + 1] = {} end"),
        ("lua", "local s = 'x' while true do s = s:reverse() end"),
        ("lua", "local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x"),
        ("lua", "return setmetatable({}, {__index = function(t, k) return t[k] end}).x"),
        ("lua", "return string.rep('x', 1e10)"),
        ("lua", "local s = 'x' while true do s = s .. s end"),
        ("lua", "local t = {} t[60000000] = 1 return t"),
        ("lua", "local function f() return f() end return f()"),
        ("lua", "local function f() f() end f()"),
        ("lua", "return {string.format('%999999999d', 1)}"),
        ("lua", "return {table.concat({('x'):rep(1e7), ('x'):rep(1e7)})}"),
        ("lua", "return {unpack({}, 1, 1e9)}"),
        ("lua", "table.sort({3, 1, 2}, function() while true do end end)"),
        ("lua", "return loadstring(('('):rep(50000))"),
        ("jq", "[range(1e9)]"),
        ("jq", "{a: last(repeat(1))}"),
        ("jq", "def f: f; f"),
        ("jq", "def f: 1 + f; f"),
        ("jq", '{a: [limit(1e9; repeat("x" * 1000))]}'),
        ("jq", 'reduce range(1e9) as $i ("x"; . + .)'),
        ("jq", "{} | .[1e9] = 1"),
        ("jq", "[1] | .[1e8] = 1"),
        ("jq", '"a" * 1e9'),
        ("jq", "[recurse(.)]"),
        ("jq", "1 | until(false; . + 1)"),
        ("jq", "[range(1e5)] | combinations(10)"),
        ("jq", "reduce range(100) as $i (3; . * .)"),
        ("jq", "reduce range(1e6) as $i ([]; [.])"),
        ("jq", '"' + "a" * 5000 + '" | test("' + "(a*)*" * 50 + 'b") | {v: .}'),
    ],
)
def test_a_hostile_program_ends_and_the_next_one_is_served(worker, kind, source):
    with contextlib.suppress(EvaluationError):
        worker.evaluate(Program(kind, source), b"{}")
    assert worker.evaluate(GOOD, b'{"a":1}') == b"true"


def test_what_takes_too_long_says_so(worker):
    with pytest.raises(EvaluationError, match="it took too long"):
        worker.evaluate(Program("filter", "while true do end"), b"{}")


def test_what_takes_too_much_memory_says_so():
    worker = Worker(seconds=20.0)
    source = "local t = {} while true do t[#t + 1] = ('x'):rep(1e7) .. #t end"
    with pytest.raises(EvaluationError, match="it took too much memory"):
        worker.evaluate(Program("filter", source), b"{}")
    assert worker.evaluate(GOOD, b'{"a":1}') == b"true"
    worker.close()
    worker.thread.shutdown()


def test_a_killed_process_is_replaced_and_its_evaluation_made_again(worker):
    assert worker.evaluate(GOOD, b'{"a":1}') == b"true"
    killed = worker.pid
    os.kill(killed, signal.SIGKILL)
    assert worker.evaluate(GOOD, b'{"a":1}') == b"true"
    assert worker.pid != killed


def test_a_kill_in_the_middle_fails_neither_this_evaluation_nor_its_neighbours(worker):
    worker.evaluate(GOOD, b"{}")
    killed = worker.pid
    assert killed
    answers: list[bytes] = []

    def ask() -> None:
        answers.extend(worker.evaluate(GOOD, b'{"a":1}') for _ in range(200))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    os.kill(killed, signal.SIGKILL)
    for thread in threads:
        thread.join()
    assert answers == [b"true"] * 600


def test_one_that_does_not_answer_in_time_is_killed():
    worker = Worker(deadline=0.0, seconds=0.2)
    with pytest.raises(EvaluationError, match="it took too long"):
        worker.evaluate(Program("filter", "while true do end"), b"{}")
    assert worker.pid is None
    worker.thread.shutdown()


def test_a_program_that_is_no_program_fails_with_its_line(worker):
    with pytest.raises(EvaluationError, match="line 2: "):
        worker.evaluate(Program("filter", "x = 1\nx = ="), b"{}")


def test_it_ends_with_hookline_even_when_that_is_killed():
    code = textwrap.dedent("""
        import time
        from hookline.language.worker import Program, shared
        shared().evaluate(Program("filter", "return true"), b"{}")
        print(shared().pid, flush=True)
        time.sleep(1000)
    """)
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert until_gone(pid)


def test_many_programs_are_kept_apart(worker):
    for number in range(1100):
        program = Program("filter", f"return event.a == {number}")
        assert worker.evaluate(program, b'{"a":7}') == (b"true" if number == 7 else b"false")
    assert worker.evaluate(GOOD, b'{"a":1}') == b"true"


@pytest.mark.parametrize("source", [".c[{}]", "{} | tostring", ".c[{}:]", "-{} | tostring"])
def test_a_number_of_thousands_of_digits_ends_no_process(source):
    worker = Worker(seconds=20.0)
    program = Program("jq", "{a: (" + source.replace("{}", "10" * 3000) + ")}")
    assert worker.evaluate(program, b'{"c": [1, 2]}').startswith(b'{"a":')
    worker.close()
    worker.thread.shutdown()
