"""`file`: the object stands in a file beside Hookline."""

from pathlib import Path

from pydantic import Field

from trigger.action import Doors
from trigger.artifact import Remote, no_source

_LARGEST = 1024 * 1024


class File(Remote):
    """An object in a file, which is read for each event; one YAML or JSON document."""

    path: str = Field(min_length=1, description="Path of the file.")

    @property
    def label(self) -> str:
        """Which file it is."""
        return f"the file {self.path}"

    def at_hand(self) -> str:
        """Return what the file holds now; TemporaryError (NoSource) when it cannot be read."""
        path = Path(self.path)
        try:
            if not path.is_file():
                raise no_source(f"there is no file {path}")
            if path.stat().st_size > _LARGEST:
                raise no_source(f"{path} is larger than {_LARGEST} bytes")
            return path.read_text("utf-8")
        except (OSError, ValueError) as error:
            raise no_source(f"{path} cannot be read: {error}") from error

    async def fetch(self, doors: Doors, namespace: str) -> str:  # noqa: ARG002  of Remote
        """Return what the file holds now."""
        return self.at_hand()
