import re
from http import HTTPStatus
from pathlib import Path

import yaml

from eventsource.limits import Limits
from eventsource.spec import read_event_source
from hookline.manifest import Document
from hookline.secrets import read_secrets

DOCS = Path(__file__).parents[2] / "docs"


def test_the_manifest_on_the_webhook_page_loads_and_its_secret_is_found():
    page = (DOCS / "eventsource" / "sources" / "webhook.md").read_text("utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    documents = [Document("webhook.md", 1, body) for body in yaml.safe_load_all(block)]
    mistakes = []
    source = read_event_source(documents[0], mistakes)
    assert mistakes == []
    token = source.events[0].source.where().token
    assert read_secrets(documents, mistakes).value(token.name, token.key) == b"change-me"


def test_the_page_of_answers_has_the_numbers_that_are_true():
    page = (DOCS / "http-answers.md").read_text("utf-8")
    limits = Limits()
    assert f"more than {limits.headers} headers" in page
    assert f"{limits.head_bytes // 1024} KiB" in page
    assert f"within {limits.head_seconds:.0f} s" in page
    assert f"within {limits.body_seconds:.0f} s after" in page
    assert f"({limits.held_bytes // 1024**2} MiB together)" in page
    assert f"({limits.connections} a port)" in page
    assert f"after {limits.idle_seconds:.0f} s" in page
    assert f"pipelined, {limits.pipelined} at a time" in page


def test_every_status_that_is_answered_stands_on_the_page():
    page = (DOCS / "http-answers.md").read_text("utf-8")
    listed = {int(status) for status in re.findall(r"^\| (\d{3})\b", page, re.MULTILINE)}
    room = Path(__file__).parents[2] / "eventsource"
    code = "".join(path.read_text("utf-8") for path in room.rglob("*.py"))
    used = {int(status) for status in re.findall(r"(?:RefusedError|_refuse|raw)\((\d{3})", code)}
    assert used <= listed <= set(HTTPStatus)
