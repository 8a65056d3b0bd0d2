"""JSON Schema (2020-12) of the manifests, composed from the blocks of every kind, for editors."""

from typing import Any, cast

from pydantic import ValidationError

from eventsource import spec as eventsource_spec
from eventsource.source import Source
from hookline import kinds
from hookline.block import Block
from hookline.eventbus.spec import JetStreamExotic
from sensor import filter as sensor_filter
from sensor.spec import DependencyBlock, SensorBlock
from server.candidate import API_VERSION
from trigger import action, artifact
from trigger.spec import TriggerBlock
from trigger.template import TemplateBlock

type Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ANY: Schema = {"type": "object"}
_FOR_PODS: Schema = {
    "eventBusName": {"type": "string", "description": "No effect here."},
    "template": {**_ANY, "description": "Pod template of Argo Events; no pod is made here."},
    "service": {**_ANY, "description": "Service of Argo Events; none is made here."},
    "replicas": {"type": "integer", "description": "Pods of Argo Events; none is made here."},
}
_LOGICAL: Schema = {"enum": ["", "and", "or"]}


class Schemas:
    """Makes the schemas; the parts that blocks share are collected in `definitions`."""

    def __init__(self) -> None:
        self.definitions: Schema = {}

    def kind(self, kind: str) -> Schema:
        """Return the schema of the objects of one kind; KeyError when it is none of ours."""
        spec = {"EventSource": self._source, "Sensor": self._sensor, "EventBus": self._bus}[kind]
        return {
            "type": "object",
            "required": ["apiVersion", "kind", "metadata", "spec"],
            "additionalProperties": False,
            "properties": {
                "apiVersion": {"const": API_VERSION},
                "kind": {"const": kind},
                "metadata": _metadata(),
                "spec": spec(),
                "status": _ANY,
            },
        }

    def _source(self) -> Schema:
        known = {
            key: {"type": "object", "additionalProperties": schema}
            for key, schema in self._kinds(eventsource_spec.FOLDER, Source).items()
        }
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {**known, **_FOR_PODS},
        }

    def _sensor(self) -> Schema:
        dependency = _with(self._block("Sensor", DependencyBlock), {"filters": self._filters()})
        template = _with(
            self._block("Sensor", TemplateBlock), self._kinds(action.FOLDER, action.Action)
        )
        trigger = _with(self._block("Sensor", TriggerBlock), {"template": template})
        lists = {
            "dependencies": {"type": "array", "minItems": 1, "items": dependency},
            "triggers": {"type": "array", "minItems": 1, "items": trigger},
        }
        return _with(self._block("Sensor", SensorBlock), lists)

    def _bus(self) -> Schema:
        properties = {
            "jetstreamExotic": self._block("EventBus", JetStreamExotic),
            "jetstream": {
                **_ANY,
                "description": "Made by Argo Events' controller; no effect here.",
            },
        }
        return {"type": "object", "additionalProperties": False, "properties": properties}

    def _filters(self) -> Schema:
        items = self._kinds(sensor_filter.FOLDER, sensor_filter.Filter)
        properties = {
            key: {"anyOf": [item, {"type": "array", "items": item}]} for key, item in items.items()
        }
        logical = {"dataLogicalOperator": _LOGICAL, "exprLogicalOperator": _LOGICAL}
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {**properties, **logical},
        }

    def _kinds(self, folder: str, base: type[Block]) -> dict[str, Schema]:
        found = {key: kinds.find(folder, key, base) for key in sorted(kinds.known(folder))}
        schemas = {key: self._block(key, kind) for key, kind in found.items() if kind is not None}
        if folder == action.FOLDER:
            places = self._kinds(artifact.FOLDER, artifact.Artifact)
            one = {"minProperties": 1, "maxProperties": 1}
            source = {"type": "object", "additionalProperties": False, **one, "properties": places}
            for schema in schemas.values():
                if "source" in schema.get("properties", {}):
                    schema["properties"]["source"] = source
        return schemas

    def _block(self, owner: str, block: type[Block]) -> Schema:
        """Return the schema of a block; the blocks in it become definitions named after `owner`."""
        if _takes_text(block):
            return {"type": "string", "description": block.__doc__}
        template = f"#/$defs/{owner}.{{model}}"
        schema = block.model_json_schema(by_alias=True, ref_template=template)
        for name, part in schema.pop("$defs", {}).items():
            self.definitions[f"{owner}.{name}"] = part
        return cast("Schema", _untitled(schema))


def of_kind(kind: str) -> Schema:
    """Return the whole schema document for one kind; KeyError when it is none of ours."""
    schemas = Schemas()
    return {
        "$schema": DIALECT,
        "title": f"{kind} ({API_VERSION})",
        **schemas.kind(kind),
        "$defs": _untitled(schemas.definitions),
    }


def of_all(kinds_: list[str]) -> Schema:
    """Return one schema document for files that hold any of the kinds, and other objects too."""
    schemas = Schemas()
    cases = [
        {
            "if": {
                "required": ["apiVersion", "kind"],
                "properties": {"apiVersion": {"const": API_VERSION}, "kind": {"const": kind}},
            },
            "then": schemas.kind(kind),
        }
        for kind in kinds_
    ]
    return {
        "$schema": DIALECT,
        "title": "Manifests of Hookline",
        "type": "object",
        "required": ["apiVersion", "kind"],
        "allOf": cases,
        "$defs": _untitled(schemas.definitions),
    }


def _metadata() -> Schema:
    text: Schema = {"type": "string"}
    return {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": text,
            "namespace": text,
            "labels": {"type": "object", "additionalProperties": text},
            "annotations": {"type": "object", "additionalProperties": text},
        },
    }


def _with(schema: Schema, properties: Schema) -> Schema:
    """Return the schema with other properties in it, which keep their descriptions."""
    own = schema.get("properties", {})
    described = {
        key: {**({"description": own[key]["description"]} if key in own else {}), **value}
        for key, value in properties.items()
    }
    return {**schema, "properties": {**own, **described}}


def _takes_text(block: type[Block]) -> bool:
    """Whether YAML has a text where this block stands, as in `inline: |`."""
    try:
        block.model_validate("text")
    except ValidationError:
        return False
    return True


def _untitled(schema: Any) -> Any:
    """Return the schema without the titles that only repeat the names of fields."""
    if isinstance(schema, list):
        return [_untitled(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _untitled(value)
        for key, value in schema.items()
        if key != "title" or not isinstance(value, str)
    }
