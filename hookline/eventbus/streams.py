"""The streams and key-value buckets of a namespace: made as delivery needs them, or refused.

The events stream may be Argo Events' own: it is judged and never changed. The others are ours:
they are brought to our settings.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import structlog

from hookline import names
from hookline.eventbus.connection import Connection
from hookline.eventbus.errors import (
    BusError,
    BusRefusedError,
    ExistsError,
    JetStreamOffError,
    NotFoundError,
    StreamFullError,
)
from hookline.eventbus.settings import BusSettings

type Config = dict[str, Any]

BUCKETS = ("joins", "starts", "slots")
_NANOSECOND = 1_000_000_000
_DUPLICATE_WINDOW = 300 * _NANOSECOND
# JetStream's refusals that do not pass by themselves: account limits, number of streams, invalid
# configuration, overlapping subjects, no replicas without a cluster.
_REFUSALS = {10002, 10027, 10052, 10065, 10074}

_log = structlog.get_logger(__name__)


async def ensure(connection: Connection) -> list[str]:
    """Make what is missing on the bus and judge what is there.

    Returns what makes the bus degraded, a line each. Raises BusRefusedError for a setting that
    breaks a promise, TemporaryError when the bus did not answer.
    """
    try:
        await connection.api("INFO")
    except JetStreamOffError as error:
        raise BusRefusedError(
            str(error), setting="jetstream: disabled", remedy="start nats-server with -js"
        ) from error
    settings = connection.settings
    for config in own_configs(settings):
        await _bring(connection, config)
    events = events_config(settings)
    return judge(await _find_or_make(connection, events), settings)


def events_config(settings: BusSettings) -> Config:
    """Return the events stream as Hookline makes it: full is an error, never a loss."""
    name = names.event_stream(settings.namespace)
    return {
        **_file_stream(name, f"{name}.*.*", settings),
        "discard": "new",
        "max_age": 0,
        "max_bytes": settings.max_bytes,
        "duplicate_window": _DUPLICATE_WINDOW,
    }


def own_configs(settings: BusSettings) -> Iterator[Config]:
    """Yield the streams that are Hookline's own: decisions, dead letters and buckets."""
    decisions = names.decisions_stream(settings.namespace)
    yield {
        **_file_stream(decisions, f"{decisions}.>", settings),
        "discard": "old",
        "max_age": int(settings.decisions_max_age * _NANOSECOND),
        "max_msgs": settings.decisions_max_msgs,
        "max_msgs_per_subject": 1,
        "allow_direct": False,
    }
    letters = names.dead_letters_stream(settings.namespace)
    yield {
        **_file_stream(letters, f"{letters}.>", settings),
        "discard": "new",
        "max_bytes": settings.max_bytes // 4,
        "duplicate_window": _DUPLICATE_WINDOW,
    }
    for purpose in BUCKETS:
        bucket = names.bucket(settings.namespace, purpose)
        yield {
            **_file_stream(f"KV_{bucket}", f"$KV.{bucket}.>", settings),
            "discard": "new",
            "max_msgs_per_subject": 1,
            "allow_rollup_hdrs": True,
            "deny_delete": True,
            "allow_direct": True,
        }


def _file_stream(name: str, subject: str, settings: BusSettings) -> Config:
    return {
        "name": name,
        "subjects": [subject],
        "storage": "file",
        "retention": "limits",
        "num_replicas": settings.replicas,
    }


async def _find_or_make(connection: Connection, wanted: Config) -> Config:
    """Return the stream's configuration as it stands; another process may make it first."""
    name = wanted["name"]
    try:
        return _config(await connection.api(f"STREAM.INFO.{name}"))
    except NotFoundError:
        pass
    try:
        made = _config(await connection.api(f"STREAM.CREATE.{name}", wanted))
    except ExistsError:
        return _config(await connection.api(f"STREAM.INFO.{name}"))
    except BusError as error:
        raise _refused(error, wanted) from error
    _log.info("stream-made", stream=name)
    return made


