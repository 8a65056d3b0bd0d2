"""`file`: the object stands in a file beside Hookline."""

from pydantic import Field

from trigger.action import Doors
from trigger.artifact import Remote
from trigger.local_file import read_small


class File(Remote):
    """An object in a file, which is read for each event; one YAML or JSON document."""

    path: str = Field(min_length=1, description="Path of the file.")

    @property
    def label(self) -> str:
        """Which file it is."""
        return f"the file {self.path}"

    def at_hand(self) -> str:
        """Return what the file holds now; TemporaryError (NoSource) when it cannot be read."""
        return read_small(self.path)

    async def fetch(self, doors: Doors, namespace: str) -> str:  # noqa: ARG002  of Remote
        """Return what the file holds now."""
        return self.at_hand()
