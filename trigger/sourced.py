"""An action whose object comes from its `source`: within the Sensor, or from outside it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from hookline.errors import TemporaryError
from hookline.event import Event
from hookline.manifest import Document, Mistake, Place
from trigger.action import Doors, Due, Order, Prepared, Setting
from trigger.artifact import Remote, Standing, find_source, parse_object

type Source = tuple[dict[str, Any], Place]
type Ready = Callable[[Source], Prepared | None]

_KEPT = 16


def from_source(raw: dict[str, Any], place: Place, at: Setting, ready: Ready) -> Prepared | None:
    """Return the action of the object that a `source` names; None with mistakes noted.

    Args:
        raw: the `source`.
        place: where it stands.
        at: the trigger's setting.
        ready: returns the action of an object and the place for its mistakes.
    """
    found = find_source(raw, place)
    if found is None:
        return None
    artifact, where = found
    if isinstance(artifact, Remote):
        _look(artifact, where, ready)
        return _Sourced(artifact, where, at, ready)
    tree = artifact.manifest(where) if isinstance(artifact, Standing) else None
    return None if tree is None else ready((tree, where))


def _look(artifact: Remote, place: Place, ready: Ready) -> None:
    """Note what can be known when the manifest loads; the object may be there later."""
    try:
        text = artifact.at_hand()
    except TemporaryError as error:
        text = None
        place.warn(str(error), code="no-source", suggestion="it is looked for when an event fires")
    if text is None:
        # What stands beside the source is checked all the same.
        ready(({}, Place(place.document, place.path)))
        return
    tree = parse_object(text, "the source", place)
    if tree is not None:
        ready((tree, place))


@dataclass(frozen=True, slots=True)
class _Now(Order):
    """The order of the action for the object as it was."""

    prepared: Prepared
    order: Order

    @property
    def elsewhere(self) -> str:
        return self.order.elsewhere

    async def filled(self, doors: Doors) -> Order:
        inner = await self.order.filled(doors)
        return _Now(inner.object, self.prepared, inner)


@dataclass(frozen=True, slots=True)
class _Later(Order):
    """An order that has to wait for its object."""

    where: str
    fetch: Callable[[Doors], Awaitable[_Now]]

    @property
    def elsewhere(self) -> str:
        return self.where

    async def filled(self, doors: Doors) -> Order:
        return await (await self.fetch(doors)).filled(doors)


class _Sourced(Prepared):
    """An action whose object is looked at for each event; compiled anew only when it changed."""

    def __init__(self, artifact: Remote, place: Place, at: Setting, ready: Ready) -> None:
        self._artifact = artifact
        self._path = place.path
        self._namespace = at.namespace
        self._ready = ready
        self._kept = lru_cache(_KEPT)(self._compile)

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        """Return the order, without its object if that has to be fetched first.

        Raises:
            PermanentError: these events cannot fill the order.
            TemporaryError: there is no usable object (NoSource, BadSource).
        """
        text = self._artifact.at_hand()
        if text is None:
            return _Later(None, self._artifact.label, partial(self._fetched, events, due))
        return self._now(text, events, due)

    async def act(
        self, order: Order, doors: Doors, lease_is_live: Callable[[], bool], *, repeat: bool
    ) -> dict[str, str] | None:
        """Carry the order out; returns and raises as the action itself, and as `order`."""
        order = await order.filled(doors)
        if not isinstance(order, _Now):
            raise TypeError("this order was made by another action")
        return await order.prepared.act(order.order, doors, lease_is_live, repeat=repeat)

    async def _fetched(self, events: Mapping[str, Event], due: Due, doors: Doors) -> _Now:
        return self._now(await self._artifact.fetch(doors, self._namespace), events, due)

    def _now(self, text: str, events: Mapping[str, Event], due: Due) -> _Now:
        prepared = self._kept(text)
        inner = prepared.order(events, due)
        return _Now(inner.object, prepared, inner)

    def _compile(self, text: str) -> Prepared:
        place = Place(Document("the source", 0, {}), self._path)
        tree = parse_object(text, "the source", place)
        prepared = None if tree is None else self._ready((tree, place))
        wrong = [each for each in place.mistakes if each.level == "error"]
        if prepared is None or wrong:
            raise _bad_source(wrong)
        return prepared


def _bad_source(wrong: list[Mistake]) -> TemporaryError:
    """Return the error for an object that cannot be used; it can be mended where it stands."""
    said = "; ".join(f"{each.path}: {each.message}" for each in wrong)
    return TemporaryError(
        f"the source holds nothing usable: {said}", reason="BadSource", whole_target=True
    )
