"""The flags of `argo submit`: which Hookline knows, and what to write instead of the others."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from hookline.language.errors import LanguageError
from hookline.language.placeholder import Placeholder, pieces
from hookline.manifest import Place
from trigger.notes import nearest

# Stands in an outline for what only an event says; no manifest can hold it.
OPEN = "\0"

_SHORT = MappingProxyType({"p": "parameter", "f": "parameter-file", "l": "labels"})
_KNOWN = frozenset(
    (
        *("parameter", "parameter-file", "labels", "entrypoint", "serviceaccount"),
        *("name", "generate-name", "priority"),
    )
)
_ENDS = "remove it: an event is done when the Workflow is made"
_PRINTS = "remove it: there is no argo command that prints something"
_CLUSTER = "remove it: the flags of hookline run say which cluster it is"
_INSTEAD: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("wait", "w", "watch", "log"), _ENDS),
        **dict.fromkeys(("output", "o", "status", "verbose", "v", "loglevel"), _PRINTS),
        **dict.fromkeys(("gloglevel", "log-format", "no-color", "no-utf8"), _PRINTS),
        **dict.fromkeys(("kubeconfig", "context", "cluster", "user", "token"), _CLUSTER),
        **dict.fromkeys(("server", "argo-server", "s", "secure", "e", "k"), _CLUSTER),
        **dict.fromkeys(("insecure-skip-verify", "insecure-skip-tls-verify"), _CLUSTER),
        **dict.fromkeys(("as", "as-group", "as-uid", "client-key"), _CLUSTER),
        **dict.fromkeys(("client-certificate", "certificate-authority"), _CLUSTER),
        **dict.fromkeys(("username", "password", "argo-base-href", "argo-http1"), _CLUSTER),
        **dict.fromkeys(("request-timeout", "proxy-url", "tls-server-name"), _CLUSTER),
        **dict.fromkeys(("dry-run", "server-dry-run"), "remove it: see hookline render"),
        "namespace": "write metadata.namespace in the source",
        "n": "write metadata.namespace in the source",
        "from": "write operation: submit-from, and the object as source",
        "instanceid": "write -l workflows.argoproj.io/controller-instanceid=ID",
        "i": "write -l workflows.argoproj.io/controller-instanceid=ID",
        "strict": "remove it: the cluster checks the Workflow",
        "scheduled-time": "remove it: the time of the event is taken",
        "node-field-selector": "remove it: submit has no nodes to select",
        "annotations": "write them into the Workflow",
    }
)


@dataclass(frozen=True, slots=True)
class Argument:
    """One flag and where its value is.

    Attributes:
        flag: its long name.
        item: index of the item that the value stands in; start: where it begins in it.
        outline: the value with OPEN for each template; None if it holds a wrong one.
    """

    flag: str
    item: int
    start: int
    outline: str | None

    def value(self, texts: Sequence[str]) -> str:
        """Return the value, of all items with their templates filled."""
        return texts[self.item][self.start :]


def taken_apart(args: Sequence[str], place: Place) -> Iterator[Argument]:
    """Yield the flags that Hookline knows; the others are noted at `place`, which is the list's."""
    item = 0
    while item < len(args):
        text, where = args[item], place / item
        name, start = _flag(text)
        if name not in _KNOWN:
            _refuse(text, name, where)
        elif start is not None:
            yield Argument(name, item, start, _outline(text[start:]))
        elif item + 1 < len(args):
            item += 1
            yield Argument(name, item, 0, _outline(args[item]))
        else:
            where.error(f"{text} needs a value", code="bad-args", suggestion=f"write {text}, VALUE")
        item += 1


def _flag(text: str) -> tuple[str, int | None]:
    """Return the long name of a flag, and where its value begins if it stands in the same item.

    The name of what is no flag is empty.
    """
    if text.startswith("--"):
        name, sign, _ = text[2:].partition("=")
        return name, 3 + len(name) if sign else None
    if not text.startswith("-") or len(text) == 1:
        return "", None
    name = _SHORT.get(text[1], text[1])
    rest = text[2:]
    return name, None if not rest else 3 if rest.startswith("=") else 2


def _refuse(text: str, name: str, place: Place) -> None:
    """Note an item that Hookline does nothing with."""
    shown = text.partition("=")[0]
    if not name or " " in shown:
        message = f"{shown} is no argument of argo submit"
        hint = "each flag and each value is an item of its own: -p, NAME=VALUE"
    elif name in _INSTEAD:
        message, hint = f"{shown} has nothing to act on here", _INSTEAD[name]
    else:
        message = f"{shown} is no argument that Hookline knows"
        hint = nearest(name, sorted(_KNOWN))
    place.error(message, code="bad-args", suggestion=hint)


def _outline(text: str) -> str | None:
    try:
        parts = pieces(text)
    except LanguageError:
        return None  # it is noted where the template is compiled
    return "".join(OPEN if isinstance(part, Placeholder) else part for part in parts)
