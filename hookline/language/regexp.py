"""Regular expressions as Go has them: RE2, linear in time, by google-re2."""

from collections.abc import Callable

import re2

from hookline.language.errors import LanguageError

type Search = Callable[[str], bool]
"""Says whether a text matches somewhere."""


def compile_regexp(text: str) -> Search:
    """Return the search for an expression of RE2.

    Raises:
        LanguageError: it is none, or too large; the message is RE2's.
    """
    options = re2.Options()
    options.log_errors = False
    try:
        pattern = re2.compile(text, options)  # type: ignore[no-untyped-call]  # the package's
    except (re2.error, UnicodeEncodeError) as error:
        raise LanguageError(f"not a regular expression of RE2: {_words(error)}") from error

    def search(searched: str) -> bool:
        try:
            return pattern.search(searched) is not None
        except UnicodeEncodeError:  # half a character, as a cut text or JSON may hold it
            return pattern.search(searched.encode("utf-8", "replace").decode()) is not None

    return search


def _words(error: Exception) -> str:
    """Return what an error says; the package hands RE2's own words on as bytes."""
    said = error.args[0] if error.args else ""
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
