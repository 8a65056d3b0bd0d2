"""Which variable a name means: locals of this function, of an outer one, or a global."""

from hookline.language.lua import syntax


class Scope:
    """The names that a function knows while it is parsed."""

    def __init__(self, outer: "Scope | None") -> None:
        self.body = syntax.Body()
        self._outer = outer
        self._blocks: list[dict[bytes, syntax.Variable]] = [{}]
        self._kept: dict[int, int] = {}
        self.loops = 0

    def open(self) -> None:
        """Begin a block."""
        self._blocks.append({})

    def close(self) -> None:
        """End a block."""
        self._blocks.pop()

    def declare(self, name: bytes) -> syntax.Variable:
        """Return a new local variable of the innermost block."""
        variable = syntax.Variable(self.body.size)
        self.body.size += 1
        self._blocks[-1][name] = variable
        return variable

    def find(self, name: bytes, line: int) -> syntax.Expr:
        """Return what a name means here."""
        variable = self._local(name)
        if variable is not None:
            return syntax.Local(variable)
        index = self._upvalue(name)
        return syntax.Global(name, line) if index is None else syntax.Upvalue(index)

    def _local(self, name: bytes) -> syntax.Variable | None:
        for block in reversed(self._blocks):
            if name in block:
                return block[name]
        return None

    def _upvalue(self, name: bytes) -> int | None:
        if self._outer is None:
            return None
        variable = self._outer._local(name)  # noqa: SLF001  # its own kind
        if variable is not None:
            variable.captured = True
            return self._keep(id(variable), variable)
        index = self._outer._upvalue(name)  # noqa: SLF001  # its own kind
        return None if index is None else self._keep(index, index)

    def _keep(self, key: int, what: syntax.Variable | int) -> int:
        if key not in self._kept:
            self._kept[key] = len(self.body.kept)
            self.body.kept.append(what)
        return self._kept[key]
