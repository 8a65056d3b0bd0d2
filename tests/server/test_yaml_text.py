"""YAML that Kubernetes reads back as the same object."""

import pytest

from hookline.yaml_reader import read_text
from server.yaml_text import dump


@pytest.mark.parametrize(
    "value",
    [
        *(
            "on",
            "off",
            "yes",
            "n",
            "y",
            "true",
            "null",
            "~",
            "",
            " ",
            "1e3",
            "017",
            "0o17",
            "1_000",
        ),
        *("12:30:00", "2026-11-24", "2026-11-24T08:00:00Z", ".5", "+1", "0x1f", "=", "<<", "-"),
        *("a: b", "a #b", "# a", "'a'", '"a"', "{a}", "[a]", "*a", "&a", "!a", "%a", "@a", "`a"),
        *("line\nline", "line\n", "line\n\n", "\nline", "  indented\nline", "tab\there", "a\r\nb"),
        *("trailing \nspace", "é", "\U0001f600", "\x07", "\u2028", "x" * 5000, "w " * 3000),
        *(1, -1, 1.5, 1e22, True, False, None, 12345678901234567),
        *([], {}, [1, [2, []]], {"on": "on", "1": 1}, [{"a": [{"b": None}]}]),
    ],
)
def test_what_is_written_is_what_kubernetes_reads(value):
    tree = {"kind": "Test", "value": value, "list": [value, {"below": value}]}
    (document,), mistakes = read_text(dump(tree), "dumped")

    assert mistakes == []
    assert document.body == tree


def test_keys_keep_their_order():
    assert dump({"b": 1, "a": 2}) == "b: 1\na: 2\n"


def test_lines_of_text_stay_lines():
    assert dump({"script": "one\ntwo\n"}) == "script: |\n  one\n  two\n"


def test_a_value_that_stands_twice_is_written_twice():
    shared = {"x": 1}

    assert dump({"a": shared, "b": shared}) == "a:\n  x: 1\nb:\n  x: 1\n"
