from typing import Any, ClassVar, Literal

import pytest
from pydantic import Field, model_validator

from hookline.block import Block
from hookline.duration import Duration
from hookline.manifest import Document, Mistake, Place


class Inner(Block):
    header: str | None = None
    wait_time: Duration = 1.0


class Outer(Block):
    elsewhere: ClassVar[dict[str, str]] = {"conditions": "under template"}

    endpoint: str = Field(min_length=1)
    port: str = "1"
    count: int = Field(1, gt=0, le=9)
    share: float = 1.0
    on: bool = False
    items: list[int] = Field([])
    some: list[str] = Field(["x"], min_length=1, max_length=2)
    word: str = Field("a", max_length=3, pattern="^a")
    comparator: Literal["", "and", "or"] = ""
    either: int | str | None = None
    inner: Inner | None = None
    inners: list[Inner] = Field([])
    texts: dict[str, str] = Field({})

    @model_validator(mode="after")
    def _check(self) -> "Outer":
        if self.endpoint == "bad":
            raise ValueError("endpoint must be good")
        return self


def mistakes_in(data: Any) -> list[Mistake]:
    place = Place(Document("f.yaml", 1, {}))
    assert Outer.read(data, place / "spec") is None
    return place.mistakes


def only(**data: Any) -> Mistake:
    found = mistakes_in({"endpoint": "/", **data})
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("port", 12000, 'must be text: write it in quotes ("12000")'),
        ("port", True, 'must be text: write it in quotes ("true")'),
        ("port", 1.5, 'must be text: write it in quotes ("1.5")'),
        ("port", [1], "must be text, not a list"),
        ("port", {"a": 1}, "must be text, not a mapping"),
        ("endpoint", "", "must not be empty"),
        ("endpoint", "bad", "endpoint must be good"),
        ("count", "5", "must be a whole number: write it without quotes (5)"),
        ("count", "many", 'must be a whole number, not "many"'),
        ("count", 1.5, "must be a whole number, not 1.5"),
        ("count", True, "must be a whole number, not true"),
        ("count", 0, "must be more than 0"),
        ("count", 10, "must be 9 or less"),
        ("share", "-1.5", "must be a number: write it without quotes (-1.5)"),
        ("on", "true", "must be true or false: write it without quotes (true)"),
        ("on", "maybe", 'must be true or false, not "maybe"'),
        ("items", "x", 'must be a list, not "x"'),
        ("some", [], "must not be empty"),
        ("some", ["a", "b", "c"], "must have at most 2 items"),
        ("word", "aaaa", "must have at most 3 characters"),
        ("word", "b", "must match ^a"),
        ("comparator", 3, "must be one of and, or, not 3"),
        ("either", [1], "must be a whole number or text, not a list"),
        ("inner", "x", 'must be a mapping, not "x"'),
        ("inner", [{}], "must be a mapping, not a list"),
    ],
)
def test_a_wrong_value_is_said_in_words(key, value, message):
    mistake = only(**{key: value})
    where = "spec" if value == "bad" else f"spec.{key}"
    assert (mistake.path, mistake.message) == (where, message)
    assert mistake.code in {"bad-type", "bad-value"}


def test_a_wrong_word_gets_the_closest_allowed_one():
    mistake = only(comparator="amd")
    assert mistake.message == 'must be one of and, or, not "amd"'
    assert mistake.suggestion == "did you mean and?"


def test_an_unknown_field_gets_the_closest_known_one():
    mistake = only(prot="12000")
    assert (mistake.code, mistake.path) == ("unknown-field", "spec.prot")
    assert mistake.suggestion == "did you mean port?"


def test_an_unknown_field_without_a_close_one_gets_all_that_are_known():
    assert only(zzz=1).suggestion.startswith("known here: comparator, count, either")


def test_snake_case_is_no_field():
    mistake = only(inner={"wait_time": "4s"})
    assert (mistake.path, mistake.suggestion) == ("spec.inner.wait_time", "did you mean waitTime?")


def test_a_field_of_a_part_below_is_told_where_it_belongs():
    mistake = only(waitTime="4s")
    assert mistake.code == "misplaced-field"
    assert mistake.suggestion == "waitTime belongs under inner"


def test_a_field_of_the_part_above_is_told_where_it_belongs():
    mistake = only(inner={"port": "1"})
    assert (mistake.code, mistake.suggestion) == ("misplaced-field", "port belongs beside inner")


def test_a_field_that_the_block_knows_elsewhere_is_told_so():
    assert only(conditions="a").suggestion == "conditions belongs under template"


def test_mistakes_in_lists_and_mappings_have_their_places():
    data = {"inners": [{}, {"hader": "x"}], "texts": {"a": 1}, "items": [1, "2"]}
    found = mistakes_in({"endpoint": "/", **data})
    assert {each.path for each in found} == {
        "spec.inners[1].hader",
        "spec.texts.a",
        "spec.items[1]",
    }


def test_a_missing_field_is_named():
    found = mistakes_in({})
    assert [(each.code, each.path) for each in found] == [("missing-field", "spec.endpoint")]
    assert found[0].message == "endpoint is required"


def test_null_is_absent_as_kubernetes_has_it():
    place = Place(Document("f.yaml", 1, {}))
    block = Outer.read({"endpoint": "/", "items": None, "inner": None}, place)
    assert block == Outer(endpoint="/")
    assert mistakes_in({"endpoint": None})[0].code == "missing-field"
    assert only(unheard=None).code == "unknown-field"


def test_an_absent_block_is_a_mistake():
    assert mistakes_in(None)[0].message == "must be a mapping, not empty"


def test_all_mistakes_are_found_at_once():
    found = mistakes_in({"port": 1, "count": "x", "nonsense": 1})
    assert {each.path for each in found} == {
        "spec.endpoint",
        "spec.port",
        "spec.count",
        "spec.nonsense",
    }
