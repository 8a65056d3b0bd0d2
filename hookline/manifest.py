"""Manifests as they were written: documents, the places in them, and the mistakes found there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hookline.errors import ManifestError

type Step = str | int
type Path = tuple[Step, ...]
type Kind = Literal["Secret", "ConfigMap"]
"""The kinds of objects whose values manifests name."""
type Level = Literal["error", "fails", "warning"]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong (or dangerous) in a manifest.

    Attributes:
        file: the file as it was named; line: 1-based, 0 when unknown.
        path: where in the YAML, `spec.triggers[0].template.name`; empty for the whole document.
        level: `error` refuses the object, `warning` does not, nor does `fails`: what is wrong
            fails for every event as it does in Argo Events, and `lint` calls it an error.
        code: a stable kebab-case word for scripts, `unknown-field`.
        message: what is wrong; suggestion: what to write instead, or empty.
    """

    file: str
    line: int
    path: str
    level: Level
    code: str
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        path = f" {self.path}:" if self.path else ""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        level = "warning" if self.level == "fails" else self.level
        return f"{where}: {level}:{path} {self.message}{hint}"


@dataclass(frozen=True, slots=True)
class Named:
    """A key of a Secret or ConfigMap that a manifest names, and where it does.

    Attributes:
        place: where it stands; as text: file, line and path, as in a mistake.
    """

    kind: Kind
    name: str
    key: str
    place: "Place" = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its content as Kubernetes would read it, and where each part stands.

    Attributes:
        file: the file as it was named; line: the 1-based line where the document starts.
        body: the whole object (plain dicts, lists and scalars).
        lines: path of a value or key to its 1-based line.
        modified: the file's modification time, seconds since 1970.
        broken: its text has errors of its own (a key twice, say): it can be read to find more
            mistakes, but must not be used.
    """

    file: str
    line: int
    body: dict[str, Any]
    lines: Mapping[Path, int] = field(default_factory=dict)
    modified: float = 0.0
    broken: bool = False

    @property
    def kind(self) -> str:
        """`kind`, or empty."""
        return str(self.body.get("kind") or "")

    @property
    def name(self) -> str:
        """`metadata.name`, or empty."""
        metadata = self.body.get("metadata")
        return str(metadata.get("name") or "") if isinstance(metadata, dict) else ""

    @property
    def namespace(self) -> str:
        """`metadata.namespace`, or empty."""
        metadata = self.body.get("metadata")
        return str(metadata.get("namespace") or "") if isinstance(metadata, dict) else ""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a document where something is read; it collects the mistakes found there.

    `place / "spec" / "triggers" / 0` is the place below; all places of a document share the lists
    of mistakes and of the Secrets and ConfigMaps that it names.
    """

    document: Document
    path: Path = ()
    mistakes: list[Mistake] = field(default_factory=list)
    named: list[Named] = field(default_factory=list)

    def __truediv__(self, step: Step) -> "Place":
        return Place(self.document, (*self.path, step), self.mistakes, self.named)

    @property
    def line(self) -> int:
        """The line of this place, or of the nearest enclosing one that is known."""
        for length in range(len(self.path), -1, -1):
            if line := self.document.lines.get(self.path[:length]):
                return line
        return self.document.line

    def __str__(self) -> str:
        return f"{self.document.file}:{self.line}: {show(self.path)}"

    def error(self, message: str, *, code: str, suggestion: str = "") -> None:
        """Note a mistake that refuses the object."""
        self._note("error", code, message, suggestion)

    def fails(self, message: str, *, code: str, suggestion: str = "") -> None:
        """Note what will fail for every event; Argo Events loads it, so the object is used."""
        self._note("fails", code, message, suggestion)

    def warn(self, message: str, *, code: str, suggestion: str = "") -> None:
        """Note something dangerous that does not refuse the object."""
        self._note("warning", code, message, suggestion)

    def refer(self, kind: Kind, name: str, key: str) -> None:
        """Note a key of a Secret or ConfigMap that is named here."""
        self.named.append(Named(kind, name, key, self))

    def _note(self, level: Level, code: str, message: str, suggestion: str) -> None:
        where = show(self.path)
        self.mistakes.append(
            Mistake(self.document.file, self.line, where, level, code, message, suggestion)
        )

    @property
    def failed(self) -> bool:
        """Whether an error was noted in this document so far."""
        return any(mistake.level == "error" for mistake in self.mistakes)


def show(path: Path) -> str:
    """Return a path as people write it: `spec.triggers[0].template`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return text.removeprefix(".")


def refuse(mistakes: list[Mistake]) -> None:
    """Raise ManifestError with a line per mistake if one of them is an error."""
    errors = [str(mistake) for mistake in mistakes if mistake.level == "error"]
    if errors:
        raise ManifestError("\n".join(errors))
