import pytest

from eventsource.spec import FOLDER, read_event_source
from hookline import kinds
from hookline.manifest import Document

HOOK = {"port": "12000", "endpoint": "/push", "method": "POST"}


def codes(mistakes):
    return [(mistake.path, mistake.code) for mistake in mistakes]


def test_an_event_source_has_its_names_and_its_events(read_source):
    source, mistakes = read_source("hooks", webhook={"a": HOOK, "b": HOOK | {"endpoint": "/b"}})
    assert mistakes == []
    assert (source.name, source.namespace) == ("hooks", "")
    assert [(event.name, event.kind) for event in source.events] == [
        ("a", "webhook"),
        ("b", "webhook"),
    ]
    assert source.events[1].source.where().path == "/b"


def test_the_namespace_of_the_object_is_kept():
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "EventSource",
        "metadata": {"name": "x", "namespace": "team", "labels": {"a": "b"}},
        "spec": {"webhook": {"a": HOOK}},
        "status": {"conditions": []},
    }
    assert read_event_source(Document("f", 1, body), []).namespace == "team"


def test_fields_that_concern_pods_are_accepted_without_effect(read_source):
    _, mistakes = read_source(
        webhook={"a": HOOK},
        eventBusName="default",
        replicas=2,
        template={"serviceAccountName": "x"},
        service={"ports": [{"port": 12000, "targetPort": 12000}]},
    )
    assert mistakes == []


def test_a_pod_field_of_the_wrong_type_is_an_error(read_source):
    source, mistakes = read_source(webhook={"a": HOOK}, replicas="two")
    assert source is None
    assert [mistake.path for mistake in mistakes] == ["spec.replicas"]


@pytest.mark.parametrize("kind", sorted(kinds.not_yet(FOLDER)))
def test_each_of_upstreams_kinds_that_is_missing_is_named_as_not_there_yet(read_source, kind):
    source, mistakes = read_source(**{kind: {"example": {}}})
    assert source is None
    assert codes(mistakes) == [(f"spec.{kind}", "not-yet")]
    assert f"{kind} is not there yet in Hookline" in mistakes[0].message


def test_an_unknown_kind_suggests_the_closest_one(read_source):
    _, mistakes = read_source(webhok={"a": HOOK})
    assert codes(mistakes) == [("spec.webhok", "unknown-field")]
    assert mistakes[0].suggestion == "did you mean webhook?"


def test_an_unknown_field_of_a_kind_stands_at_its_place(read_source):
    _, mistakes = read_source(webhook={"a": HOOK | {"endpont": "/x"}})
    assert codes(mistakes) == [("spec.webhook.a.endpont", "unknown-field")]
    assert "endpoint" in mistakes[0].suggestion


def test_two_events_may_not_have_one_name_even_in_different_kinds(read_source):
    _, mistakes = read_source(webhook={"a": HOOK}, kafka={"a": {}})
    assert ("spec.kafka", "not-yet") in codes(mistakes)
    _, mistakes = read_source(webhook={"a": HOOK}, nats={"b": {}})
    assert "duplicate-name" not in [mistake.code for mistake in mistakes]


def test_two_events_on_one_endpoint_are_an_error(read_source):
    _, mistakes = read_source(webhook={"a": HOOK, "b": HOOK})
    assert codes(mistakes) == [("spec.webhook.b", "duplicate-endpoint")]
    assert "belongs to a" in mistakes[0].message


def test_two_methods_on_one_endpoint_are_two_events(read_source):
    source, mistakes = read_source(webhook={"a": HOOK, "b": HOOK | {"method": "GET"}})
    assert mistakes == []
    assert len(source.events) == 2


@pytest.mark.parametrize("name", ["with.dot", "with space", "star*", "more>", "", "é"])
def test_a_name_that_would_break_the_subject_is_refused(read_source, name):
    _, mistakes = read_source(webhook={name: HOOK})
    assert [mistake.code for mistake in mistakes] == ["bad-name"]
    _, mistakes = read_source(name, webhook={"a": HOOK})
    assert codes(mistakes) == [("metadata.name", "bad-name")]


@pytest.mark.parametrize("named", [None, [], {}, "text"])
def test_a_kind_must_map_names_to_settings(read_source, named):
    _, mistakes = read_source(webhook=named)
    assert codes(mistakes) == [("spec.webhook", "bad-type")]


def test_an_event_source_without_events_is_an_error(read_source):
    _, mistakes = read_source(replicas=1)
    assert codes(mistakes) == [("spec", "missing-field")]


def test_a_document_without_a_spec_says_so():
    mistakes = []
    body = {"apiVersion": "argoproj.io/v1alpha1", "kind": "EventSource", "metadata": {"name": "x"}}
    assert read_event_source(Document("f", 1, body), mistakes) is None
    assert codes(mistakes) == [("spec", "missing-field")]


def test_all_mistakes_of_a_document_come_at_once(read_source):
    source, mistakes = read_source(
        "bad.name",
        replicas="x",
        webhook={"a": {"endpoint": "/a", "method": "POST"}, "b": HOOK | {"filter": {}}},
        kafka={"c": {}},
        whatever={},
    )
    assert source is None
    assert {
        ("metadata.name", "bad-name"),
        ("spec.replicas", "bad-type"),
        ("spec.webhook.a.port", "missing-field"),
        ("spec.webhook.b.filter.expression", "missing-field"),
        ("spec.kafka", "not-yet"),
        ("spec.whatever", "unknown-field"),
    } == set(codes(mistakes))


def test_mistakes_carry_the_line_of_their_place():
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "EventSource",
        "metadata": {"name": "x"},
        "spec": {"webhook": {"a": HOOK | {"extra": 1}}},
    }
    lines = {("spec", "webhook", "a", "extra"): 17}
    mistakes = []
    read_event_source(Document("f", 1, body, lines), mistakes)
    assert mistakes[0].line == 17
