"""`configmap`: the object stands in a ConfigMap of the Sensor's namespace."""

from typing import ClassVar

from pydantic import Field

from hookline.manifest import Kind
from trigger.action import Doors
from trigger.artifact import Remote


class Configmap(Remote):
    """An object in a ConfigMap, which is read when an event fires; one YAML or JSON document."""

    refers_to: ClassVar[Kind | None] = "ConfigMap"

    name: str = Field(min_length=1, description="Name of the ConfigMap.")
    key: str = Field(min_length=1, description="Key within the ConfigMap.")
    optional: bool | None = Field(
        None, description="Accepted as Kubernetes has it; a missing object is still an error."
    )

    @property
    def label(self) -> str:
        """Which ConfigMap and key it is."""
        return f"the ConfigMap {self.name}, key {self.key}"

    def at_hand(self) -> None:
        """Return nothing: the cluster may have to be asked."""

    async def fetch(self, doors: Doors, namespace: str) -> str:
        """Return what the ConfigMap holds, not older than a few seconds."""
        return await doors.config_maps.text(doors.kube, namespace, self.name, self.key)
