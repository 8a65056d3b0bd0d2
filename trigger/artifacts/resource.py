"""`resource`: the object stands in the Sensor itself, as YAML."""

from typing import Any

from pydantic import ConfigDict

from hookline.manifest import Place
from trigger.artifact import Standing


class Resource(Standing):
    """An object written where it is used; its fields are its own."""

    model_config = ConfigDict(extra="allow")

    def manifest(self, place: Place) -> dict[str, Any] | None:
        """Return the object as it is written."""
        if not self.model_extra:
            place.error("the resource is empty", code="bad-source")
        return self.model_extra or None
