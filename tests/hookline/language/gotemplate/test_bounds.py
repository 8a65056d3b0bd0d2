"""Templates of hostile authors and hostile events: each ends, and says which limit it met."""

import contextlib
import json
import subprocess
import sys

import pytest

from hookline.language.errors import LanguageError
from hookline.language.gotemplate import MAX_SOURCE, compile_template, read_document

LETTERS = "a" * 300_000
DOCUMENT = json.dumps({"big": LETTERS})
GROWING = "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}"
LOOPED = '{{ $d := dict }}{{ $_ := set $d "a" $d }}'


@pytest.mark.parametrize(
    ("template", "limit"),
    [
        ('{{ repeat 1000000000 "x" }}', "bytes"),
        ("{{ until 100000000 }}", "steps"),
        ("{{ untilStep 0 100000000 1 }}", "steps"),
        ("{{ seq 100000000 }}", "steps"),
        ('{{ indent 1000000000 "a\\nb" }}', "bytes"),
        ('{{ nindent 1000000000 "a\\nb" }}', "bytes"),
        ("{{ randBytes 1000000000 }}", "bytes"),
        ("{{ randAlphaNum 1000000000 }}", "bytes"),
        ('{{ printf "%1000000000d" 1 }}', "bytes"),
        ('{{ printf "%.1000000000f" 1.0 }}', "bytes"),
        ('{{ printf "%*d" 1000000000 1 }}', "bytes"),
        ('{{ replace "" .Input.big .Input.big }}', "bytes"),
        ('{{ regexReplaceAll "a" .Input.big (repeat 1000 "b") }}', "bytes|steps|longer"),
        ("{{ $x := .Input.big }}{{ range until 40 }}{{ $x = print $x $x }}{{ end }}", "bytes"),
        (f"{GROWING}{{{{ $x }}}}", "bytes|nested"),
        (f"{GROWING}{{{{ toJson $x }}}}", "bytes|nested"),
        (f"{LOOPED}{{{{ $d }}}}", "nested"),
        (f"{LOOPED}{{{{ toJson $d }}}}", "nested"),
        (f"{LOOPED}{{{{ deepCopy $d }}}}", "nested"),
        ("{{ $x := list 1 }}{{ range until 60 }}{{ $x = concat $x $x }}{{ end }}", "bytes"),
        ("{{ range until 9000 }}{{ range until 9000 }}x{{ end }}{{ end }}", "steps|bytes|longer"),
        ("{{ range 1000000000 }}x{{ end }}", "steps|longer"),
        ('{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}', "deeper than"),
        ("{{ uniq (until 20000) }}", "steps|longer"),
        ('{{ derivePassword 1 "pin" "a" "b" "c" }}' * 2, "only one slow function"),
        ('{{ range until 5000 }}{{ regexMatch "(a+)+$" $.Input.big }}{{ end }}', "bytes|longer"),
        ('{{ mustRegexMatch "(((a{100}){100}){100})" "a" }}', "error parsing regexp"),
        ("{{ range until 9000 }}{{ snakecase $.Input.big }}{{ end }}", "bytes|longer"),
    ],
)
def test_what_takes_too_much_ends_at_a_limit(template: str, limit: str):
    with pytest.raises(LanguageError, match=limit):
        compile_template(template).render(read_document(DOCUMENT))


@pytest.mark.parametrize(
    "template",
    [
        "x" * (MAX_SOURCE + 1),
        "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
        "{{ if 1 }}" * 500 + "{{ end }}" * 500,
    ],
)
def test_a_template_that_is_too_large_is_refused_when_the_manifest_loads(template: str):
    with pytest.raises(LanguageError):
        compile_template(template)


@pytest.mark.parametrize(
    "template",
    [
        "{{ div 1 0 }}",
        "{{ mod 1 0 }}",
        "{{ chunk 0 (list 1) }}",
        "{{ randInt 5 5 }}",
        '{{ substr 5 1 "abc" }}',
        '{{ fromJson (repeat 200000 "[") }}',
        '{{ semver (repeat 50000 "1.") }}',
        '{{ urlParse (repeat 100000 "%") }}',
        '{{ dateModify "9999999h" now }}',
        "{{ date `2006` (int64 `9223372036854775807`) }}",
        '{{ int (repeat 100000 "9") }}',
        "{{ round 1e300 400 }}",
        '{{ divf 1 "nan" }}',
        "{{ break }}",
    ],
)
def test_what_fails_fails_as_a_template_and_nothing_else(template: str):
    with contextlib.suppress(LanguageError):
        compile_template(template).render(read_document(DOCUMENT))


def test_the_engine_is_imported_only_with_the_first_template():
    program = (
        "import sys; from hookline.language import gotemplate; before = 'gotpl' in sys.modules; "
        "gotemplate.compile_template('x'); print(before, 'gotpl' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.split() == ["False", "True"]
