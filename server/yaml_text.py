"""Writes objects as YAML that Kubernetes reads back as the same object."""

from typing import Any

import yaml

from hookline.yaml_scalar import guess

_WIDTH = 4096


class _Dumper(yaml.SafeDumper):
    """Quotes what Kubernetes would not read as text, and keeps lines of text as lines."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  yaml's signature
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  yaml's signature
        # Items of a list stand below their key, indented.
        super().increase_indent(flow, indentless=False)


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    if style is None and not isinstance(guess(text), str):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dump(tree: Any) -> str:
    """Return the YAML of one object, in the order of its keys."""
    return yaml.dump(tree, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=_WIDTH)
