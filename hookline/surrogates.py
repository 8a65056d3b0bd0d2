r"""Halves of surrogate pairs in JSON text (`\ud83d` alone), which Go reads as U+FFFD.

Some senders cut a text in the middle of an emoji. Such JSON is no mistake to Argo Events, and is
refused by the readers of Python; with the halves replaced it means the same to both.
"""

import re

# A whole pair and any other escape are matched too, so that nothing in them is taken for a half.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)


def replace_halves(text: bytes) -> bytes:
    r"""Return JSON text with `\ufffd` for every escaped half; the same object without any."""
    if b"\\u" not in text:
        return text
    replaced = _ESCAPE.sub(lambda found: rb"\ufffd" if found["half"] else found[0], text)
    return text if replaced == text else replaced
