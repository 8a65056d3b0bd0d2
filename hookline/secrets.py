"""Secrets that manifests name by `{name, key}`: from documents, then files, then the cluster.

Values are read when they are used, so that a rotated one counts at once (from the cluster: within
seconds, as somebody who may ask it puts in what it holds); they never stand in a message or a log
line.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from hookline.block import Block
from hookline.errors import TemporaryError
from hookline.local_values import LocalValues, read_values
from hookline.manifest import Document, Kind, Mistake
from hookline.names import DEFAULT_NAMESPACE

type Where = tuple[str, str]
"""A Secret of the cluster: namespace and name."""


class MissingSecretError(TemporaryError):
    """A secret is not there (yet), or is empty; it may be put there later."""

    def __init__(self, name: str, key: str, why: str) -> None:
        super().__init__(f"secret {name}, key {key}: {why}", reason="MissingSecret", delay=5.0)


class SecretKey(Block):
    """Which secret: the name of a `Secret` and a key in it."""

    refers_to: ClassVar[Kind | None] = "Secret"

    name: str = Field(min_length=1, description="Name of the Secret.")
    key: str = Field(min_length=1, description="Key within the Secret.")
    optional: bool | None = Field(
        None, description="Accepted as Kubernetes has it; a missing secret is still an error."
    )


@dataclass(slots=True)
class _InCluster:
    """What is known of a Secret in the cluster: its `data` (base64), and why there is no newer."""

    data: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


class Secrets:
    """All secrets of one process.

    Args:
        values: (name, key) to value, from documents; these come first.
        directory: holds `NAME/KEY` files, as Kubernetes mounts them; one trailing newline is cut.
        namespace: where a Secret is in the cluster when who names it is in no namespace.

    Attributes:
        local: what documents and files hold; put in its place when manifests are read again.
    """

    def __init__(
        self,
        values: dict[tuple[str, str], bytes] | None = None,
        directory: Path | None = None,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> None:
        self.local = LocalValues("Secret", values, directory)
        self._namespace = namespace
        self._cluster: dict[Where, _InCluster] = {}

    def value(self, name: str, key: str, namespace: str = "") -> bytes:
        """Return a secret's value; MissingSecretError when it is absent or empty.

        `namespace` is that of the object that names it.
        """
        value = self.local.find(name, key)
        if value is None:
            value = self._in_cluster(name, key, namespace)
        if not value:
            raise MissingSecretError(name, key, "it is empty")
        return value

    def reader(self, selector: SecretKey, namespace: str = "") -> Callable[[], bytes]:
        """Return what reads a secret's value anew each time."""
        return partial(self.value, selector.name, selector.key, namespace)

    def where(self, name: str, namespace: str = "") -> Where:
        """Return where a Secret is in the cluster."""
        return namespace or self._namespace, name

    def follow(self, wanted: Iterable[Where]) -> None:
        """Make room for what the cluster holds of these Secrets, and forget all others."""
        unknown = "the Kubernetes API has not answered yet"
        self._cluster = {
            where: self._cluster.get(where, _InCluster(why=unknown)) for where in wanted
        }

    def found(self, where: Where, data: Mapping[str, Any]) -> None:
        """Take what the cluster holds of a Secret: its `data`, base64 by key."""
        if where in self._cluster:
            self._cluster[where] = _InCluster(data)

    def gone(self, where: Where, why: str) -> None:
        """Take that the cluster has no such Secret; `why` in words."""
        if where in self._cluster:
            self._cluster[where] = _InCluster(why=why)

    def unanswered(self, where: Where, why: str) -> None:
        """Take that the cluster does not say what it holds; what it said last goes on to count."""
        if where in self._cluster:
            self._cluster[where].why = why

    def _in_cluster(self, name: str, key: str, namespace: str) -> bytes:
        where = self.where(name, namespace)
        known = self._cluster.get(where, _InCluster(why="the Kubernetes API was not asked"))
        text = known.data.get(key)
        if not isinstance(text, str):
            why = known.why or f"the Secret {'/'.join(where)} in the cluster has no such key"
            raise MissingSecretError(name, key, f"{self.local.looked(name, key)}; {why}")
        try:
            return base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            # The error would show the value.
            raise MissingSecretError(name, key, "what the cluster has is no base64") from None


def read_secrets(
    documents: Iterable[Document],
    mistakes: list[Mistake],
    directory: Path | None = None,
    namespace: str = DEFAULT_NAMESPACE,
) -> Secrets:
    """Return the secrets of the `Secret` documents, then of a folder; mistakes are noted."""
    secrets = Secrets(namespace=namespace)
    secrets.local = read_values("Secret", documents, mistakes).within(directory)
    return secrets
