"""Names the Secrets and ConfigMaps that manifests name and that are not there, offline."""

from collections.abc import Iterator

from eventsource.spec import EventSource
from hookline.errors import HooklineError
from hookline.eventbus.spec import EventBus
from hookline.local_values import FLAGS
from hookline.manifest import Kind, Mistake, Named, Place
from sensor.spec import Sensor
from server.manifests import Loaded

_CODES: dict[Kind, str] = {"Secret": "missing-secret", "ConfigMap": "missing-config-map"}


def missing(loaded: Loaded) -> list[Mistake]:
    """Return a warning for each missing one: it may be put there, or be in the cluster."""
    found: list[Mistake] = []
    for named in _named(loaded):
        problem = _problem(loaded, named)
        if problem:
            place = Place(named.place.document, named.place.path, found)
            hint = f"a {named.kind} document, or a file NAME/KEY below {FLAGS[named.kind]}"
            place.warn(
                problem,
                code=_CODES[named.kind],
                suggestion=f"add {hint}, or see that the cluster has it",
            )
    return found


def _named(loaded: Loaded) -> Iterator[Named]:
    owners: list[EventSource | EventBus | Sensor] = [*loaded.sources, *loaded.buses]
    for owner in owners + loaded.sensors:
        yield from owner.named


def _problem(loaded: Loaded, named: Named) -> str:
    if named.kind == "Secret":
        try:
            loaded.secrets.value(named.name, named.key)
        except HooklineError as error:
            return str(error)
    elif loaded.config_maps.find(named.name, named.key) is None:
        looked = loaded.config_maps.looked(named.name, named.key)
        where = f"ConfigMap {named.name}, key {named.key}"
        return f"{where}: {looked}; the Kubernetes API was not asked"
    return ""
