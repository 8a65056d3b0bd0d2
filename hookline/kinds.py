"""The naming law: the file name is the registry of kinds.

`argoWorkflow:` in YAML is `trigger/actions/argo_workflow.py`, holding exactly one subclass of
`Action`. File names map to kinds, never the reverse; a kind is imported only when it is named.
"""

import importlib
import inspect
import json
import pkgutil
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from hookline.block import Block


def key_of(module_name: str) -> str:
    """Return the YAML key of a file: `argo_workflow` is `argoWorkflow`."""
    first, *rest = module_name.split("_")
    return first + "".join(part.capitalize() for part in rest)


@cache
def known(folder: str) -> dict[str, str]:
    """Return the kinds of a plug-in folder (`trigger.actions`): YAML key to module name.

    Nothing is imported but the folder's own package.
    """
    package = importlib.import_module(folder)
    found = pkgutil.iter_modules(list(package.__path__))
    return {key_of(module.name): f"{folder}.{module.name}" for module in found}


@cache
def find(folder: str, key: str, base: type[Block]) -> type[Block] | None:
    """Return the kind that `key` names in `folder`: the one subclass of `base`; None if unknown."""
    name = known(folder).get(key)
    if name is None:
        return None
    module = importlib.import_module(name)
    classes = [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, base) and f"{member.__module__}.".startswith(f"{name}.")
    ]
    if len(classes) != 1:
        raise TypeError(f"{name} must hold exactly one {base.__name__}, it has {len(classes)}")
    return classes[0]


@cache
def not_yet(folder: str) -> frozenset[str]:
    """Return upstream's kinds of a folder that Hookline does not have yet, so lint can say so."""
    text = resources.files("hookline").joinpath("upstream_kinds.json").read_text("utf-8")
    listed: dict[str, Any] = json.loads(text)
    return frozenset(listed[folder]) - set(known(folder))


def page_of(folder: str, key: str) -> Path:
    """Return the docs page of a kind, from the project's root: `docs/trigger/actions/log.md`."""
    return Path("docs", *folder.split("."), f"{known(folder)[key].rsplit('.', 1)[1]}.md")
