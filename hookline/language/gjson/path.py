"""A gjson path, compiled."""

from dataclasses import dataclass

from hookline.language.errors import LanguageError
from hookline.language.gjson.found import Found
from hookline.language.gjson.grammar import Grammar
from hookline.language.gjson.plain import GiveUpError, Plain, plain
from hookline.language.gjson.search import Search
from hookline.language.gjson.value import Value, made

MAX_LENGTH = 4000


@dataclass(frozen=True, slots=True)
class GjsonPath:
    """A compiled path.

    Attributes:
        text: as it was written.
        grammar: what its parts say.
    """

    text: str
    _quick: Plain | None
    _path: bytes
    grammar: Grammar

    def get(self, document: bytes) -> Found | None:
        """Return the value at this path, None if the path does not exist (null does exist).

        Raises:
            LanguageError: it takes too many steps, too large a text or too deep a nesting.
        """
        if self._quick is not None:
            try:
                raw = self._quick.get(document)
            except GiveUpError:
                return self._patient(document)
            return None if raw is None else Found(raw)
        return self._patient(document)

    def place(self, document: bytes) -> Value:
        """Return the value with its place in the document, as sjson writes there; LanguageError."""
        try:
            return Search(self.grammar).get(made(document), self._path)
        except RecursionError as error:
            raise LanguageError("the path or what it finds is nested too deep") from error

    def _patient(self, document: bytes) -> Found | None:
        value = self.place(document)
        return Found(value.raw) if value.exists else None


def compile_path(text: str) -> GjsonPath:
    """Return the compiled path; LanguageError if it is too long.

    Go's gjson knows no wrong paths: what is odd finds nothing.
    """
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the path is longer than {MAX_LENGTH} characters")
    return GjsonPath(text, plain(text), text.encode(errors="surrogatepass"), Grammar())
