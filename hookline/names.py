"""Every name on the bus and in Kubernetes: one place that makes them, frozen by golden tests.

A hash is over length-prefixed parts, so that no two lists of parts share one; 26 characters of
lower-case base32 carry 130 bits. Raw ids stand only in annotations and records.
"""

import base64
import hashlib
import re
from functools import lru_cache

DEFAULT_NAMESPACE = "default"
WORKFLOW_NAME_LIMIT = 63
CRON_WORKFLOW_NAME_LIMIT = 52
LABEL_LIMIT = 63
_HASH_LENGTH = 26
_HASH_BYTES = 20  # 32 characters
_SHORT_LENGTH = 16  # 80 bits
_NOT_IN_NAMES = re.compile(r"[^a-z0-9.-]+")


def fingerprint(*parts: str, length: int = _HASH_LENGTH) -> str:
    """Return `length` characters of base32 (5 bits each) that stand for the list of parts."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "big"))
        digest.update(raw)
    # As many bytes as the longest needs: base32 is slow, and every event takes several of these.
    return base64.b32encode(digest.digest()[:_HASH_BYTES]).decode("ascii").lower()[:length]


def identity(namespace: str, source: str, event: str, event_id: str) -> str:
    """Return the identity of an event: it is its `Nats-Msg-Id` and the root of all other names."""
    return fingerprint("event", namespace, source, event, event_id)


def due(identity_: str, sensor: str, trigger: str, dependency: str) -> str:
    """Return what stands for one (event, trigger, dependency): the unit that fires once."""
    return fingerprint("due", identity_, sensor, trigger, dependency)


def dlq_due(due_: str) -> str:
    """Return what stands for the `dlqTrigger` of a firing that is given up."""
    return fingerprint("dlq", due_)


def _suffix(namespace: str, home: str | None) -> str:
    return "" if home is None or namespace == home else f"-{namespace}"


def event_stream(namespace: str, home: str | None = None) -> str:
    """Return the stream that holds the events of a namespace.

    The process's own namespace (`home`; None says that `namespace` is it) has the stream `default`,
    as Argo Events calls it; any other has one of its own. So it is with all names on the bus.
    """
    return f"default{_suffix(namespace, home)}"


def event_subject(namespace: str, source: str, event: str, home: str | None = None) -> str:
    """Return the subject of one event of one source."""
    return f"{event_stream(namespace, home)}.{source}.{event}"


def decisions_stream(namespace: str, home: str | None = None) -> str:
    """Return the stream that holds one record per (trigger, dependency, event)."""
    return f"hookline-decisions{_suffix(namespace, home)}"


def dead_letters_stream(namespace: str, home: str | None = None) -> str:
    """Return the stream that holds what could not be worked on."""
    return f"hookline-deadletters{_suffix(namespace, home)}"


def bucket(namespace: str, purpose: str, home: str | None = None) -> str:
    """Return the key-value bucket for `joins`, `starts` or `slots`."""
    return f"hookline-{purpose}{_suffix(namespace, home)}"


def decision_subject(prefix: str, sensor: str, trigger: str, dependency: str) -> str:
    """Return the subject of one decision, so that the last one is one get.

    `prefix` is the `decision_prefix` of (id, source, event).
    """
    return f"{prefix}.{_lasting('unit', sensor, trigger, dependency)}"


def decision_prefix(
    stream: str, event_id: str, source: str | None = None, event: str | None = None
) -> str:
    """Return the leading tokens of an event's decisions in the decisions stream.

    The tokens are hashes of (id) and (source, event): `explain ID` filters on the first, `explain
    SOURCE/EVENT/ID` on both.
    """
    first = f"{stream}.{fingerprint('id', event_id, length=_SHORT_LENGTH)}"
    if source is None or event is None:
        return first
    return f"{first}.{_lasting('of', source, event)}"


@lru_cache(maxsize=1024)
def _lasting(*parts: str) -> str:
    """Return the short fingerprint of parts that many events share."""
    return fingerprint(*parts, length=_SHORT_LENGTH)


def dead_letter_subject(stream: str, sensor: str, trigger: str) -> str:
    """Return the subject under which the dead letters of a trigger are kept."""
    return f"{stream}.{fingerprint('trigger', sensor, trigger, length=_SHORT_LENGTH)}"


OWNER_KEY = "owner"  # in `starts`: whose the stream `default` is


def sensor_key(sensor: str) -> str:
    """Return the key of a sensor in the key-value buckets."""
    return f"sensor.{fingerprint('sensor', sensor)}"


def trigger_key(sensor: str, trigger: str) -> str:
    """Return the key of a trigger in the key-value buckets."""
    return f"trigger.{fingerprint('trigger', sensor, trigger)}"


def consumer(sensor: str, trigger: str, subjects: tuple[str, ...]) -> str:
    """Return the durable consumer of a trigger: other subjects, another consumer."""
    who = fingerprint("trigger", sensor, trigger, length=_SHORT_LENGTH)
    what = fingerprint("subjects", *sorted(subjects), length=_SHORT_LENGTH)
    return f"hookline-{who}-{what}"


def object_name(prefix: str, due_: str, limit: int = WORKFLOW_NAME_LIMIT) -> str:
    """Return the full name of an object that an event makes: a readable prefix and its hash.

    `prefix` is a `generateName` or a `name`; it is cut so that the whole keeps to `limit`.
    """
    tail = due_[:_HASH_LENGTH]
    readable = _NOT_IN_NAMES.sub("-", prefix.lower()).lstrip("-.")
    head = readable[: limit - len(tail) - 1].rstrip("-.")
    return f"{head}-{tail}" if head else tail


def label_value(text: str) -> str:
    """Return `text` as a label value: as it is where it fits, else cut with a hash at its end."""
    if len(text) <= LABEL_LIMIT and re.fullmatch(
        r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?", text
    ):
        return text
    tail = fingerprint("label", text, length=_SHORT_LENGTH)
    head = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[: LABEL_LIMIT - len(tail) - 1].strip("-._")
    return f"{head}-{tail}" if head else tail
