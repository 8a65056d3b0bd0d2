import pytest

from hookline.eventbus.spec import EventBus, read_event_bus
from hookline.manifest import Document


def read(spec):
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "EventBus",
        "metadata": {"name": "default", "namespace": "ns"},
        "spec": spec,
    }
    mistakes = []
    return read_event_bus(Document("bus.yaml", 1, body), mistakes), mistakes


def test_the_address_of_a_jetstream_is_read():
    bus, mistakes = read({"jetstreamExotic": {"url": "nats://somewhere:4222"}})
    assert bus == EventBus("default", "ns", "nats://somewhere:4222")
    assert mistakes == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"jetstream": {"version": "latest"}}, "spec.jetstream"),
        ({"nats": {"native": {"replicas": 3}}}, "spec.nats"),
        ({"kafka": {"url": "a:9092"}}, "spec.kafka"),
        ({"jetstreamExotic": {"url": "a", "tls": {}}}, "spec.jetstreamExotic.tls"),
        (
            {"jetstreamExotic": {"url": "a", "accessSecret": {}}},
            "spec.jetstreamExotic.accessSecret",
        ),
    ],
)
def test_what_is_not_there_yet_is_refused_by_name_and_once(spec, path):
    bus, mistakes = read(spec)
    assert bus is None
    assert [(mistake.path, mistake.code) for mistake in mistakes] == [(path, "not-yet")]
    assert path.rpartition(".")[2] in mistakes[0].message
    assert mistakes[0].suggestion


def test_a_stream_configuration_is_said_to_have_no_effect():
    bus, mistakes = read({"jetstreamExotic": {"url": "a", "streamConfig": "maxAge: 1h"}})
    assert bus is not None
    assert [(mistake.level, mistake.code) for mistake in mistakes] == [("warning", "no-effect")]


def test_a_bus_without_any_address_names_what_is_missing():
    bus, mistakes = read({})
    assert bus is None
    assert mistakes[0].code == "missing-field"


def test_an_unknown_field_and_a_bad_address_are_mistakes_with_a_hint():
    assert read({"jetstreamExotics": {}})[1][0].suggestion == "did you mean jetstreamExotic?"
    bus, mistakes = read({"jetstreamExotic": {"url": "http://a"}})
    assert bus is None
    assert (mistakes[0].path, mistakes[0].code) == ("spec.jetstreamExotic.url", "bad-url")
