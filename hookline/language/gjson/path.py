"""A gjson path, compiled."""

from dataclasses import dataclass

from hookline.language.errors import LanguageError
from hookline.language.gjson.found import Found
from hookline.language.gjson.grammar import Grammar
from hookline.language.gjson.plain import GiveUpError, Plain, leading, plain
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
    _lead: tuple[Plain, bytes] | None
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
                return self._patient(document, self._path)
            return None if raw is None else Found(raw)
        if self._lead is not None:
            return self._below(document, *self._lead)
        return self._patient(document, self._path)

    def place(self, document: bytes) -> Value:
        """Return the value with its place in the document, as sjson writes there; LanguageError."""
        return self._search(document, self._path)

    def _below(self, document: bytes, lead: Plain, rest: bytes) -> Found | None:
        try:
            block = lead.get(document)
        except GiveUpError:
            block = None
        if block is None or block[:1] not in (b"{", b"["):
            return self._patient(document, self._path)
        return self._patient(block, rest)

    def _patient(self, document: bytes, path: bytes) -> Found | None:
        value = self._search(document, path)
        return Found(value.raw) if value.exists else None

    def _search(self, document: bytes, path: bytes) -> Value:
        try:
            return Search(self.grammar).get(made(document), path)
        except RecursionError as error:
            raise LanguageError("the path or what it finds is nested too deep") from error


def compile_path(text: str) -> GjsonPath:
    """Return the compiled path; LanguageError if it is too long.

    Go's gjson knows no wrong paths: what is odd finds nothing.
    """
    if len(text) > MAX_LENGTH:
        raise LanguageError(f"the path is longer than {MAX_LENGTH} characters")
    quick = plain(text)
    lead = None if quick else leading(text)
    return GjsonPath(
        text,
        quick,
        (lead[0], _bytes(lead[1])) if lead else None,
        _bytes(text),
        Grammar(),
    )


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogatepass")
