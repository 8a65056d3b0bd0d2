"""The laws of the house: every kind is one class in one file, described, tested and documented."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import pytest
import yaml

from eventsource.source import Source
from hookline import kinds
from hookline.block import Block
from sensor.filter import Filter
from trigger.action import Action
from trigger.artifact import Artifact

ROOT = Path(__file__).parent.parent
ROOMS = ("hookline", "eventsource", "sensor", "trigger", "server")
FOLDERS: dict[str, type[Block]] = {
    "eventsource.sources": Source,
    "sensor.filters": Filter,
    "trigger.actions": Action,
    "trigger.artifacts": Artifact,
}
KINDS = [(folder, key) for folder in FOLDERS for key in sorted(kinds.known(folder))]


def classes_of(folder: str, key: str) -> list[type[Block]]:
    module = importlib.import_module(kinds.known(folder)[key])
    return [
        member
        for _, member in inspect.getmembers(module, inspect.isclass)
        if issubclass(member, FOLDERS[folder]) and member.__module__ == module.__name__
    ]


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize(("folder", "key"), KINDS)
def test_a_kind_is_one_class_with_a_docstring_in_its_file(folder: str, key: str):
    found = classes_of(folder, key)
    assert len(found) == 1
    assert inspect.getdoc(found[0])


@pytest.mark.parametrize(("folder", "key"), KINDS)
def test_every_field_of_a_kind_is_described(folder: str, key: str):
    fields = classes_of(folder, key)[0].model_fields
    assert [name for name, field in fields.items() if not field.description] == []


@pytest.mark.parametrize(("folder", "key"), KINDS)
def test_a_kind_has_a_test_under_the_same_path(folder: str, key: str):
    module = kinds.known(folder)[key]
    *folders, name = module.split(".")
    assert (ROOT / "tests" / Path(*folders) / f"test_{name}.py").is_file()


@pytest.mark.parametrize(("folder", "key"), KINDS)
def test_a_kind_has_a_page_with_yaml_that_names_it(folder: str, key: str):
    page = ROOT / kinds.page_of(folder, key)
    blocks = re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    assert any(re.search(rf"^\s*(- )?{key}:", block, re.MULTILINE) for block in blocks)
    for block in blocks:
        list(yaml.safe_load_all(block))


@pytest.mark.parametrize(("folder", "key"), KINDS)
def test_a_kind_has_a_json_schema(folder: str, key: str):
    schema = classes_of(folder, key)[0].model_json_schema()
    assert schema["type"] == "object"


def test_no_kind_imports_another_kind():
    for folder in FOLDERS:
        for path in (ROOT / Path(*folder.split("."))).glob("*.py"):
            imported = {
                node.module or ""
                for node in ast.walk(ast.parse(path.read_text("utf-8")))
                if isinstance(node, ast.ImportFrom)
            }
            assert not any(name.startswith(tuple(FOLDERS)) for name in imported), path


def test_only_the_event_bus_imports_nats():
    """Besides kinds that are about NATS."""
    for path in modules():
        if path.is_relative_to(ROOT / "hookline" / "eventbus") or path.name == "nats.py":
            continue
        assert not re.search(
            r"^\s*(import nats|from nats)\b", path.read_text("utf-8"), re.MULTILINE
        ), path


def test_every_module_says_what_it_is_for():
    for path in modules():
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), path


def test_no_module_has_more_than_300_lines_and_no_function_more_than_50():
    for path in modules():
        text = path.read_text("utf-8")
        assert len(text.splitlines()) <= 300, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 70, f"{path}:{node.lineno}"


def test_no_committed_file_names_a_package_registry_or_a_path_of_this_machine():
    words = re.compile(r"pypi\.org|files\.pythonhosted|proxy\.golang|registry\.npmjs|/root/|/work/")
    places = ["*.toml", "*.md", "Makefile", "requirements/*", "scripts/*", "docs/**/*.md"]
    for pattern in places:
        for path in ROOT.glob(pattern):
            assert not words.search(path.read_text("utf-8")), path


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_not_there_yet_is_known_by_name(folder: str):
    assert not kinds.not_yet(folder) & set(kinds.known(folder))
