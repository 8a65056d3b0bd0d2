"""Manifests from files and folders: YAML as Kubernetes reads it, with the line of every part."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from hookline import manifest
from hookline.manifest import Document, Mistake, Step
from hookline.yaml_fault import YamlError
from hookline.yaml_tree import compose
from hookline.yaml_values import Values

MAX_BYTES = 10 * 1024 * 1024
_SUFFIXES = frozenset([".yaml", ".yml", ".json"])
_SEPARATOR = re.compile(r"^---(?=\s|$)", re.MULTILINE)
_NO_CONTENT = re.compile(r"(?:\s*(?:[%#].*)?\n)*")
_SURROGATES = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB]..)\\u([dD][c-fC-F]..)")

type Read = tuple[list[Document], list[Mistake]]


def read_paths(paths: Iterable[Path]) -> Read:
    """Return the documents of files and of folders (recursively), sorted, and every mistake.

    JSON files in folders that hold data, no Kubernetes objects, are passed over.
    """
    documents: list[Document] = []
    mistakes: list[Mistake] = []
    named = list(paths)
    files = [file for path in named for file in _files(path, mistakes)]
    for file in dict.fromkeys(files):
        found, wrong = _read_file(file)
        documents += [each for each in found if file in named or not _is_data(each)]
        mistakes += wrong
    return documents, mistakes


def read_text(text: str, file: str, modified: float = 0.0) -> Read:
    """Return the documents of a text and every mistake in it.

    A document that cannot be parsed is a mistake and no document; the others are read all the
    same. `modified` is when the file was written, seconds since 1970.
    """
    documents: list[Document] = []
    mistakes: list[Mistake] = []
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("{"):
        text = _SURROGATES.sub(_joined, text)
    for above, part in _parts(text):
        try:
            for node in compose(part, above):
                values = Values(file)
                body = values.value(node, (), node.line)
                whole = Document(file, node.line, body, values.lines, modified)
                documents += _objects(whole, values.mistakes)
                mistakes += values.mistakes
        except YamlError as error:
            mistakes.append(_mistake(file, error.line, error.code, str(error), error.suggestion))
    return documents, mistakes


def _files(path: Path, mistakes: list[Mistake]) -> Iterator[Path]:
    if path.is_dir():
        inside = (file for file in path.rglob("*") if not _hidden(file.relative_to(path)))
        found = sorted(file for file in inside if file.suffix in _SUFFIXES and file.is_file())
        if not found:
            message = "no manifests are in this folder (*.yaml, *.yml, *.json)"
            mistakes.append(replace(_mistake(str(path), 0, "no-file", message), level="warning"))
        yield from found
    elif path.exists():
        yield path
    else:
        mistakes.append(_mistake(str(path), 0, "no-file", "no such file or folder"))


def _hidden(path: Path) -> bool:
    """Whether a part of the path begins with a dot, as the folders behind a ConfigMap's links."""
    return any(part.startswith(".") for part in path.parts)


def _is_data(document: Document) -> bool:
    return document.file.endswith(".json") and not document.body.keys() & {"apiVersion", "kind"}


def _read_file(path: Path) -> Read:
    try:
        status = path.stat()
        if status.st_size > MAX_BYTES:
            message = f"a file has at most {MAX_BYTES // 2**20} MiB"
            return [], [_mistake(str(path), 0, "too-large", message)]
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        return [], [_mistake(str(path), 0, "no-file", f"cannot be read: {error.strerror}")]
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        return [], [_mistake(str(path), line, "not-utf-8", "this is no UTF-8 text")]
    return read_text(text, str(path), status.st_mtime)


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield each document's text and the number of lines above it, as Kubernetes cuts a file."""
    start = 0
    cuts = [match.start() for match in _SEPARATOR.finditer(text)]
    above = 0
    for cut in [*cuts, len(text)]:
        part = text[start:cut]
        if _NO_CONTENT.fullmatch(part):  # directives and comments belong to the document below
            continue
        yield above, part
        above += part.count("\n")
        start = cut


def _objects(document: Document, mistakes: list[Mistake]) -> Iterator[Document]:
    """Yield the objects of a document: itself, or the items of a List."""
    body: Any = document.body
    if body is None:
        return
    if not isinstance(body, dict):
        message = "a document must be a mapping with apiVersion and kind"
        mistakes.append(_mistake(document.file, document.line, "not-an-object", message))
        return
    document = replace(document, broken=bool(mistakes))
    if document.kind.endswith("List") and isinstance(body.get("items"), list):
        yield from _items(document, mistakes)
    else:
        yield document


def _items(document: Document, mistakes: list[Mistake]) -> Iterator[Document]:
    lines: dict[Step, dict[manifest.Path, int]] = defaultdict(dict)
    for path, line in document.lines.items():
        if len(path) > 1 and path[0] == "items":
            lines[path[1]][path[2:]] = line
    for index, item in enumerate(document.body["items"]):
        own = lines[index]
        yield from _objects(replace(document, line=own[()], body=item, lines=own), mistakes)


def _joined(match: re.Match[str]) -> str:
    """Return the character that two escapes of JSON stand for, which YAML does not know."""
    pair = bytes.fromhex(match[2] + match[3])
    return match[1] + pair.decode("utf-16-be", "replace")


def _mistake(file: str, line: int, code: str, message: str, suggestion: str = "") -> Mistake:
    return Mistake(file, line, "", "error", code, message, suggestion)
