"""`inline`: the object stands in the Sensor as a text that holds YAML or JSON."""

from typing import Any

from pydantic import Field, model_validator

from hookline.manifest import Place
from trigger.artifact import Standing, parse_object


class Inline(Standing):
    """An object written as text; one YAML or JSON document."""

    text: str = Field(description="The YAML or JSON of one object.")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, data: Any) -> Any:
        if not isinstance(data, str):
            raise ValueError("inline must be a text; put the YAML under `inline: |`")  # noqa: TRY004  pydantic wants it
        return {"text": data}

    def manifest(self, place: Place) -> dict[str, Any] | None:
        """Return the object that the text holds; lines in mistakes count within the text."""
        return parse_object(self.text, "inline", place)
