"""What a trigger does: the base of the kinds in `trigger/actions/`, and what they are handed."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from hookline.block import Block
from hookline.errors import HooklineError, TemporaryError
from hookline.event import Event
from hookline.kube.client import KubeClient
from hookline.manifest import Document, Place
from hookline.secrets import Secrets
from trigger.clients import Clients
from trigger.config_maps import ConfigMaps
from trigger.web import WebClient

FOLDER = "trigger.actions"


class LeaseLostError(HooklineError):
    """Another worker may hold the delivery by now; nothing was sent, nothing is to be said."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a trigger stands: its sensor, itself, and the dependencies that it may name.

    Attributes:
        namespace: where objects without a namespace of their own are made.
        allow: statuses of an answer that count as done (`policy.status`); None: every 2xx.
        defaults: fields of a Workflow's spec that fill what a manifest leaves out.
        allow_sensitive: events may write into fields that decide what is run (`allowSensitive`).
        waits: the object has to get labels before it counts as done (`policy.k8s`).
    """

    sensor: str
    trigger: str
    namespace: str
    dependencies: tuple[str, ...]
    allow: frozenset[int] | None = None
    allow_sensitive: bool = False
    defaults: Mapping[str, Any] = field(default_factory=dict)
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """The one firing that is due.

    Attributes:
        identity: `names.identity` of the delivered event.
        key: `names.due` of (event, sensor, trigger, dependency); names and labels are made of it.
        dependency: the dependency that the event was delivered for.
        event: the delivered event.
    """

    identity: str
    key: str
    dependency: str
    event: Event


@dataclass(slots=True)
class Doors:
    """The ways out of the process that actions may use.

    Attributes:
        secrets: what manifests name by `{name, key}`; put in its place when manifests are read
            again.
        web: the one HTTP client; opened when it is first used.
        config_maps: what is read of ConfigMaps.
        clients: connections that are kept to other services.
        documents: objects that count as the cluster's where none is asked (`render`).
    """

    kube: KubeClient | None
    secrets: Secrets = field(default_factory=Secrets)
    web: WebClient = field(default_factory=WebClient)
    config_maps: ConfigMaps = field(default_factory=ConfigMaps)
    clients: Clients = field(default_factory=Clients)
    documents: tuple[Document, ...] = ()

    async def close(self) -> None:
        """Close what was opened here; the way to Kubernetes is its owner's."""
        await self.web.close()
        await self.clients.close()

    def cluster(self) -> KubeClient:
        """Return the way to Kubernetes; TemporaryError when there is none."""
        if self.kube is None:
            raise TemporaryError("there is no way to Kubernetes", whole_target=True)
        return self.kube


@dataclass(frozen=True, slots=True)
class Order:
    """What an action is about to do, with nothing left open.

    Attributes:
        object: what would be created or sent, as `render` shows it; None where nothing is.
    """

    object: dict[str, Any] | None

    @property
    def elsewhere(self) -> str:
        """Where the object has to be fetched from before it is known, in words; else empty."""
        return ""

    async def filled(self, doors: Doors) -> "Order":  # noqa: ARG002  for those that have to look
        """Return the order with its object, which may have to be fetched through `doors`.

        Raises:
            TemporaryError: nothing usable is there (reasons `NoSource`, `BadSource`).
            PermanentError: the events cannot fill the order.
        """
        return self

    @property
    def tree(self) -> dict[str, Any]:
        """The object, where one is certain."""
        return self.object or {}


class Prepared(ABC):
    """An action that is compiled: nothing of its manifest is parsed any more."""

    @abstractmethod
    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        """Return what is to be done for `events` (by dependency); pure but for a `file` it reads.

        Raises:
            PermanentError: these events cannot fill the order (reason `Parameter`).
            TemporaryError: the file that holds the object cannot be used now.
        """

    @abstractmethod
    async def act(
        self, order: Order, doors: Doors, lease_is_live: Callable[[], bool], *, repeat: bool
    ) -> dict[str, str] | None:
        """Do what `order` says and return `{apiVersion, kind, namespace, name, uid}`, or None.

        `repeat` says that an earlier attempt may have worked already.

        Raises:
            TemporaryError: try again later.
            PermanentError: trying again is useless.
            LeaseLostError: nothing was done, the delivery may belong to another worker.
        """


class Action(Block, ABC):
    """The settings of one kind of action.

    Attributes:
        answers: the other side answers with a status, which `policy.status` can judge.
        makes: there is an object afterwards, for whose labels `policy.k8s` can wait.
    """

    answers: ClassVar[bool] = False
    makes: ClassVar[bool] = False

    @abstractmethod
    def compile(self, place: Place, at: Setting) -> Prepared | None:
        """Return the ready action; None when mistakes were noted at `place`."""
