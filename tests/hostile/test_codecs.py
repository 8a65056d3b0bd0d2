"""What is written is what is read again; what strangers write is read, or refused in words."""

import base64
import json
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as some

from hookline import decision, event, yaml_scalar
from hookline.decision import Decision, Verdict
from hookline.duration import parse_duration
from hookline.errors import PermanentError
from hookline.event import Event
from hookline.eventbus import frames
from hookline.eventbus.errors import BadSubjectError
from hookline.language.errors import LanguageError
from hookline.language.placeholder import pieces
from hookline.yaml_reader import read_text

TEXT = some.text(max_size=30)
WORD = some.text(min_size=1, max_size=30)
VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**63), 2**64 - 1) | TEXT,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)
# What is nearly right finds more than noise.
NEARLY = some.lists(
    some.sampled_from(["${{", "}}", "$", ".a", "[0]", "|", "default(", ")", "'", '"', "\\", "x"])
    | some.text(max_size=2),
    max_size=12,
).map("".join)
YAML = some.lists(
    some.sampled_from(["a", ":", " ", "\n", "- ", "&a", "*a", "<<", "{", "}", "[", "]", "|", "!!"])
    | some.sampled_from(["---", "'", '"', "\t", "#", "?", ">", "%", "1e3", "0x", "\ufeff", "\0"])
    | some.text(max_size=2),
    max_size=20,
).map("".join)
QUICK = settings(max_examples=200, deadline=None)


@given(WORD, WORD, WORD, TEXT, VALUES)
@QUICK
def test_an_event_that_is_written_is_read_as_it_was(event_id, source, name, at, value):
    data = json.dumps(value).encode()
    written = Event(event_id, source, name, "webhook", at, data)
    read = event.decode(event.encode(written))
    assert read == written
    assert read.value == value


@given(WORD, some.binary(max_size=50))
@QUICK
def test_an_event_of_another_type_is_read_as_it_was(event_id, data):
    written = Event(event_id, "s", "n", "webhook", "", data, "text/plain")
    assert event.decode(event.encode(written)) == written


@given(some.binary(max_size=100) | VALUES.map(lambda value: json.dumps(value).encode()))
@QUICK
def test_what_is_no_event_is_refused_as_such(raw):
    with suppress(PermanentError):
        assert event.decode(raw).id


@given(some.dictionaries(some.sampled_from([*event.Event.__annotations__, "data_base64"]), VALUES))
@QUICK
def test_an_event_with_odd_members_is_read_or_refused(members):
    base = {"id": "1", "source": "s", "subject": "n"}
    with suppress(PermanentError):
        found = event.decode(json.dumps(base | members).encode())
        assert found.context
        assert base64.b64decode(json.loads(found.whole)["data"]) == found.data


@given(WORD, TEXT, some.sampled_from(Verdict), some.integers(0, 2**63), VALUES)
@QUICK
def test_a_decision_that_is_written_is_read_as_it_was(event_id, text, verdict, sequence, actual):
    written = Decision(
        event_id=event_id,
        source="s",
        event="n",
        sequence=sequence,
        sensor="s",
        trigger="t",
        dependency=text,
        verdict=verdict,
        at=text,
        reason=text,
        clauses=(decision.Clause(text, passed=False, expected=text, actual=actual),),
        error=text,
    )
    assert decision.decode(decision.encode(written)) == written


@given(TEXT, TEXT, some.binary(max_size=50))
@QUICK
def test_a_frame_holds_what_was_given_and_no_second_frame(subject, value, payload):
    with suppress(BadSubjectError):
        sent = frames.publish(subject, "", payload, {"X-Key": value})
        line, _, rest = sent.partition(b"\r\n")
        head, whole = map(int, line.split()[-2:])
        assert len(rest) == whole + 2
        assert rest[head:-2] == payload
        assert list(frames.headers(rest[:head])) == ["X-Key"]


@given(some.binary(max_size=60))
@QUICK
def test_any_block_of_headers_is_read(block):
    for raw in (block, b"NATS/1.0 " + block, b"NATS/1.0\r\n" + block):
        assert frames.status(raw)[0] >= 0
        assert frames.headers(raw).keys() == frames.all_headers(raw).keys()


@given(NEARLY)
@QUICK
def test_any_text_has_its_pieces_or_a_mistake(text):
    with suppress(LanguageError):
        assert all(piece != "" for piece in pieces(text))


@given(some.text(alphabet="0123456789.-+hmsnuµ e", max_size=12) | TEXT)
@QUICK
def test_any_text_is_a_duration_or_none(text):
    with suppress(ValueError):
        assert abs(parse_duration(text)) < 2**63


@given(TEXT | some.text(alphabet="0123456789.-+_eExXoObabf:~", max_size=12))
@QUICK
def test_any_scalar_is_something_that_json_can_hold(text):
    with suppress(ValueError):
        json.dumps(yaml_scalar.resolve(text, None, plain=bool(text)), allow_nan=False)


@given(YAML)
@QUICK
def test_any_text_is_documents_or_mistakes(text):
    documents, mistakes = read_text(text, "f.yaml")
    assert all(isinstance(document.body, dict) for document in documents)
    assert all(mistake.code and mistake.line >= 0 for mistake in mistakes)
