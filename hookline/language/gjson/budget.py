"""The bounds of one look-up, so that no path and no document can hold a worker up."""

from hookline.language.errors import LanguageError

MAX_STEPS = 1_000_000
MAX_BUILT = 16 * 1024 * 1024
MAX_DEPTH = 120
_BYTES_PER_STEP = 64


class Budget:
    """What is left of the work that one look-up may do.

    Attributes:
        depth: how many levels of paths and blocks are open.
    """

    __slots__ = ("_built", "_steps", "depth")

    def __init__(self) -> None:
        self._steps = MAX_STEPS
        self._built = MAX_BUILT
        self.depth = 0

    def spend(self, size: int) -> None:
        """Count a step over `size` bytes; LanguageError when the look-up did too much."""
        self._steps -= 1 + size // _BYTES_PER_STEP
        if self._steps < 0:
            raise LanguageError("the path takes too many steps in this document")

    def build(self, size: int) -> None:
        """Count `size` bytes of a text that is made; LanguageError when it is too much."""
        self.spend(size)
        self._built -= size
        if self._built < 0:
            raise LanguageError("the path makes too large a text of this document")

    def enter(self) -> None:
        """Open a level, closed by `leave`; LanguageError when too many are open."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise LanguageError("the path or what it finds is nested too deep")

    def leave(self) -> None:
        """Close a level."""
        self.depth -= 1
