import pytest

from hookline.block import Block
from hookline.duration import Duration, parse_duration
from hookline.manifest import Document, Place


class Wait(Block):
    after: Duration = 3.0


def read(value) -> tuple[Wait | None, list[str]]:
    place = Place(Document("f.yaml", 1, {}))
    return Wait.read({"after": value}, place), [each.message for each in place.mistakes]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("4s", 4.0),
        ("1h30m", 5400.0),
        ("1m30.5s", 90.5),
        ("500ms", 0.5),
        ("7us", 7e-06),
        ("7µs", 7e-06),
        ("10ns", 1e-08),
        (".5s", 0.5),
        ("1.s", 1.0),
        ("0", 0.0),
        ("+5m", 300.0),
        ("-1s", -1.0),
    ],
)
def test_go_text_is_seconds(text, seconds):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "4", "s", "4 s", "4d", "1h-30m", ".s", "1e3s", "4S", "300000000h", "9" * 10_000]
)
def test_what_go_refuses_is_an_error_that_shows_how_to_write_it(text):
    with pytest.raises(ValueError, match=r"duration"):
        parse_duration(text)


def test_a_whole_number_is_nanoseconds():
    assert read(1_500_000_000) == (Wait(after=1_500_000_000), [])
    assert read(1_500_000_000)[0].after == 1.5


@pytest.mark.parametrize("value", [1.5, True, [], "4x"])
def test_anything_else_is_a_mistake(value):
    block, messages = read(value)
    assert block is None
    assert 'write it like "4s"' in messages[0]


def test_a_negative_duration_is_a_mistake():
    assert read("-1s") == (None, ["must be 0 or more"])


def test_nanoseconds_beyond_64_bits_are_a_mistake():
    assert read(2**63)[0] is None


def test_editors_are_told_both_forms():
    forms = Wait.model_json_schema()["properties"]["after"]["anyOf"]
    assert [form["type"] for form in forms] == ["string", "integer"]
