"""Texts that are dates to govaluate; the seconds were recorded from the Go module (zone UTC)."""

import json
from pathlib import Path

import pytest

from hookline.language.expression.dates import read_date

FACTS = json.loads(Path(__file__).with_name("date_facts.json").read_text("utf-8"))


@pytest.mark.parametrize(("text", "seconds"), FACTS)
def test_a_text_is_a_date_where_go_takes_it_for_one(text: str, seconds: int | None):
    assert read_date(text) == seconds


def test_a_long_text_is_no_date():
    assert read_date("2020-01-01 10:00:00." + "9" * 200) is None
