"""The hostile manifests: `hookline lint` names each mistake, in bounded time and memory."""

import json
import resource
import subprocess
import sys
from pathlib import Path

MEMORY = 1024**3
SECONDS = 60
HEAD = "apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}}}\n"


def source(name="s", **webhook):
    settings = {"port": "12000", "endpoint": "/a", "method": "POST"} | webhook
    body = json.dumps({"webhook": {"a": settings}})
    return f"{HEAD.format(kind='EventSource', name=name)}spec: {body}\n"


def sensor(name="s", trigger=None, **dependency):
    entry = {"name": "a", "eventSourceName": "s", "eventName": "a"} | dependency
    one = {"template": {"name": "t", "log": {}}} | (trigger or {})
    body = json.dumps({"dependencies": [entry], "triggers": [one]})
    return f"{HEAD.format(kind='Sensor', name=name)}spec: {body}\n"


def filtered(**filters):
    return sensor(filters=filters)


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
)
# name, text of the file (bytes where it is no UTF-8), a code that lint must name for it
CORPUS = [
    ("alias bomb", BOMB, "too-many-nodes"),
    ("alias of itself", "a: &a [*a]\n", "unknown-anchor"),
    ("merge of no mapping", "a:\n  <<: 1\n", "bad-merge"),
    ("100,000 levels", "a: " + "[" * 100_000, "too-deep"),
    ("100,000 levels of braces", "{a: " * 100_000, "too-deep"),
    ("200,000 nodes", "- 1\n" * 200_000, "too-many-nodes"),
    ("a key twice", "kind: A\nkind: B\n", "duplicate-key"),
    ("a key twice in two spellings", '"true": 1\non: 2\n', "duplicate-key"),
    ("binary", bytes(range(256)) * 10, "not-utf-8"),
    ("UTF-16", "kind: Sensor\n".encode("utf-16"), "not-utf-8"),
    ("Latin-1", "kind: \xe9\n".encode("latin-1"), "not-utf-8"),
    ("NUL", "kind: \0\n", "yaml-syntax"),
    ("an escape character", "kind: \x1b[2J\n", "yaml-syntax"),
    ("a tab", "a:\n\tb: 1\n", "yaml-syntax"),
    ("a quote that is not closed", 'a: "' + "x" * 100_000, "yaml-syntax"),
    ("11 MB", "# " + "x" * 11_000_000, "too-large"),
    ("a list", "[1, 2]\n", "not-an-object"),
    ("a number", "1\n", "not-an-object"),
    ("a program's tag", "!!python/object/apply:os.system ['true']\n", "not-an-object"),
    ("a name of 1 MB", source(name="x" * 1_000_000), "bad-name"),
    ("a name that leaves its folder", source(name='"../../etc"'), "bad-name"),
    ("a name that is a number", source(name="1"), "bad-type"),
    ("a name with a line end", source(name='"a\\nb"'), "bad-name"),
    (
        "a kind that is a list",
        "apiVersion: argoproj.io/v1alpha1\nkind: [Sensor]\n",
        "missing-field",
    ),
    ("a spec that is text", HEAD.format(kind="Sensor", name="s") + "spec: text\n", "bad-type"),
    ("metadata that is a list", "apiVersion: v1\nkind: Sensor\nmetadata: [1]\n", "bad-api-version"),
    ("a port of 30 digits", source(port="9" * 30), "bad-value"),
    ("a port below zero", source(port="-1"), "bad-value"),
    ("a port that is a mapping", source(port={"a": 1}), "bad-value"),
    ("a method that is none", source(method="G E T\r\n"), "bad-value"),
    ("a path with a line end", source(endpoint="/a\r\nb"), "bad-value"),
    ("a size that is a huge number", source(maxPayloadSize=10**400), "bad-type"),
    ("a field that nobody knows", source(colour="red"), "unknown-field"),
    ("a filter that nobody knows", filtered(colour="red"), "unknown-field"),
    ("a list of filters that is a mapping", filtered(data={"path": "a"}), "bad-type"),
    ("Lua of 10,000 levels", filtered(script="return " + "(" * 10_000), "bad-script"),
    ("Lua that is half", filtered(script="if true"), "bad-script"),
    ("jq of 10,000 levels", sensor(transform={"jq": "[" * 10_000}), "bad-script"),
    ("jq that is half", sensor(transform={"jq": ".a |"}), "bad-script"),
    ("a script of a jq import", sensor(transform={"jq": 'import "a" as a; .'}), "bad-script"),
]


def _bounds():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def test_each_manifest_has_its_mistake_in_bounded_time_and_memory(tmp_path: Path):
    for number, (_, text, _) in enumerate(CORPUS):
        data = text if isinstance(text, bytes) else text.encode()
        (tmp_path / f"{number}.yaml").write_bytes(data)
    result = subprocess.run(
        [sys.executable, "-m", "server", "lint", str(tmp_path), "-o", "json"],
        capture_output=True,
        preexec_fn=_bounds,
        timeout=10 * SECONDS,
        check=False,
    )
    assert result.returncode == 1, result.stderr[-2000:]
    assert b"Traceback" not in result.stderr
    found: dict[str, set[str]] = {}
    for mistake in json.loads(result.stdout):
        found.setdefault(Path(mistake["file"]).stem, set()).add(mistake["code"])
    missed = {
        name: (code, found.get(str(number)))
        for number, (name, _, code) in enumerate(CORPUS)
        if code not in found.get(str(number), ())
    }
    assert missed == {}
