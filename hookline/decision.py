"""The decision: what became of one event for one trigger and dependency, and why."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

FORM = 1


class Verdict(StrEnum):
    """How an event ended for a trigger (`retrying` and `held` are not the end)."""

    LAUNCHED = "launched"
    FILTERED = "filtered"
    HELD = "held"
    RETRYING = "retrying"
    DEAD_LETTERED = "deadLettered"
    SKIPPED = "skipped"


class Clause(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """One clause of a filter: what it asks, whether it passed, and both sides of it.

    Attributes:
        clause: the clause in words, `data[0] body.action`.
        passed: its verdict.
        expected: what the manifest wants, as text (`= "push"`).
        actual: what the event has, JSON (cut to 200 characters), or what went wrong.
    """

    clause: str
    passed: bool
    expected: str = ""
    actual: Any = None


class Decision(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """One record of the decisions stream; JSON with these names in camelCase.

    Attributes:
        form: version of this record's form.
        event_id, source, event: which event.
        sequence: its sequence in the event stream.
        sensor, trigger, dependency: for whom.
        verdict: what became of it.
        at: when it was decided, RFC 3339.
        reason: why, one line for people; a CamelCase error class where there was an error.
        clauses: the filter's clauses, when one said no.
        object: `{apiVersion, kind, namespace, name, uid}` of what was launched; while retrying, of
            what an attempt has made and is not done yet.
        attempts: counted attempts so far; since: the first one; deliveries: delivery count then.
        error: the last error's text.
        given_up: why the trigger was given up, `Reason: text`, while its dlqTrigger is tried;
            attempts and since are the dlqTrigger's then.
    """

    form: int = FORM
    event_id: str
    source: str
    event: str
    sequence: int
    sensor: str
    trigger: str
    dependency: str
    verdict: Verdict
    at: str
    reason: str = ""
    clauses: tuple[Clause, ...] = ()
    object: dict[str, str] | None = None
    attempts: int = 0
    since: str = ""
    deliveries: int = 0
    error: str = ""
    given_up: str = ""


def object_name(reference: Mapping[str, str]) -> str:
    """Return an object as people call it: `Workflow argo/build-1`, without a namespace `Node a`."""
    namespace = reference["namespace"]
    home = f"{namespace}/" if namespace else ""
    return f"{reference['kind']} {home}{reference['name']}"


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Decision).decode


def encode(decision: Decision) -> bytes:
    """Return the record as it is stored."""
    return _encode(decision)


def decode(raw: bytes) -> Decision:
    """Return the decision that a record holds; msgspec.MsgspecError when it is none."""
    return _decode(raw)
