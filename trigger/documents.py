"""The data of an event as the JSON document that paths and templates read."""

import msgspec

from hookline.errors import PermanentError
from hookline.event import JSON_TYPE, Event
from hookline.yaml_fault import YamlError
from hookline.yaml_tree import compose
from hookline.yaml_values import Values

REASON = "Parameter"
_YAML_TYPE = "application/yaml"
_MAX_YAML = 1024 * 1024


def data_document(event: Event) -> bytes:
    """Return the data as JSON; PermanentError if it is neither JSON nor YAML."""
    # An event without a type is JSON, says CloudEvents; Argo Events would lose it here.
    if event.content_type in {"", JSON_TYPE}:
        return event.data
    if event.content_type == _YAML_TYPE:
        return _from_yaml(event)
    raise PermanentError(
        f"the data of event {event.id} is {event.content_type}, a path needs {JSON_TYPE}",
        reason=REASON,
    )


def _from_yaml(event: Event) -> bytes:
    if len(event.data) > _MAX_YAML:
        raise PermanentError(
            f"the data of event {event.id} is YAML of more than {_MAX_YAML} bytes", reason=REASON
        )
    try:
        nodes = list(compose(event.data.decode()))
        if not nodes:
            return b"null"
        return msgspec.json.encode(Values("event").value(nodes[0], (), 1), order="deterministic")
    except (YamlError, ValueError, TypeError, RecursionError) as error:
        raise PermanentError(
            f"the data of event {event.id} is no YAML: {error}", reason=REASON
        ) from error
