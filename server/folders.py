"""The folders that hold what manifests name and no document has."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders with `NAME/KEY` files, for Secrets and for ConfigMaps; None: there is none."""

    secrets: Path | None = None
    config_maps: Path | None = None


NO_FOLDERS = Folders()
