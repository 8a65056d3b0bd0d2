"""`transform` of a dependency (reference sections 3.3 and 3.4)."""

import dataclasses
from typing import Any

import pytest
import yaml

from hookline.event import JSON_TYPE, Event
from hookline.manifest import Document, Mistake
from hookline.metrics import Metrics
from sensor.roster import Roster
from sensor.spec import Dependency, Examined, read_sensor
from trigger.action import Doors, Order, Prepared
from trigger.launch import Launcher

DATA = b'{"body":{"n":1,"tags":["a","b"],"html":"<b>"}}'


def read(transform: Any, filters: Any = None) -> tuple[Dependency | None, list[Mistake]]:
    dependency = {"name": "d", "eventSourceName": "s", "eventName": "e", "transform": transform}
    if filters is not None:
        dependency["filters"] = filters
    spec = {
        "dependencies": [dependency],
        "triggers": [{"template": {"name": "t", "log": {}}}],
    }
    mistakes: list[Mistake] = []
    body = {"metadata": {"name": "x"}, "spec": spec}
    sensor = read_sensor(Document("f.yaml", 1, body), mistakes)
    return (sensor.dependencies["d"] if sensor else None), mistakes


def examined(transform: Any, data: bytes = DATA, filters: Any = None) -> Examined:
    dependency, mistakes = read(transform, filters)
    assert dependency is not None, mistakes
    event = Event("1", "s", "e", "webhook", "2026-01-01T00:00:00Z", data, "text/plain")
    return dependency.examine(event)


@pytest.mark.parametrize(
    ("transform", "data"),
    [
        ({"jq": ".body"}, b'{"html":"\\u003cb\\u003e","n":1,"tags":["a","b"]}'),
        ({"jq": "{n: (.body.n + 1)}"}, b'{"n":2}'),
        ({"jq": "{n: 1}, {n: 2}"}, b'{"n":1}'),
        ({"script": "return {n = event.body.n + 0.5}"}, b'{"n":1.5}'),
        ({"script": "return event.body.tags"}, b'["a","b"]'),
        ({"script": "return {}"}, b"{}"),
        ({"script": "return setmetatable({}, {__is_array = true})"}, b"[]"),
        ({"jq": '{by: "jq"}', "script": "return {by = 'lua'}"}, b'{"by":"jq"}'),
    ],
)
def test_the_data_is_what_comes_out(transform, data):
    found = examined(transform)
    assert found.judgement.passed
    assert found.event.data == data
    assert found.event.content_type == JSON_TYPE


def test_everything_but_the_data_stays():
    event = examined({"jq": "{}"}).event
    assert (event.id, event.source, event.name, event.type) == ("1", "s", "e", "webhook")
    assert event.time == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("transform", [{}, {"jq": ""}, {"script": ""}, None])
def test_no_transform_leaves_the_event_alone(transform):
    assert examined(transform).event.data is DATA


def test_an_event_without_data_passes_as_it_is():
    assert examined({"jq": "error"}, b"").judgement.passed


def test_the_filters_see_the_transformed_data():
    filters = {"data": [{"path": "n", "type": "number", "value": ["2"]}]}
    assert examined({"jq": "{n: (.body.n + 1)}"}, filters=filters).judgement.passed
    assert not examined({"jq": "{n: .body.n}"}, filters=filters).judgement.passed


@pytest.mark.parametrize(
    ("transform", "data", "error"),
    [
        ({"jq": ".body.n"}, DATA, "no object but a number"),
        ({"jq": "empty"}, DATA, "gave no output"),
        ({"jq": "select(.body.n > 5)"}, DATA, "gave no output"),
        ({"jq": ".body | error"}, DATA, "error: "),
        ({"jq": "."}, b"[]", "no JSON object"),
        ({"jq": "."}, b"{", "no JSON"),
        ({"script": "return 1"}, DATA, "must return a table"),
        ({"script": "local x = 1"}, DATA, "must return a table"),
        ({"script": "return event.a.b"}, DATA, "attempt to index"),
        ({"script": "return event"}, b"[1]", "no JSON object"),
        ({"script": "return {f = print}"}, DATA, "JSON cannot hold"),
    ],
)
def test_an_error_says_no_and_is_told(transform, data, error):
    judgement = examined(transform, data).judgement
    assert not judgement.passed
    assert judgement.error.startswith("transform error (")
    assert error in judgement.error
    assert [clause.clause for clause in judgement.clauses] == ["transform"]
    assert judgement.reason == "transform error (the transform gave no result)"


