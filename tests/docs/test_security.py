"""What `docs/security.md` promises of hostile input, and the figures in its table."""

import json
import re
from pathlib import Path

from hookline_processes import command
from rehearsal import ROOT

from eventsource.limits import Limits
from hookline.language import expr, expression
from hookline.language.expr import parser, runtime

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")


def test_the_bounds_of_the_page_are_those_of_the_servers():
    bounds = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", PAGE, re.MULTILINE))
    limits = Limits()
    assert bounds["connections of a port"] == str(limits.connections)
    assert bounds["headers"].startswith(f"{limits.headers}, {limits.head_bytes // 1024} KiB")
    held = f"{limits.held_bytes // 1024 // 1024} MiB"
    assert bounds["bodies not answered yet, all ports"] == held
    assert limits.head_seconds == limits.body_seconds
    assert bounds["time for headers, then for the body"] == f"{limits.head_seconds:.0f} s each"


def test_the_bounds_of_expressions_are_those_of_the_languages():
    bounds = dict(re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|", PAGE, re.MULTILINE))
    assert (runtime.MAX_STEPS, runtime.MAX_ITEMS, runtime.MAX_TEXT) == (10**6, 10**6, 16 << 20)
    assert bounds["`filter.expression` of a source"] == (
        f"{expr.MAX_LENGTH} characters, {parser.MAX_DEPTH} levels; one evaluation a million steps,"
        " a million new items, texts of 16 Mi characters"
    )
    assert bounds["`exprs` of a Sensor"].startswith(f"{expression.MAX_LENGTH} characters")


def test_what_an_event_contains_is_never_read_as_a_template_or_as_yaml(tmp_path: Path):
    folder = ROOT / "examples" / "coinflip"
    hostile = '${{ $.flip.body.player }}"\n  evil: "yes'
    (tmp_path / "event.json").write_text(json.dumps({"body": {"message": hostile, "player": "x"}}))
    event = tmp_path / "event.json"
    result = command("render", folder / "coinflip.yaml", "--event", event, "-o", "json")
    [trigger] = json.loads(result.stdout)["triggers"]
    assert trigger["object"]["spec"]["arguments"]["parameters"][0] == {
        "name": "message",
        "value": hostile,
    }


def test_no_example_puts_a_parameter_into_a_program():
    """Values reach a shell or an interpreter as environment or arguments, never as its text."""
    for path in ROOT.glob("examples/*/*.yaml"):
        text = path.read_text("utf-8")
        assert not re.search(r"args: \[.*\{\{workflow\.parameters.*\$", text), path
        for program in re.findall(r"source: \|\n((?: {24}.*\n)+)", text):
            assert "{{" not in program, path
        for shell in re.findall(r"command: \[sh, -c\]\n\s+args: (.*)", text):
            assert "{{" not in shell, path
