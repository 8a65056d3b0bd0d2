"""The other end of `worker.py`: a loop over a pipe that evaluates programs on events.

A request is a length, what it is and a program's number, then the text; so is an answer. Time is
the processor's, so that a busy machine makes no program fail: after a second of it the program is
stopped, and where it cannot be (inside of one long step) the kernel ends the process.
"""

import contextlib
import resource
import signal
import struct
import sys
from collections.abc import Callable
from types import FrameType
from typing import BinaryIO, Never

from hookline.language.errors import LanguageError

RUN, PROGRAM = b"r", b"p"
DONE, FAILED, UNKNOWN = b"+", b"-", b"?"
MEMORY = 512 << 20
MOST_OUTPUT = 16 << 20
OUT_OF_TIME = frozenset([-signal.SIGPROF, -signal.SIGXCPU])
_MOST_PROGRAMS = 1000
_DEEPEST = 6000
_HEADER = struct.Struct(">IcI")

type Evaluate = Callable[[bytes], bytes]


class OutOfTimeError(BaseException):
    """The second is over; no handler of a script may catch it."""


def compile_program(kind: str, source: str) -> Evaluate:
    """Return a program, ready to run; LanguageError when it cannot be compiled."""
    if kind == "jq":
        from hookline.language.jq.program import Program  # noqa: PLC0415  # only what is needed

        return Program(source).transform
    from hookline.language.lua.script import Script  # noqa: PLC0415  # only what is needed

    script = Script(source)
    if kind == "filter":
        return lambda data: b"true" if script.judge(data) else b"false"
    return script.transform


def main(seconds: float) -> None:
    """Serve until the pipe ends; `seconds` of the processor's time are for each evaluation."""
    with contextlib.suppress(ValueError, OSError):  # macOS has no such bound
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.setrecursionlimit(_DEEPEST)
    sys.set_int_max_str_digits(0)  # the time of an evaluation is bounded, however long a number
    signal.signal(signal.SIGVTALRM, _out_of_time)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    _Server(sys.stdin.buffer, sys.stdout.buffer, seconds).serve()


def _out_of_time(_number: int, _frame: FrameType | None) -> Never:
    raise OutOfTimeError


class _Server:
    def __init__(self, requests: BinaryIO, answers: BinaryIO, seconds: float) -> None:
        self._seconds = seconds
        self._requests = requests
        self._answers = answers
        self._programs: dict[int, Evaluate | str] = {}

    def serve(self) -> None:
        self._answer(DONE, b"")
        while header := self._requests.read(_HEADER.size):
            size, what, number = _HEADER.unpack(header)
            text = self._requests.read(size)
            if what == PROGRAM:
                self._compile(number, text.decode())
            elif number not in self._programs:
                self._answer(UNKNOWN, b"")
            else:
                self._answer(*self._run(self._programs[number], text))

    def _answer(self, status: bytes, text: bytes) -> None:
        self._answers.write(_HEADER.pack(len(text), status, 0) + text)
        self._answers.flush()

    def _compile(self, number: int, text: str) -> None:
        kind, _, source = text.partition("\n")
        if len(self._programs) >= _MOST_PROGRAMS:
            self._programs.clear()
        try:
            self._programs[number] = compile_program(kind, source)
        except LanguageError as error:
            self._programs[number] = str(error)

    def _run(self, program: Evaluate | str, data: bytes) -> tuple[bytes, bytes]:
        if isinstance(program, str):
            return FAILED, program.encode()
        try:
            signal.setitimer(signal.ITIMER_PROF, 2 * self._seconds)
            signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds)
            result = program(data)
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        except OutOfTimeError:
            return FAILED, b"it took too long"
        except MemoryError:
            return FAILED, b"it took too much memory"
        except Exception as error:  # noqa: BLE001  # whatever a program does, the next is served
            return FAILED, str(error).encode(errors="replace")
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
            signal.setitimer(signal.ITIMER_PROF, 0)
        if len(result) > MOST_OUTPUT:
            return FAILED, f"its result has more than {MOST_OUTPUT} bytes".encode()
        return DONE, result
