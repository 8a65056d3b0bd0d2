"""The manifests of a process over time: the first load, and what a change makes of it."""

from dataclasses import dataclass, field, replace
from pathlib import Path

import structlog

from hookline.local_values import read_values
from hookline.manifest import Mistake, refuse
from server.folders import NO_FOLDERS, Folders
from server.manifests import Loaded, load
from server.watch import State, state_of

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Manifests:
    """The manifests below some paths; a broken file keeps its old version.

    Attributes:
        paths: files and folders.
        namespace: of objects that do not name one.
        lenient: unknown fields are warnings.
        folders: where further Secrets and ConfigMaps are.
        seen: how the files were right before the first load.
    """

    paths: list[Path]
    namespace: str
    lenient: bool = False
    folders: Folders = NO_FOLDERS
    seen: State = field(default_factory=dict, init=False)
    _current: Loaded | None = field(default=None, init=False)

    def first(self, *, strict: bool) -> Loaded:
        """Load; with `strict` any error is a ManifestError, else the good objects are returned."""
        self.seen = state_of(self.paths)
        loaded = self._load()
        if strict:
            refuse(loaded.mistakes)
        say(loaded.mistakes)
        self._current = loaded
        return loaded

    def again(self) -> Loaded:
        """Load after a change: objects of files with errors stay as they were."""
        loaded = self._load()
        say(loaded.mistakes)
        if self._current is not None:
            loaded = _keep_old(self._current, loaded, self.folders)
        self._current = loaded
        return loaded

    def _load(self) -> Loaded:
        return load(
            self.paths,
            lenient=self.lenient,
            namespace=self.namespace,
            folders=self.folders,
        )


def _keep_old(old: Loaded, new: Loaded, folders: Folders) -> Loaded:
    """Return `new`, with the objects of files that have errors now taken from `old`."""
    broken = {mistake.file for mistake in new.mistakes if mistake.level == "error"}
    if not broken:
        return new
    others = [
        *(each for each in new.others if each.file not in broken),
        *(each for each in old.others if each.file in broken),
    ]
    new.secrets.local = read_values("Secret", others, []).within(folders.secrets)
    return replace(
        new,
        others=others,
        config_maps=read_values("ConfigMap", others, []).within(folders.config_maps),
        sources=[
            *(s for s in new.sources if s.file not in broken),
            *(s for s in old.sources if s.file in broken),
        ],
        sensors=[
            *(s for s in new.sensors if s.file not in broken),
            *(s for s in old.sensors if s.file in broken),
        ],
    )


def say(mistakes: list[Mistake]) -> None:
    """Log a line per mistake."""
    for mistake in mistakes:
        speak = log.error if mistake.level == "error" else log.warning
        speak("manifest", mistake=str(mistake), code=mistake.code)
