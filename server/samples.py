"""Event files for `hookline render`: plain data, or a whole CloudEvent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from hookline.errors import HooklineError, PermanentError
from hookline.event import JSON_TYPE, Event, decode
from hookline.surrogates import replace_halves
from sensor.spec import Dependency, Sensor

SAMPLE_ID = "sample"

_json = msgspec.json.Decoder()
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])


class SampleError(HooklineError):
    """An event file cannot be used for a Sensor; the message names the file."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An event as one dependency of the Sensor meets it.

    `stored_at` is the time that it says itself, seconds since 1970; 0 when it says none.
    """

    dependency: Dependency
    event: Event
    stored_at: float = 0.0


def read_samples(argument: str, sensor: Sensor) -> list[Sample]:
    """Return the event of `[DEP=]FILE` for each dependency that it belongs to.

    A CloudEvent that names its source or subject belongs to the dependencies that wait for them;
    any other event to the named dependency, or to every one.

    Raises:
        SampleError: the file is not there, holds no JSON or no event, or DEP waits for another.
    """
    name, path = _split(argument, sensor.dependencies)
    raw, time = _read(path)
    wanted = [sensor.dependencies[name]] if name else list(sensor.dependencies.values())
    attributes = _attributes(raw, path)
    if attributes is None:
        return [Sample(each, _plain(raw, time, each)) for each in wanted]
    fitting = [each for each in wanted if _fits(attributes, each)]
    if name and not fitting:
        raise SampleError(
            f"{path}: it is an event of {_source(attributes)}, "
            f"{name} waits for {wanted[0].source}/{wanted[0].event}"
        )
    stored_at = _seconds(attributes.get("time"))
    return [Sample(each, _whole(raw, time, each, path), stored_at) for each in fitting]


def _seconds(time: object) -> float:
    try:
        moment = datetime.fromisoformat(str(time))
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _split(argument: str, dependencies: Mapping[str, Dependency]) -> tuple[str, Path]:
    name, equals, rest = argument.partition("=")
    if equals and name in dependencies:
        return name, Path(rest)
    if equals and not Path(argument).exists():
        known = ", ".join(dependencies)
        raise SampleError(f"{argument}: {name} is no dependency of the Sensor (known: {known})")
    return "", Path(argument)


def _read(path: Path) -> tuple[bytes, str]:
    """Return a file's bytes and when it was written, so that the same file is the same event."""
    try:
        raw = replace_halves(path.read_bytes().strip())
        modified = datetime.fromtimestamp(int(path.stat().st_mtime), UTC)
    except OSError as error:
        raise SampleError(f"{path}: {error.strerror}") from error
    return raw, modified.strftime("%Y-%m-%dT%H:%M:%SZ")


def _attributes(raw: bytes, path: Path) -> dict[str, Any] | None:
    """Return the members of a CloudEvent; None when the file holds plain data."""
    try:
        value = _json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SampleError(f"{path}: it is no JSON: {error}") from error
    return value if isinstance(value, dict) and "specversion" in value else None


def _fits(attributes: Mapping[str, Any], dependency: Dependency) -> bool:
    return attributes.get("source") in (None, dependency.source) and attributes.get("subject") in (
        None,
        dependency.event,
    )


def _source(attributes: Mapping[str, Any]) -> str:
    return f"{attributes.get('source') or '?'}/{attributes.get('subject') or '?'}"


def _plain(raw: bytes, time: str, dependency: Dependency) -> Event:
    return Event(
        id=SAMPLE_ID,
        source=dependency.source,
        name=dependency.event,
        type="webhook",
        time=time,
        data=raw,
        content_type=JSON_TYPE,
    )


def _whole(raw: bytes, time: str, dependency: Dependency, path: Path) -> Event:
    """Return the CloudEvent, with what it leaves open filled in; its data keeps its bytes."""
    open_ones = {
        "id": SAMPLE_ID,
        "source": dependency.source,
        "subject": dependency.event,
        "time": time,
    }
    missing = {key: msgspec.Raw(msgspec.json.encode(text)) for key, text in open_ones.items()}
    try:
        return decode(msgspec.json.encode({**missing, **_members.decode(raw)}))
    except PermanentError as error:
        raise SampleError(f"{path}: {error}") from error
