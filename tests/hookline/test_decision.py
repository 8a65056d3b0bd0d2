import json

import msgspec
import pytest

from hookline.decision import Clause, Decision, Verdict, decode, encode, object_name


def a_decision(**changes):
    fields = {
        "event_id": "42",
        "source": "webhook",
        "event": "push",
        "sequence": 7,
        "sensor": "s",
        "trigger": "t",
        "dependency": "dep",
        "verdict": Verdict.LAUNCHED,
        "at": "2026-01-01T00:00:00Z",
    }
    return Decision(**{**fields, **changes})


def test_the_stored_form_is_frozen():
    record = a_decision(
        verdict=Verdict.FILTERED,
        reason="a clause said no",
        clauses=(Clause(clause="data[0] a", passed=False, expected='= "x"', actual=["y"]),),
    )
    assert json.loads(encode(record)) == {
        "eventId": "42",
        "source": "webhook",
        "event": "push",
        "sequence": 7,
        "sensor": "s",
        "trigger": "t",
        "dependency": "dep",
        "verdict": "filtered",
        "at": "2026-01-01T00:00:00Z",
        "reason": "a clause said no",
        "clauses": [{"clause": "data[0] a", "passed": False, "expected": '= "x"', "actual": ["y"]}],
    }


@pytest.mark.parametrize(
    "record",
    [
        a_decision(object={"kind": "Workflow", "name": "x"}),
        a_decision(
            verdict=Verdict.RETRYING, attempts=3, since="2026", deliveries=4, error="no answer"
        ),
        a_decision(verdict=Verdict.DEAD_LETTERED, reason="Invalid"),
    ],
)
def test_what_is_encoded_is_decoded_to_the_same_decision(record):
    assert decode(encode(record)) == record


def test_the_words_of_verdicts_are_frozen():
    assert [verdict.value for verdict in Verdict] == [
        "launched",
        "filtered",
        "held",
        "retrying",
        "deadLettered",
        "skipped",
    ]


def test_members_of_later_forms_do_not_matter():
    raw = json.loads(encode(a_decision())) | {"later": 1}
    assert decode(json.dumps(raw).encode()) == a_decision()


@pytest.mark.parametrize("raw", [b"", b"{}", b"no json", b'{"verdict": "maybe"}'])
def test_bytes_that_are_no_decision_are_refused(raw):
    with pytest.raises(msgspec.MsgspecError):
        decode(raw)


def test_an_object_of_the_cluster_is_called_without_a_namespace():
    reference = {"kind": "Workflow", "namespace": "argo", "name": "build-1"}
    assert object_name(reference) == "Workflow argo/build-1"
    assert object_name(reference | {"kind": "Node", "namespace": ""}) == "Node build-1"
