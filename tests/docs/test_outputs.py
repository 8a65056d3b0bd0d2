"""The outputs on the pages are made anew, by the manifest and the POSTs of `docs/json.md`."""

import json
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hookline_processes import HooklineProcess, command, free_port, wait_until

DOCS = Path(__file__).parents[2] / "docs"
JSON_PAGE = (DOCS / "json.md").read_text("utf-8")
EXPLAIN_PAGE = (DOCS / "explain.md").read_text("utf-8")
POSTS = re.findall(r"-d '(\{.*\})' http", JSON_PAGE)


def examples(heading: str, kind: str = "json") -> list[str]:
    """Return the fenced blocks of a kind below a heading of the JSON page."""
    below = re.split(r"^## ", JSON_PAGE.partition(f"## {heading}\n")[2], flags=re.MULTILINE)[0]
    return re.findall(rf"^```{kind}\n(.*?)^```", below, re.MULTILINE | re.DOTALL)


def shape(value: Any) -> Any:
    """Return the keys and types of a JSON value, in their order, without what changes."""
    if isinstance(value, dict):
        return [(key, shape(member)) for key, member in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__


def same(text: str) -> str:
    """Return an output without times and hashes."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "TIME", text)
    return re.sub(r"\b[a-z2-7]{26}\b", "HASH", text).strip()


def manifest(port: str) -> str:
    text = re.findall(r"^```yaml\n(.*?)^```", JSON_PAGE, re.MULTILINE | re.DOTALL)[0]
    return text.replace("12000", port)


class Shop:
    """A running `dev` that has the three orders of the page behind it."""

    def __init__(self, process: HooklineProcess, folder: Path) -> None:
        self.process = process
        self._flags = ("--data-dir", folder)

    def says(self, *argv: str) -> str:
        result = command(*argv, *self._flags)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def post(self, body: str) -> None:
        url = self.process.url("placed")
        answer = httpx.post(url, content=body, headers={"Content-Type": "application/json"})
        assert answer.json() == {"eventId": json.loads(body)["id"]}

    def is_settled(self) -> bool:
        ledger = json.loads(self.says("audit", "-o", "json"))
        return bool(ledger["events"] == len(POSTS) and not ledger["pending"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Run `dev`, send the POSTs of the page, and wait until they are decided."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "orders.yaml").write_text(manifest(str(free_port())))
    ports = ("--api-port", "0", "--nats-port", "0", "--kube-port", "0")
    argv = ["dev", str(folder / "orders.yaml"), "--data-dir", str(folder / "data"), *ports]
    process = HooklineProcess(argv, folder / "process")
    try:
        open_shop = Shop(process.start(), folder / "data")
        for body in POSTS:
            open_shop.post(body)
        wait_until(open_shop.is_settled, "the three orders are decided")
        yield open_shop
    finally:
        process.end(signal.SIGINT)


def test_the_ready_file_has_the_form_of_the_page(shop: Shop):
    (example,) = examples("The ready file")
    assert shape(shop.process.ready) == shape(json.loads(example))


def test_explain_has_the_form_of_the_page(shop: Shop):
    told = [json.loads(example) for example in examples("hookline explain -o json")]
    assert [item[0]["decisions"][0]["verdict"] for item in told] == [
        "launched",
        "filtered",
        "deadLettered",
    ]
    for example in told:
        made = shop.says("explain", f"orders/placed/{example[0]['eventId']}", "-o", "json")
        assert shape(json.loads(made)) == shape(example)


def test_audit_has_the_form_of_the_page(shop: Shop):
    (example,) = examples("hookline audit -o json")
    assert json.loads(shop.says("audit", "-o", "json")) == json.loads(example)


def test_readyz_has_the_form_of_the_page(shop: Shop):
    (example,) = examples("/readyz?verbose")
    answer = httpx.get(f"{shop.process.ready['api']}/readyz?verbose").json()
    assert [*answer] == [*json.loads(example)]
    assert answer == {"status": "ok", "red": [], "degraded": []}


def outputs() -> list[tuple[str, str]]:
    return re.findall(
        r"^```\n\$ hookline ([^\n]*)\n(.*?)^```", EXPLAIN_PAGE, re.MULTILINE | re.DOTALL
    )


def test_the_page_about_explain_has_its_outputs():
    assert [line.split()[0] for line, _ in outputs()] == ["explain"] * 3 + ["audit"]


@pytest.mark.parametrize(("line", "output"), outputs())
def test_explain_and_audit_say_what_the_page_shows(line: str, output: str, shop: Shop):
    assert same(shop.says(*line.split())) == same(output)


def mistaken() -> str:
    """Return the manifest with mistakes on the JSON page."""
    below = JSON_PAGE.partition("## hookline lint -o json\n")[2]
    return re.findall(r"^```\n(.*?)^```", below, re.MULTILINE | re.DOTALL)[0]


def test_lint_prints_the_example_of_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hooks.yaml").write_text(mistaken())
    result = command("lint", "hooks.yaml", "-o", "json")
    assert result.returncode == 1
    assert json.loads(result.stdout) == json.loads(examples("hookline lint -o json")[0])


def test_lint_prints_what_its_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    page = (DOCS / "lint.md").read_text("utf-8")
    [(line, output)] = re.findall(
        r"^```\n\$ hookline ([^\n]*)\n(.*?)^```", page, re.MULTILINE | re.DOTALL
    )
    (tmp_path / "hooks.yaml").write_text(mistaken())
    monkeypatch.chdir(tmp_path)
    assert command(*line.split()).stdout == output


def test_render_has_the_form_of_the_page(tmp_path: Path):
    (tmp_path / "orders.yaml").write_text(manifest("12000"))
    (tmp_path / "event.json").write_text(json.dumps({"body": json.loads(POSTS[0])}))
    event = f"order={tmp_path / 'event.json'}"
    result = command("render", tmp_path / "orders.yaml", "--event", event, "-o", "json")
    assert result.returncode == 0, result.stderr
    (example,) = examples("hookline render -o json")
    assert same(result.stdout) == same(example)
