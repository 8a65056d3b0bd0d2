"""The hostile expressions, templates and scripts: each has its verdict in bounded time and memory.

They are worked out in a child process with limits of its own: whatever gets past the product's
bounds ends the child, and so the test.
"""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

WORKER = Path(__file__).with_name("filter_verdicts.py")
MEMORY = 2 * 1024**3
SECONDS = 120
FLAT = '{"a": 1, "s": "' + "a" * 30_000 + '!", "l": [' + ",".join(["1"] * 1000) + "]}"
DEEP = '{"a": ' * 90 + "1" + "}" * 90


def data(path, value, kind="string", **more):
    return {"filters": {"data": [{"path": path, "type": kind, "value": [value], **more}]}}


def template(text):
    return data("a", "1", template=text)


def expr(text, **fields):
    found = [{"name": name, "path": path} for name, path in (fields or {"a": "a"}).items()]
    return {"filters": {"exprs": [{"expr": text, "fields": found}]}}


def lua(text):
    return {"filters": {"script": text}}


def jq(text):
    return {"transform": {"jq": text}}


# name, what the dependency asks, the event's data, the verdict
CORPUS = [
    ("Lua without end", lua("while true do end"), FLAT, "error"),
    ("Lua that calls itself", lua("function f() return 1 + f() end return f()"), FLAT, "error"),
    ("Lua that catches its end", lua("while true do pcall(error) end"), FLAT, "error"),
    ("Lua that doubles a text", lua("s='x' while true do s=s..s end"), FLAT, "error"),
    ("Lua that repeats a text", lua("return string.rep('x', 2^40) == ''"), FLAT, "error"),
    ("Lua that fills a table", lua("t={} while true do t[#t+1]={} end"), FLAT, "error"),
    ("Lua with a slow pattern", lua("return event.s:find('.-.-.-.-.-b') ~= nil"), FLAT, "error"),
    ("Lua that opens files", lua("return io.open('/etc/passwd') ~= nil"), FLAT, "error"),
    ("Lua that starts programs", lua("return os.execute('true')"), FLAT, "error"),
    ("Lua that loads a module", lua("return require('os') ~= nil"), FLAT, "error"),
    ("Lua that reads the environment", lua("return os.getenv('PATH') ~= nil"), FLAT, "refused"),
    ("Lua that ends the process", lua("os.exit(1)"), FLAT, "error"),
    ("Lua of a deep event", lua("return event.a ~= nil"), DEEP, "passed"),
    ("jq without end", jq("def f: f; f"), FLAT, "error"),
    ("jq that repeats", jq("[repeat(1)]"), FLAT, "error"),
    ("jq that ranges", jq("[range(1e12)]"), FLAT, "error"),
    ("jq that doubles", jq('reduce range(100) as $i ("x"; . + .)'), FLAT, "error"),
    ("jq that multiplies a text", jq('{a: ("x" * 1e12)}'), FLAT, "passed"),
    ("jq with a slow pattern", jq('{a: (.s | test("(a+)+$"))}'), FLAT, "passed"),
    ("jq that sets a far index", jq(".[1e12] = 1"), "[]", "error"),
    ("jq that reads the environment", jq("{a: (env | length)}"), FLAT, "passed"),
    ("jq that limits nothing", jq("{a: [limit(3; repeat(1))]}"), FLAT, "passed"),
    ("jq of no JSON", jq("."), "{", "error"),
    ("jq that makes no object", jq("1"), FLAT, "error"),
    ("an expression that is half", expr("a =="), FLAT, "mistake"),
    ("an expression of 10,000 brackets", expr("(" * 10_000), FLAT, "mistake"),
    ("an expression of 1 MB", expr("a == 1 || " * 100_000 + "true"), FLAT, "mistake"),
    ("an expression with a slow pattern", expr("a =~ '(a+)+$'", a="s"), FLAT, "refused"),
    ("an expression that calls the system", expr("__import__('os')"), FLAT, "mistake"),
    ("a power without end", expr("a ** 9999 ** 9999 == 2"), FLAT, "refused"),
    ("a regular expression that is slow", data("s", "^(a+)+$"), FLAT, "refused"),
    ("a regular expression that is half", data("s", "(a"), FLAT, "mistake"),
    ("a regular expression that repeats", data("s", "((a{1000}){1000}){1000}"), FLAT, "mistake"),
    ("a path of 100,000 steps", data("a." * 100_000, "1"), FLAT, "mistake"),
    ("a path with a slow wildcard", data("*a*a*a*a*a*a*b", "1"), DEEP, "error"),
    ("a path with queries in queries", data("l.#(#(#(#(>1)>1)>1)>1)#", "1"), FLAT, "refused"),
    ("a path of a modifier nobody knows", data("@system:ls", "1"), FLAT, "error"),
    ("a path into a deep event", data("a." * 89 + "a", "1"), DEEP, "passed"),
    ("a number of 400 digits", data("a", "9" * 400, "number"), FLAT, "refused"),
    ("a template that is half", template("{{ .Input"), FLAT, "mistake"),
    (
        "a template that calls itself",
        template('{{define "a"}}{{template "a"}}{{end}}{{template "a"}}'),
        FLAT,
        "error",
    ),
    ("a template that repeats a text", template('{{ repeat 1000000000 "x" }}'), FLAT, "error"),
    ("a template over a long list", template("{{range until 1000000000}}x{{end}}"), FLAT, "error"),
    (
        "loops in loops",
        template("{{range until 9999}}{{range until 9999}}x{{end}}{{end}}"),
        FLAT,
        "error",
    ),
    ("a template that reads the environment", template('{{ env "PATH" }}'), FLAT, "mistake"),
    (
        "a template that asks a name server",
        template('{{ getHostByName "a.example" }}'),
        FLAT,
        "mistake",
    ),
    ("a template of 10,000 blocks", template("{{if true}}" * 10_000), FLAT, "mistake"),
    ("a format of a huge width", template('{{ printf "%999999999d" 1 }}'), FLAT, "error"),
]


def _bounds():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def test_each_has_its_verdict_in_bounded_time_and_memory():
    lines = "".join(f"{json.dumps([asked, event])}\n" for _, asked, event, _ in CORPUS)
    result = subprocess.run(
        [sys.executable, WORKER],
        input=lines,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(WORKER.parents[2])},
        preexec_fn=_bounds,
        timeout=5 * SECONDS,
        check=False,
    )
    verdicts = result.stdout.split()
    assert len(verdicts) == len(CORPUS), (CORPUS[len(verdicts)][0], result.stderr[-2000:])
    found = {name: said for (name, *_), said in zip(CORPUS, verdicts, strict=True)}
    assert found == {name: expected for name, *_, expected in CORPUS}
    assert result.returncode == 0
