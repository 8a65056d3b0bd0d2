"""The tokens of a jq program one by one: what both halves of the parser stand on."""

from hookline.language.errors import LanguageError
from hookline.language.jq.lexer import Token


class Reader:
    """Goes through tokens."""

    def __init__(self, found: list[Token]) -> None:
        self._tokens = found
        self._at = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self._tokens[self._at]

    @property
    def kind(self) -> str:
        """What the next token is; a word `end` of the program is no end of it."""
        token = self.token
        return "EOF" if token.kind == "end" and not token.text else token.kind

    def take(self) -> Token:
        """Return the next token and go on; the last one stays."""
        token = self.token
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def accept(self, kind: str) -> bool:
        """Go on if the next token is of that kind; return whether it was."""
        found = self.kind == kind
        if found:
            self.take()
        return found

    def expect(self, kind: str) -> Token:
        """Return the next token, which must be of that kind."""
        if self.kind != kind:
            raise self.unexpected()
        return self.take()

    def unexpected(self) -> LanguageError:
        """Return an error about the next token."""
        token = self.token
        what = "the end of the program" if self.kind == "EOF" else f"{token.text or token.kind!r}"
        return LanguageError(f"line {token.line}: unexpected {what}")
