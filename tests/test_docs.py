"""What the pages say is so: links, manifests, commands, flags, metrics, and what is refused."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml
from pages import PAGES, ROOT

from hookline.duration import parse_duration
from hookline.eventbus.errors import BusRefusedError
from hookline.eventbus.settings import BusSettings
from hookline.eventbus.streams import events_config, judge
from hookline.metrics import Metrics
from server.cli import hookline
from server.manifests import load

DOCS = ROOT / "docs"
ROOMS = ("eventsource", "hookline", "sensor", "server", "trigger")
UNSET, NONE, OFF, REQUIRED = "—", "none", "off", "required"


def fences(text: str) -> list[tuple[str, str]]:
    """Return the fenced blocks of a page: their language, or nothing, and what they hold."""
    return re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def section(text: str, heading: str) -> str:
    """Return what stands between a heading and the next of its level or above."""
    level = heading.split(maxsplit=1)[0]
    after = text.partition(f"\n{heading}\n")[2]
    assert after, heading
    return re.split(rf"^#{{1,{len(level)}}} ", after, maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of all table rows but the heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines]
    heads = {index - 1 for index, row in enumerate(cells) if set("".join(row)) <= set("-| ")}
    return [
        [cell.strip() for cell in row]
        for index, row in enumerate(cells)
        if index not in heads and index - 1 not in heads
    ]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def read(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def page_name(page: Path) -> str:
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", without_fences(page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_link_of_a_page_leads_somewhere(page: Path):
    text = without_fences(page.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{page_name(page)}: {target}"
        if anchor:
            assert anchor in anchors(found), f"{page_name(page)}: {target}"


def manifests() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        blocks = [body for kind, body in fences(page.read_text("utf-8")) if kind == "yaml"]
        for number, block in enumerate(blocks):
            if re.search(r"^apiVersion:", block, re.MULTILINE):
                yield f"{page_name(page)}-{number}", block


@pytest.mark.parametrize("block", [pytest.param(text, id=name) for name, text in manifests()])
def test_every_manifest_on_a_page_loads_without_an_error(block: str, tmp_path: Path):
    (tmp_path / "block.yaml").write_text(block)
    loaded = load([tmp_path])
    assert [str(each) for each in loaded.mistakes if each.level == "error"] == []
    assert loaded.sources or loaded.sensors or loaded.buses or loaded.others


def commands() -> dict[str, click.Command]:
    """Return all commands by what is typed; those below another one as `deadletters list`."""
    context = click.Context(hookline)
    found = {}
    for name in hookline.list_commands(context):
        command = hookline.get_command(context, name)
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": each for below, each in command.commands.items()}
        elif command is not None:
            found[name] = command
    return found


def command_lines(text: str) -> Iterator[str]:
    """Yield what stands behind `hookline ` in code: shell lines and code in sentences."""
    spoken = [body for kind, body in fences(text) if kind in ("", "sh", "bash", "console")]
    spoken += re.findall(r"`([^`\n]+)`", without_fences(text))
    for body in spoken:
        for line in body.splitlines():
            if found := re.match(r"\s*(?:\$ )?(?:\S*/)?hookline (\S.*)", line):
                yield re.split(r" [|&>#;] ?| && ", found[1])[0]


@pytest.mark.parametrize("page", PAGES, ids=page_name)
def test_every_command_on_a_page_exists_with_its_flags(page: Path):
    known = commands()
    for line in command_lines(page.read_text("utf-8")):
        first, *rest = line.split() or [""]
        if rest and f"{first} {rest[0]}" in known:
            first = f"{first} {rest.pop(0)}"
        flags = re.findall(r"(?<![\w-])--?[a-z][a-z-]*", " ".join(rest))
        if first.startswith("-") or first == "COMMAND":
            assert first in {"--version", "--help", "-h", "COMMAND"}, line
            continue
        assert first in known, f"{page_name(page)}: hookline {line}"
        taken = {name for option in known[first].params for name in option.opts}
        assert set(flags) <= taken | {"--help", "-h"}, f"{page_name(page)}: hookline {line}"


def of_the_login(option: click.Parameter) -> bool:
    hidden = isinstance(option, click.Option) and option.hidden
    return hidden and option.opts[0].startswith("--nats-")


def options(command: click.Command) -> list[tuple[str, str, str]]:
    """Return flag, variable and default of a command's options, as the table writes them."""
    context = click.Context(command)
    found = []
    for option in command.params:
        if not isinstance(option, click.Option) or of_the_login(option):
            continue
        default = option.get_default(context)
        shown = OFF if option.is_flag else REQUIRED if option.required else UNSET
        if not option.is_flag and isinstance(default, str | int | Path):
            shown = str(default)
        found.append((" ".join(option.opts), str(option.envvar or NONE), shown))
    return found