@pytest.mark.parametrize(
    ("transform", "path", "message"),
    [
        ({"jq": ".a |"}, "transform.jq", "this is no jq: line 1: unexpected"),
        ({"jq": ".\n| nosuch"}, "transform.jq", "line 2: nosuch/0 is no function"),
        ({"script": "return ("}, "transform.script", "this is no Lua: line 1: unexpected end"),
    ],
)
def test_what_is_no_program_is_noted_and_fails_for_each_event(transform, path, message):
    dependency, mistakes = read(transform)
    assert dependency is not None
    assert examined(transform).judgement.error.startswith("transform error (")
    assert mistakes[0].level == "fails"
    assert mistakes[0].code == "bad-script"
    assert mistakes[0].path == f"spec.dependencies[0].{path}"
    assert message in mistakes[0].message


def test_an_unknown_field_is_told():
    _, mistakes = read({"js": "x"})
    assert mistakes[0].code == "unknown-field"


SENSOR = """\
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: pairs}
spec:
  dependencies:
    - {name: a, eventSourceName: hook, eventName: a, transform: {jq: "{n: (.n + 1)}"}}
    - {name: b, eventSourceName: hook, eventName: b, transform: {script: "return {m = event.n}"}}
  triggers:
    - template: {name: pair, conditions: "CONDITIONS", log: {}}
"""


@dataclasses.dataclass
class Witness(Prepared):
    """An action that keeps the data that it was given."""

    seen: list[dict[str, bytes]] = dataclasses.field(default_factory=list)

    def order(self, events, due) -> Order:  # noqa: ARG002  of Prepared
        return Order({name: event.data for name, event in events.items()})

    async def act(
        self,
        order,
        doors,  # noqa: ARG002  of Prepared
        lease_is_live,  # noqa: ARG002  of Prepared
        *,
        repeat,  # noqa: ARG002  of Prepared
    ) -> None:
        self.seen.append(order.object)


async def play(stage, conditions: str) -> Witness:
    """Run the Sensor above on the stage's bus."""
    document = yaml.safe_load(SENSOR.replace("CONDITIONS", conditions))
    mistakes: list[Mistake] = []
    sensor = read_sensor(Document("f.yaml", 1, document, modified=1.0), mistakes)
    assert sensor is not None, mistakes
    witness = Witness()
    triggers = tuple(dataclasses.replace(t, launcher=Launcher(witness)) for t in sensor.triggers)
    roster = Roster(stage.bus, Doors(kube=None), Metrics())
    stage.rosters.append(roster)
    await roster.replace([dataclasses.replace(sensor, triggers=triggers)])
    return witness


async def test_a_trigger_gets_the_transformed_data(stage):
    witness = await play(stage, "a")
    await stage.publish("a1")
    await stage.expect("a1", "launched")
    assert witness.seen == [{"a": b'{"n":2}'}]


async def test_a_join_gets_the_transformed_data_of_both(stage):
    witness = await play(stage, "a && b")
    await stage.publish("a1", data=b'{"n": 1}')
    await stage.expect("a1", "held")
    await stage.publish("b1", data=b'{"n": 7}')
    await stage.expect("b1", "launched")
    await stage.expect("a1", "launched")
    assert witness.seen == [{"a": b'{"n":2}', "b": b'{"m":7}'}]


async def test_an_event_that_cannot_be_transformed_is_recorded_as_filtered(stage):
    witness = await play(stage, "a")
    await stage.publish("a1", data=b'{"n": "text"}')
    await stage.expect("a1", "filtered transform error (the transform gave no result)")
    stored = await stage.bus.decisions.last("a1", "hook", "a", "pairs", "pair", "a")
    assert stored.decision.clauses[0].clause == "transform"
    assert "cannot add" in stored.decision.clauses[0].actual
    assert witness.seen == []
