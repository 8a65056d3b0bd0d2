"""Go templates with sprig's functions, as `text/template` runs them: compiled once, and bounded.

The parser and most functions are gotpl's; how values are found, checked and printed is Go's.
gotpl is imported when the first template is compiled.
"""

from typing import TYPE_CHECKING, Any

from hookline.language.errors import LanguageError
from hookline.language.gotemplate.document import read_document

if TYPE_CHECKING:
    from hookline.language.gotemplate.program import Program

__all__ = ["MAX_SOURCE", "GoTemplate", "compile_template", "read_document"]

MAX_SOURCE = 64 * 1024


class GoTemplate:
    """A compiled template; `text` is as it was written."""

    def __init__(self, text: str, program: "Program") -> None:
        self.text = text
        self._program = program

    def render(self, value: Any) -> str:
        """Return what the template makes of `value`, which it sees as `.Input`.

        Args:
            value: as `read_document` gives it; the template may change it.

        Raises:
            LanguageError: the template fails, or goes past a limit.
        """
        return self._program.render({"Input": value})


def compile_template(text: str) -> GoTemplate:
    """Return the compiled template; LanguageError if it is none, or names what is left out."""
    if len(text) > MAX_SOURCE:
        raise LanguageError(f"a template of more than {MAX_SOURCE} characters")
    from hookline.language.gotemplate.program import compile_program  # noqa: PLC0415  0.3 s

    return GoTemplate(text, compile_program(text))
