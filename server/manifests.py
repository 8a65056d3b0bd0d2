"""All manifests of a process or a command: read, compiled, and checked against each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from eventsource.spec import EventSource
from hookline import yaml_reader
from hookline.eventbus.spec import EventBus
from hookline.local_values import LocalValues, read_values
from hookline.manifest import Document, Mistake
from hookline.names import DEFAULT_NAMESPACE
from hookline.secrets import Secrets, read_secrets
from sensor.spec import Sensor
from server import candidate, crosscheck
from server.folders import NO_FOLDERS, Folders


@dataclass(frozen=True)
class Loaded:
    """What some manifests hold.

    Attributes:
        sources, sensors: the objects without errors.
        buses: the EventBus objects without errors.
        others: objects of kinds that are not Hookline's.
        secrets, config_maps: from documents, then from the folder for them.
        mistakes: errors and warnings of all files, in their order.
        refused: objects (`Sensor push`) and files that cannot be used.
    """

    sources: list[EventSource]
    sensors: list[Sensor]
    buses: list[EventBus]
    others: list[Document]
    secrets: Secrets
    config_maps: LocalValues
    mistakes: list[Mistake]
    refused: list[str]

    @property
    def bus(self) -> EventBus | None:
        """The EventBus named `default`, else the first; None without one."""
        named = [bus for bus in self.buses if bus.name == "default"]
        return next(iter(named or self.buses), None)


def load(
    paths: Iterable[Path],
    *,
    lenient: bool = False,
    namespace: str = DEFAULT_NAMESPACE,
    folders: Folders = NO_FOLDERS,
) -> Loaded:
    """Return what the files and folders hold; nothing is raised, mistakes are in the answer.

    Args:
        paths: files, and folders that are read with all folders below.
        lenient: unknown and misplaced fields are warnings, and are dropped.
        namespace: of objects that name none.
        folders: where further Secrets and ConfigMaps are.
    """
    documents, mistakes = yaml_reader.read_paths(paths)
    found = [candidate.read(document, namespace, lenient=lenient) for document in documents]
    crosscheck.check(found, namespace)
    good = [each for each in found if not each.failed]
    made = [each.made for each in good]
    others = [each.document for each in good if each.made is None]
    secrets = read_secrets(others, mistakes, folders.secrets, namespace)
    config_maps = read_values("ConfigMap", others, mistakes).within(folders.config_maps)
    return Loaded(
        sources=[each for each in made if isinstance(each, EventSource)],
        sensors=[each for each in made if isinstance(each, Sensor)],
        buses=[each for each in made if isinstance(each, EventBus)],
        others=others,
        secrets=secrets,
        config_maps=config_maps,
        mistakes=in_order([*mistakes, *(each for one in found for each in one.mistakes)]),
        refused=_refused(mistakes, found),
    )


def in_order(mistakes: list[Mistake]) -> list[Mistake]:
    """Return mistakes by file and line."""
    return sorted(mistakes, key=lambda mistake: (mistake.file, mistake.line))


def _refused(of_files: list[Mistake], found: list[candidate.Candidate]) -> list[str]:
    """Return the objects with errors, and the files where no object explains the error."""
    objects = [each for each in found if each.failed]
    named = {each.document.file for each in objects}
    files = [each.file for each in of_files if each.level == "error" and each.file not in named]
    return list(dict.fromkeys([*files, *(each.label for each in objects)]))