@pytest.mark.parametrize("name", sorted(commands()))
def test_the_table_of_flags_has_every_option_of_a_command(name: str):
    table = rows(section(read("flags.md"), f"## hookline {name}"))
    table = [row for row in table if "`, `--nats-" not in row[0]]  # the login: see below
    written = [tuple(cell.replace("`", "") for cell in row[:3]) for row in table]
    assert written == options(commands()[name])
    assert all(row[3] for row in table)


@pytest.mark.parametrize("name", sorted(commands()))
def test_flags_of_the_login_stand_together_in_a_row_and_on_the_page_of_logins(name: str):
    hidden = [option for option in commands()[name].params if of_the_login(option)]
    listed = [
        flag
        for row in rows(section(read("flags.md"), f"## hookline {name}"))
        if "`, `--nats-" in row[0]
        for flag in code(row[0])
    ]
    assert listed == [option.opts[0] for option in hidden]
    page = read("nats-login.md")
    told = [o.name for o in hidden if f"`{o.opts[0]} " in page and f"`{o.envvar}`" in page]
    assert told == [o.name for o in hidden]


def test_flags_are_told_of_commands_that_exist_only():
    told = re.findall(r"^## hookline ([\w ]+)$", read("flags.md"), re.MULTILINE)
    listed = [code(row[0])[0].removeprefix("hookline ") for row in _first_table("flags.md")]
    assert told == listed == list(commands())


def _first_table(name: str) -> list[list[str]]:
    return rows(read(name).partition("\n## ")[0])


def test_the_table_of_metrics_is_the_registry():
    metrics = Metrics()
    families = {
        family.name + ("_total" if family.type == "counter" else ""): family
        for family in metrics.registry.collect()
    }
    labels = {
        metric._name + ("_total" if metric._type == "counter" else ""): set(metric._labelnames)
        for metric in vars(metrics).values()
        if hasattr(metric, "_labelnames")
    }
    table = rows(section(read("operations.md"), "## Metrics"))
    assert [code(row[0])[0] for row in table] == list(families)
    for row in table:
        name = code(row[0])[0]
        assert {"namespace", *code(row[1])} == labels[name], name
        assert (families[name].type == "histogram") == row[2].startswith("histogram"), name


def nats_settings() -> list[tuple[str, bool]]:
    table = rows(section(read("operations.md"), "## What NATS must be like"))
    return [(setting, row[2] == "degraded") for row in table for setting in code(row[0])]


@pytest.mark.parametrize(("setting", "allowed"), nats_settings())
def test_nats_settings_are_refused_as_the_page_says(setting: str, allowed: bool):
    (key, value), *_ = yaml.safe_load(setting).items()
    if key == "max_age":
        value = int(parse_duration(value) * 1e9)
    for lossy in (False, True):
        settings = BusSettings("nats://127.0.0.1:4222", allow_lossy=lossy)
        config = {**events_config(settings), key: value}
        if lossy and allowed:
            assert judge(config, settings) != []
            continue
        with pytest.raises(BusRefusedError) as refused:
            judge(config, settings)
        assert refused.value.setting.startswith(key)


def test_the_stream_that_hookline_makes_is_not_refused():
    settings = BusSettings("nats://127.0.0.1:4222")
    assert judge(events_config(settings), settings) == []


def texts_of_the_code() -> set[str]:
    """Return all texts in the code; those that stand in pieces are one."""
    found: set[str] = set()
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found.add(node.value)
    return found


def test_the_reasons_of_health_are_those_of_the_code():
    """Words in capitals and what an ellipsis stands for are filled in when it happens."""
    texts = "\n".join(texts_of_the_code())
    reasons = [words for row in rows(section(read("operations.md"), "## Health")) for words in row]
    told = [reason for cell in reasons[2::2] for reason in code(cell) if " " in reason]
    pieces = [part for reason in told for part in re.split(r"[A-Z]{2,}\S*|\bN\b|\(?…\)?|/", reason)]
    long_enough = [part.strip(" :;,.") for part in pieces if len(part.strip(" :;,.")) > 3]
    assert len(long_enough) > 20
    assert [part for part in long_enough if part not in texts] == []
