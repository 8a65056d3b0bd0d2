"""The tables of `docs/templates.md` say what happens."""

import json
import re
from pathlib import Path

import pytest

from hookline.language.gjson import compile_path
from hookline.language.sjson import compile_destination
from hookline.language.template import compile_tree, is_text_field

PAGE = Path(__file__).parents[3].joinpath("docs", "templates.md").read_text("utf-8")
EVENT = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0]
ROOT = {"push": json.loads(EVENT), "context": {"push": {"id": "e1"}}}
CELL = r"`((?:[^`\\]|\\.)*)`"


def rows(*headings):
    tables = (PAGE.partition(heading)[2].split("\n\n")[0] for heading in headings)
    return [
        (left.replace(r"\|", "|"), right.replace(r"\|", "|"))
        for table in tables
        for left, right in re.findall(rf"^\| {CELL} \| {CELL} \|$", table, re.MULTILINE)
    ]


TEMPLATES = rows("| value | becomes |", "| text | becomes |")
READS = rows("| path | text |")
WRITES = rows("| dest | result |")


def test_the_page_has_its_tables():
    assert (len(TEMPLATES), len(READS), len(WRITES)) == (16, 16, 12)


@pytest.mark.parametrize(("text", "result"), TEMPLATES)
def test_a_template_becomes_what_the_page_says(text, result):
    assert compile_tree({"x": text}, is_text_field).fill(ROOT) == {"x": json.loads(result)}


@pytest.mark.parametrize(("path", "text"), READS)
def test_a_path_reads_what_the_page_says(path, text):
    found = compile_path(path).get(EVENT.encode())
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize(("path", "result"), WRITES)
def test_a_destination_writes_what_the_page_says(path, result):
    written = compile_destination(path).set({"a": [1]}, "x")
    assert json.dumps(written) == json.dumps(json.loads(result))
