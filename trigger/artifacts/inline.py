"""`inline`: the object stands in the Sensor as a text that holds YAML or JSON."""

from typing import Any

from pydantic import Field, model_validator

from hookline.manifest import Place
from hookline.yaml_reader import read_text
from trigger.artifact import Artifact


class Inline(Artifact):
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
        documents, mistakes = read_text(self.text, "inline")
        for mistake in mistakes:
            where = f"line {mistake.line} of the text: " if mistake.line else ""
            place.error(where + mistake.message, code=mistake.code, suggestion=mistake.suggestion)
        if mistakes:
            return None
        if len(documents) != 1:
            place.error(
                f"inline must hold one YAML document, it has {len(documents)}", code="bad-source"
            )
            return None
        return documents[0].body
