"""Go templates against what Go made of them (argo-events.md 3.7 and 5.2, libraries.md 1)."""

import json
from pathlib import Path
from typing import Any

import pytest

from hookline.language.errors import LanguageError, LeftOutError
from hookline.language.gotemplate import compile_template, read_document

FACTS = json.loads(Path(__file__).with_name("template_facts.json").read_text())
INPUT = json.dumps(FACTS["input"])


def made(template: str, document: str = INPUT) -> str | None:
    try:
        return compile_template(template).render(read_document(document))
    except LanguageError:
        return None


@pytest.mark.parametrize(("template", "expected"), FACTS["written"])
def test_a_template_gives_what_go_gives(template: str, expected: str | None):
    assert made(template) == expected


def test_templates_made_at_random_give_what_go_gives():
    wrong = [(row, made(row[0])) for row in FACTS["picked"] if made(row[0]) != row[1]]

    assert wrong == []


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("1234567", "1.234567e+06"),
        ("123456789012", "1.23456789012e+11"),
        ("12345678901234567890", "1.2345678901234567e+19"),
        ("100000", "100000"),
        ("0.00001", "1e-05"),
        ("-0", "-0"),
        ("1.0", "1"),
        ('"\\ud800x"', "\ufffdx"),
        ('"\\ud83d\\ude00"', "\U0001f600"),
        ('{"b": 1, "a": {"d": null}}', "map[a:map[d:<nil>] b:1]"),
        ("null", "<no value>"),
    ],
)
def test_a_json_value_is_printed_as_go_prints_it(document: str, expected: str):
    assert made("{{ .Input }}", document) == expected


@pytest.mark.parametrize("document", ["", "{", "NaN", "1e999", "[1,]", "[" * 100_000])
def test_what_is_no_json_to_go_is_refused(document: str):
    with pytest.raises(LanguageError, match="not JSON"):
        read_document(document)


def test_bytes_that_are_no_text_keep_their_hash_and_are_replaced_in_the_output():
    assert made('{{ b64dec "/w==" }}') == "\ufffd"
    assert made('{{ b64dec "/w==" | b64enc }}') == "/w=="


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{ trunc 1 `\u65e5` }}", "\ufffd"),
        ("{{ trunc 2 `\u65e5` }}", "\ufffd\ufffd"),
        ("{{ trunc -2 `\u65e5` }}", "\ufffd\ufffd"),
        ("{{ substr 1 3 `a\u65e5` }}", "\ufffd\ufffd"),
        ("{{ cat (trunc 1 `\u65e5`) (trunc -2 `\u65e5`) | replace ` ` `` }}", "\u65e5"),
        ('{{ regexFindAll "x" "a" -1 | toJson }}', "null"),
        ('{{ eq (regexFindAll "x" "a" -1) nil }}', "true"),
        ("{{ eq (list) nil }}", "false"),
        ("{{ eq (rest (list)) nil }}", "true"),
        ('{{ ne (regexFindAll "x" "a" -1) (until 4) }}', "true"),
        ('{{ dig "a" 1 "m" .Input }}', None),
    ],
)
def test_cut_characters_and_nil_lists_are_gos(template: str, expected: str | None):
    assert made(template) == expected


@pytest.mark.parametrize(
    "call",
    [
        *('env "HOME"', 'expandenv "$HOME"', 'getHostByName "localhost"', 'genPrivateKey "rsa"'),
        *('genCA "a" 1', 'bcrypt "x"', '"HOME" | env', "if env `A`"),
        "define `x` }}{{ env `A` }}{{ end",
    ],
)
def test_a_function_that_reaches_out_of_the_template_is_left_out(call: str):
    end = "{{ end }}" if call.startswith("if") else ""

    with pytest.raises(LeftOutError, match="is left out"):
        compile_template(f"{{{{ {call} }}}}{end}")


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ .Input.name.first }}", "can't evaluate field first in type string"),
        ("{{ .Input.none.first }}", "nil pointer"),
        ("{{ upper .Input.gone }}", "invalid value; expected string"),
        ("{{ upper .Input.count }}", "expected string; got float64"),
        ("{{ until .Input.count }}", "expected int; got float64"),
        ("{{ until (add 1 2) }}", "expected int; got int64"),
        ("{{ upper }}", "wrong number of args for upper: want 1 got 0"),
        ("{{ index .Input.list 9 }}", "index out of range: 9"),
        ('{{ fail "stop" }}', "error calling fail: stop"),
        ('{{ mustToDate "2006" .Input.name }}', "error calling mustToDate: [A-Za-z]+$"),
        ("{{ range .Input.name }}{{ end }}", "range can't iterate over string"),
    ],
)
def test_a_failure_says_why_in_gos_words(template: str, reason: str):
    document = '{"name": "x", "none": null, "count": 2, "list": []}'

    with pytest.raises(LanguageError, match=reason):
        compile_template(template).render(read_document(document))


def test_a_template_is_used_again_without_a_trace_of_the_last_time():
    template = compile_template('{{ $_ := set .Input "a" 1 }}{{ $x := 1 }}{{ len .Input }}')

    assert [template.render({}) for _ in range(3)] == ["1", "1", "1"]


def test_local_time_is_utc_whatever_the_zone_of_the_process(monkeypatch: Any):
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    moment = '(toDate "2006-01-02 15:04" "2024-02-29 12:00")'
    assert made(f'{{{{ date "15:04 MST" {moment} }}}}') == "12:00 UTC"
    assert made(f"{{{{ {moment} }}}}") == "2024-02-29 12:00:00 +0000 UTC"
