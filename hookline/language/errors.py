"""The one error of the small languages: a text that is wrong, too large or not there yet."""


class LanguageError(ValueError):
    """A path or template cannot be used; the message says why, without a position in a file.

    Attributes:
        not_yet: upstream knows this form and Hookline does not support it yet.
        path: where in the tree the text stands, when a whole tree was compiled.
    """

    def __init__(
        self, message: str, *, not_yet: bool = False, path: tuple[str | int, ...] = ()
    ) -> None:
        super().__init__(message)
        self.not_yet = not_yet
        self.path = path


class LeftOutError(LanguageError):
    """What upstream can do, and Hookline does not do on purpose."""
