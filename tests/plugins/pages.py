"""The pages of the project, and every line on them that is typed into a shell."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/**/*.md"),
        *ROOT.glob("examples/*/*.md"),
        *ROOT.glob("charts/*/*.md"),
        *ROOT.glob("benchmarks/*.md"),
    ]
)
_SPOKEN = {"", "sh", "bash", "console", "shell"}
_PROGRAMS = (
    "curl|mkdir|openssl|export|make|kubectl|helm|docker|nats|ss|git|cd|pip|cat|echo|cp"
    r"|\S*hookline|\S*python3?"
)
_VARIABLES = r"(?:[A-Z_]+=(?:\$\([^)]*\)|\S)+ )*"
_COMMAND = re.compile(rf"(\$ )?({_VARIABLES}(?:{_PROGRAMS}) \S.*)")
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Line:
    """One command line; `page` is its path from the root, `prompt` is `$ ` or nothing."""

    page: str
    text: str
    prompt: str

    @property
    def program(self) -> str:
        """The program that is called, without its folder and the variables before it."""
        return self.words[0].rpartition("/")[2]

    @property
    def words(self) -> list[str]:
        """The words of the line, without the variables before them."""
        return shlex.split(re.sub(f"^{_VARIABLES}", "", self.text))


def command_lines(page: Path) -> list[Line]:
    """Return the command lines in the fences of a page; a fence for a shell holds nothing else."""
    found = []
    for language, body in _FENCE.findall(page.read_text("utf-8")):
        if language not in _SPOKEN:
            continue
        for line in body.replace("\\\n", " ").splitlines():
            typed = _COMMAND.fullmatch(line.partition("  # ")[0].strip())
            assert typed or not language, f"{page}: {line!r} is no command that is known here"
            if typed:
                name = str(page.relative_to(ROOT))
                found.append(Line(name, typed[2].strip(), typed[1] or ""))
    return found