async def _bring(connection: Connection, wanted: Config) -> None:
    """Make a stream of ours, or bring the one that is there to our settings."""
    found = await _find_or_make(connection, wanted)
    changed = [key for key, value in wanted.items() if found.get(key, False) != value]
    if not changed:
        return
    try:
        await connection.api(f"STREAM.UPDATE.{wanted['name']}", {**found, **wanted})
    except BusError as error:
        raise _refused(error, {key: wanted[key] for key in ["name", *changed]}) from error
    _log.info("stream-changed", stream=wanted["name"], settings=changed)


def _config(answer: Mapping[str, Any]) -> Config:
    config: Config = answer["config"]
    return config


def _refused(error: BusError, wanted: Config) -> Exception:
    """Return what to raise when a stream cannot be as we want it; passing troubles stay."""
    if not isinstance(error, StreamFullError) and error.code not in _REFUSALS:
        return error
    keys = ["max_bytes"] if isinstance(error, StreamFullError) else wanted.keys() - {"name"}
    settings = ", ".join(f"{key}: {wanted[key]}" for key in sorted(keys) if key in wanted)
    return BusRefusedError(
        f"stream {wanted['name']} cannot be made as delivery needs it: {error}",
        setting=settings,
        remedy="give nats-server what this asks for, or change the flag that asks for it",
    )


def judge(config: Config, settings: BusSettings) -> list[str]:
    """Return what makes an events stream degraded; BusRefusedError when it breaks a promise.

    What can drop unprocessed events refuses unless `allow_lossy`, the rest always.
    """
    for setting, why, remedy in _broken(config):
        raise BusRefusedError(f"stream {config['name']} {why}", setting=setting, remedy=remedy)
    degraded = []
    for setting, remedy in _lossy(config):
        if not settings.allow_lossy:
            raise BusRefusedError(
                f"stream {config['name']} can drop events that no trigger has seen",
                setting=setting,
                remedy=f"{remedy}, or run with --allow-lossy-bus",
            )
        degraded.append(f"stream {config['name']} can drop unprocessed events ({setting})")
    if config.get("num_replicas", 1) < settings.replicas:
        found = f"{config.get('num_replicas', 1)} instead of {settings.replicas}"
        degraded.append(f"stream {config['name']} has fewer replicas than asked for: {found}")
    return degraded


def _lossy(config: Config) -> Iterator[tuple[str, str]]:
    edit = f"nats stream edit {config['name']}"
    if config.get("discard", "old") != "new":
        yield "discard: old", f"{edit} --discard=new"
    if config.get("max_age", 0) > 0:
        yield f"max_age: {config['max_age'] // _NANOSECOND}s", f"{edit} --max-age=0s"
    if config.get("max_msgs_per_subject", -1) > 0 and not config.get("discard_new_per_subject"):
        limit = config["max_msgs_per_subject"]
        yield f"max_msgs_per_subject: {limit}", f"{edit} --max-msgs-per-subject=-1"


def _broken(config: Config) -> Iterator[tuple[str, str, str]]:
    """Yield (setting, what it breaks, remedy) of everything that no flag allows."""
    name = config["name"]
    anew = f"drain it, `nats stream rm {name}`, and Hookline makes it anew"
    if config.get("storage") != "file":
        yield f"storage: {config.get('storage')}", "forgets its events at a restart", anew
    if config.get("persist_mode", "default") == "async":
        yield "persist_mode: async", "acknowledges before it has stored", anew
    if config.get("retention") != "limits":
        why = "gives an event to one trigger only, or none"
        yield f"retention: {config.get('retention')}", why, anew
    if config.get("deny_purge"):
        yield "deny_purge: true", "can never be cleaned, and fills up", anew
    if config.get("no_ack"):
        yield "no_ack: true", "does not acknowledge", f"nats stream edit {name} --ack"
    if config.get("sealed"):
        yield "sealed: true", "takes no events", anew
    if config.get("mirror"):
        yield f"mirror: {config['mirror'].get('name')}", "is a copy and takes no events", anew
    subjects = config.get("subjects") or []
    if not {f"{name}.*.*", f"{name}.>", ">"} & set(subjects):
        remedy = f"nats stream edit {name} --subjects='{name}.*.*'"
        yield f"subjects: {', '.join(subjects)}", f"does not take {name}.*.*", remedy
