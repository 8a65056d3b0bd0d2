"""The `context` filter: compares CloudEvents attributes of the event with fixed texts."""

from collections.abc import Callable
from typing import Any

from pydantic import Field

from hookline.decision import Clause
from hookline.event import Event
from hookline.manifest import Place
from sensor.filter import Check, Filter, Test

_ATTRIBUTES: dict[str, Callable[[Event], str]] = {
    "type": lambda event: event.type,
    "subject": lambda event: event.name,
    "source": lambda event: event.source,
    "datacontenttype": lambda event: event.content_type,
}
_IGNORED = ("id", "specversion", "time")


class Context(Filter):
    """What the event's CloudEvents attributes must be.

    Ported from Argo Events: exact equality of each attribute that is given, all must be equal.
    """

    type: str = Field(default="", description="Kind of the source: webhook")
    subject: str = Field(default="", description="Name of the event within its EventSource")
    source: str = Field(default="", description="Name of the EventSource")
    datacontenttype: str = Field(default="", description="Type of the data: application/json")
    id: Any = Field(default=None, description="Accepted, compared with nothing")
    specversion: Any = Field(default=None, description="Accepted, compared with nothing")
    time: Any = Field(default=None, description="Accepted, compared with nothing")

    def compile(self, place: Place) -> Test | None:
        """Return the test; None with mistakes noted (nothing to compare)."""
        for key in _IGNORED:
            if key in self.model_fields_set:
                (place / key).warn(
                    f"{key} is compared with nothing, here and in Argo Events", code="no-effect"
                )
        wanted = {key: text for key in _ATTRIBUTES if (text := str(getattr(self, key)))}
        if not wanted:
            place.error(
                "context compares nothing",
                code="missing-field",
                suggestion=f"give one of {', '.join(_ATTRIBUTES)}",
            )
            return None
        return _test(wanted)


def _test(wanted: dict[str, str]) -> Test:
    readers = tuple((key, _ATTRIBUTES[key]) for key in wanted)
    name = f"context {', '.join(wanted)}"
    expected = " and ".join(f'{key} = "{text}"' for key, text in wanted.items())

    def test(event: Event) -> Check:
        actual = {key: read(event) for key, read in readers}
        return Check(Clause(name, passed=actual == wanted, expected=expected, actual=actual))

    return test
