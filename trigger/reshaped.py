"""An action whose own settings events change: compiled for each shape of them, and kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from hookline.errors import PermanentError
from hookline.event import Event
from hookline.manifest import Document, Path, Place, show
from trigger.action import Doors, Due, Order, Prepared
from trigger.reading import REASON

type Draw = Callable[[Mapping[str, Event]], Any]
type Compile = Callable[[Any, Place], Prepared | None]

KEPT = 64
_LARGEST_KEPT = 64 * 1024
# What no value mends.
_LASTING = frozenset({"unknown-field", "misplaced-field", "not-yet"})

_canonical = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class _Shaped(Order):
    """The order of the action as it is shaped for one firing."""

    prepared: Prepared
    order: Order

    @property
    def elsewhere(self) -> str:
        return self.order.elsewhere

    async def filled(self, doors: Doors) -> Order:
        inner = await self.order.filled(doors)
        return _Shaped(inner.object, self.prepared, inner)


class Reshaped(Prepared):
    """An action that events shape.

    Args:
        draw: returns the settings that events (by dependency) make; raises PermanentError.
        compiled: returns the action of settings, None with mistakes noted at a place.
        path: where the settings stand.
    """

    def __init__(self, draw: Draw, compiled: Compile, path: Path) -> None:
        self._draw = draw
        self._compiled = compiled
        self._path = path
        self._kept = lru_cache(KEPT)(self._compile)

    def order(self, events: Mapping[str, Event], due: Due) -> Order:
        """Return the order of the action that `events` shape.

        PermanentError (reason `Parameter`) when they make no action of it.
        """
        shape = _canonical(self._draw(events))
        compiled = self._kept if len(shape) <= _LARGEST_KEPT else self._compile
        prepared = compiled(shape)
        inner = prepared.order(events, due)
        return _Shaped(inner.object, prepared, inner)

    async def act(
        self, order: Order, doors: Doors, lease_is_live: Callable[[], bool], *, repeat: bool
    ) -> dict[str, str] | None:
        """Carry the order out; returns and raises as the action itself."""
        if not isinstance(order, _Shaped):
            raise TypeError("this order was made by another action")
        return await order.prepared.act(order.order, doors, lease_is_live, repeat=repeat)

    def _compile(self, shape: bytes) -> Prepared:
        place = Place(Document("the event", 0, {}), self._path)
        prepared = self._compiled(_decode(shape), place)
        wrong = [each for each in place.mistakes if each.level == "error"]
        if prepared is None or wrong:
            said = "; ".join(f"{each.path}: {each.message}" for each in wrong)
            raise PermanentError(f"with these parameters: {said}", reason=REASON)
        return prepared


def check_shape(settings: Any, place: Place, dests: list[str], compiled: Compile) -> None:
    """Note at `place` what no parameter mends of the mistakes in settings; `dests` are theirs.

    The Secrets and ConfigMaps are noted that stay as they are named.
    """
    scratch = Place(place.document, place.path)
    compiled(settings, scratch)
    known = len(show(place.path)) + 1
    for mistake in scratch.mistakes:
        where = mistake.path[known:].replace("[", ".").replace("]", "")
        if mistake.code in _LASTING or not any(_related(where, dest) for dest in dests):
            place.mistakes.append(mistake)
    for named in scratch.named:
        where = show(named.place.path)[known:].replace("[", ".").replace("]", "")
        if not any(_related(where, dest) for dest in dests):
            place.named.append(named)


def _related(path: str, dest: str) -> bool:
    return path == dest or path.startswith(f"{dest}.") or dest.startswith(f"{path}.")
