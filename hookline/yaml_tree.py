"""The nodes of YAML documents, composed from the parser's events within bounds.

Nothing is resolved here: a scalar is its text. An alias is the very node that its anchor names.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from hookline.yaml_fault import YamlError, explain

MAX_DEPTH = 100
MAX_NODES = 100_000

_Loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass(slots=True)
class Scalar:
    """A scalar: its text, explicit tag, and whether it stands without quotes."""

    line: int
    text: str
    tag: str | None
    plain: bool


@dataclass(slots=True)
class Sequence:
    """A list of nodes."""

    line: int
    items: list["Node"] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Pairs of nodes, as written: merges and duplicates are still in it."""

    line: int
    pairs: list[tuple["Node", "Node"]] = field(default_factory=list)


type Node = Scalar | Sequence | Mapping


def compose(text: str, above: int = 0) -> Iterator[Node]:
    """Yield the root node of each document; YamlError at the first thing that is wrong.

    `above` is how many lines of the file stand before `text`.
    """
    try:
        composer = _Composer(yaml.parse(text, Loader=_Loader), above)
        for event in composer.events:
            if isinstance(event, yaml.DocumentStartEvent):
                yield composer.document()
    except yaml.YAMLError as error:
        raise explain(error, text, above) from None


class _Composer:
    def __init__(self, events: Iterator[yaml.Event], above: int) -> None:
        self.events = events
        self._above = above
        self._anchors: dict[str, Node | None] = {}
        self._nodes = 0

    def document(self) -> Node:
        self._anchors, self._nodes = {}, 0
        return self._node(next(self.events), 0)

    def _node(self, event: yaml.Event, depth: int) -> Node:
        mark = event.start_mark
        line = self._above + (mark.line if mark else 0) + 1
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise YamlError(f"a document has at most {MAX_NODES:,} nodes", line, "too-many-nodes")
        if depth > MAX_DEPTH:
            raise YamlError(f"nested deeper than {MAX_DEPTH} levels", line, "too-deep")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event.anchor or "", line)
        anchor = event.anchor if isinstance(event, yaml.NodeEvent) else None
        if anchor is not None:
            self._anchors[anchor] = None  # known, not finished: it cannot hold itself
        node = self._new(event, line, depth)
        if anchor is not None:
            self._anchors[anchor] = node
        return node

    def _alias(self, name: str, line: int) -> Node:
        if name not in self._anchors:
            raise YamlError(f"no anchor &{name} stands before this alias", line, "unknown-anchor")
        if (node := self._anchors[name]) is None:
            raise YamlError(f"the anchor &{name} contains itself", line, "unknown-anchor")
        return node

    def _new(self, event: yaml.Event, line: int, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(line, event.value, event.tag, plain=not event.style)
        if isinstance(event, yaml.SequenceStartEvent):
            sequence = Sequence(line)
            while not isinstance(item := next(self.events), yaml.SequenceEndEvent):
                sequence.items.append(self._node(item, depth + 1))
            return sequence
        mapping = Mapping(line)
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            pair = self._node(key, depth + 1), self._node(next(self.events), depth + 1)
            mapping.pairs.append(pair)
        return mapping
