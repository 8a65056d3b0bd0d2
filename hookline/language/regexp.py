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
    except re2.error as error:
        raise LanguageError(f"not a regular expression of RE2: {error}") from error
    return lambda searched: pattern.search(searched) is not None
