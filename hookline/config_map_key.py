"""Which ConfigMap a manifest names, and which key in it."""

from typing import ClassVar

from pydantic import Field

from hookline.block import Block
from hookline.manifest import Kind


class ConfigMapKey(Block):
    """The name of a `ConfigMap` and a key in it."""

    refers_to: ClassVar[Kind | None] = "ConfigMap"

    name: str = Field(min_length=1, description="Name of the ConfigMap.")
    key: str = Field(min_length=1, description="Key within the ConfigMap.")
    optional: bool | None = Field(
        None, description="Accepted as Kubernetes has it; a missing one is still an error."
    )
