"""From the nodes of one YAML document to the object that Kubernetes would see, with its lines.

Merges (`<<`) and aliases are expanded, within bounds; what JSON cannot hold, and a key that
stands twice, are mistakes.
"""

from typing import Any

from hookline import yaml_scalar
from hookline.manifest import Mistake, Path, show
from hookline.yaml_fault import YamlError
from hookline.yaml_tree import MAX_DEPTH, MAX_NODES, Mapping, Node, Scalar, Sequence

_MERGE_TAG = "tag:yaml.org,2002:merge"


class Values:
    """Makes the values of one document.

    Attributes:
        lines: path of each value to its 1-based line (a member's is its key's).
        mistakes: what is wrong but does not stop the reading.
    """

    def __init__(self, file: str) -> None:
        self.lines: dict[Path, int] = {}
        self.mistakes: list[Mistake] = []
        self._file = file
        self._count = 0

    def value(self, node: Node, path: Path, line: int) -> Any:
        """Return the value of a node; YamlError when it expands beyond the bounds."""
        self._bound(path, line)
        self.lines[path] = line
        if isinstance(node, Scalar):
            return self._scalar(node, path)
        if isinstance(node, Sequence):
            return [
                self.value(item, (*path, index), item.line) for index, item in enumerate(node.items)
            ]
        members: dict[str, Any] = {}
        self._members(node, path, members, {})
        return members

    def _bound(self, path: Path, line: int) -> None:
        self._count += 1
        if self._count > MAX_NODES:
            message = f"aliases expand to more than {MAX_NODES:,} nodes"
            raise YamlError(message, line, "too-many-nodes")
        if len(path) > MAX_DEPTH:
            raise YamlError(f"nested deeper than {MAX_DEPTH} levels", line, "too-deep")

    def _members(
        self, node: Mapping, path: Path, members: dict[str, Any], written: dict[str, int]
    ) -> None:
        """Add the pairs of a mapping; `written` has the lines of keys that are no merge's."""
        for key_node, value_node in node.pairs:
            if _is_merge(key_node):
                for merged in _merged(value_node, key_node.line):
                    self._merge(merged, path, members, written)
                continue
            key = self._key(key_node, path)
            if key is None:
                continue
            if key in written:
                message = f"the key {key} stands twice, first in line {written[key]}"
                self._error((*path, key), key_node.line, "duplicate-key", message)
            written[key] = key_node.line
            members[key] = self.value(value_node, (*path, key), key_node.line)

    def _merge(
        self, node: Mapping, path: Path, members: dict[str, Any], written: dict[str, int]
    ) -> None:
        self._bound(path, node.line)
        merged: dict[str, Any] = {}
        self._members(node, path, merged, {})
        for key in merged.keys() & written.keys():
            message = f"a merge (<<) sets {key} again, which stands in line {written[key]}"
            hint = "write << before the other keys of its mapping"
            self._error((*path, key), written[key], "duplicate-key", message, hint)
        members.update(merged)

    def _key(self, node: Node, path: Path) -> str | None:
        try:
            if not isinstance(node, Scalar):
                raise ValueError("a key must be text, not a list or a mapping")  # noqa: TRY301, TRY004  one way out for all
            guess = yaml_scalar.guess if node.tag is None and node.plain else str
            return yaml_scalar.as_key(guess(node.text))
        except ValueError as error:
            self._error(path, node.line, "bad-key", str(error))
            return None

    def _scalar(self, node: Scalar, path: Path) -> yaml_scalar.Scalar:
        try:
            return yaml_scalar.resolve(node.text, node.tag, plain=node.plain)
        except ValueError as error:
            self._error(path, node.line, "bad-scalar", str(error))
            return None

    def _error(self, path: Path, line: int, code: str, message: str, suggestion: str = "") -> None:
        self.mistakes.append(
            Mistake(self._file, line, show(path), "error", code, message, suggestion)
        )


def _is_merge(node: Node) -> bool:
    if not isinstance(node, Scalar) or node.text != "<<":
        return False
    return node.tag == _MERGE_TAG or (node.tag is None and node.plain)


def _merged(node: Node, line: int) -> list[Mapping]:
    """Return the mappings that a `<<` names, the weakest first."""
    nodes = node.items[::-1] if isinstance(node, Sequence) else [node]
    mappings = [item for item in nodes if isinstance(item, Mapping)]
    if len(mappings) < len(nodes):
        raise YamlError("<< needs a mapping, or a list of mappings", line, "bad-merge")
    return mappings
