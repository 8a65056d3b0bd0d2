import json
from pathlib import Path

import pytest

from hookline import yaml_reader
from hookline.manifest import Document, Mistake
from hookline.yaml_reader import read_paths, read_text


def read(text: str) -> tuple[list[dict], list[tuple[str, int]]]:
    documents, mistakes = read_text(text, "f.yaml")
    return [each.body for each in documents], [(each.code, each.line) for each in mistakes]


def one(text: str) -> Document:
    documents, mistakes = read_text(text, "f.yaml")
    assert mistakes == []
    assert len(documents) == 1
    return documents[0]


def only(text: str) -> Mistake:
    _, mistakes = read_text(text, "f.yaml")
    assert len(mistakes) == 1
    return mistakes[0]


def test_every_member_and_item_has_the_line_of_its_key_or_dash():
    document = one("a: 1\nb:\n  c:\n  - x\n  - d: |\n      text\n    e: 2\n")
    assert document.lines == {
        (): 1,
        ("a",): 1,
        ("b",): 2,
        ("b", "c"): 3,
        ("b", "c", 0): 4,
        ("b", "c", 1): 5,
        ("b", "c", 1, "d"): 5,
        ("b", "c", 1, "e"): 7,
    }


def test_several_documents_are_read_and_empty_ones_passed_over():
    bodies, mistakes = read("# one\n---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n")
    assert (bodies, mistakes) == ([{"a": 1}, {"b": 2}], [])


def test_lines_count_through_the_whole_file():
    documents, _ = read_text("a: 1\n---\n\nb: 2\n--- # c\nc: 3\n", "f.yaml")
    assert [(each.line, each.lines) for each in documents] == [
        (1, {(): 1, ("a",): 1}),
        (4, {(): 4, ("b",): 4}),
        (6, {(): 6, ("c",): 6}),
    ]


def test_a_broken_document_does_not_hide_the_others_nor_their_mistakes():
    bodies, mistakes = read("a: 'x\n---\nb: 1\n---\nc: [1\n---\nd: 1\n")
    assert bodies == [{"b": 1}, {"d": 1}]
    assert [code for code, _ in mistakes] == ["yaml-syntax", "yaml-syntax"]
    assert [line < 3 for _, line in mistakes] == [True, False]


def test_directives_belong_to_the_document_below():
    assert read("%YAML 1.1\n---\na: 1\n") == ([{"a": 1}], [])


def test_a_tab_in_the_indentation_is_named():
    mistake = only("a:\n  b: 1\n\tc: 2\n")
    assert (mistake.line, mistake.message) == (3, "a tab indents this line")
    assert "spaces" in mistake.suggestion


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: b: c", "quotes"),
        ("a: @x", "quotes"),
        ('a: "\\d"', "backslash"),
        ('a: "x', "not closed"),
        ("a: 1\nb\n", "colon"),
        ("a: \x07", "remove"),
    ],
)
def test_a_syntax_error_says_what_to_do(text, hint):
    mistake = only(text)
    assert mistake.code == "yaml-syntax"
    assert hint in mistake.suggestion


def test_a_character_that_yaml_forbids_has_its_line():
    assert read("a: 1\nb: \x00\n") == ([], [("yaml-syntax", 2)])


def test_a_key_that_stands_twice_names_both_lines():
    documents, mistakes = read_text("a:\n  b: 1\n  c: 2\n  b: 3\n", "f.yaml")
    assert [(each.code, each.line, each.path) for each in mistakes] == [("duplicate-key", 4, "a.b")]
    assert "line 2" in mistakes[0].message
    assert documents[0].broken


def test_keys_that_become_one_text_stand_twice():
    assert read("true: 1\non: 2\n")[1] == [("duplicate-key", 2)]
    assert read("1: 1\n'1': 2\n")[1] == [("duplicate-key", 2)]


def test_aliases_stand_for_their_anchor():
    text = "a: &a [1, {b: 2}]\nc: *a\n"
    assert one(text).body == {"a": [1, {"b": 2}], "c": [1, {"b": 2}]}


def test_a_merge_gives_way_to_the_keys_below_it():
    text = "a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  x: 3\nc:\n  <<: [*a, {x: 4, w: 5}]\n"
    assert one(text).body == {
        "a": {"x": 1, "z": 2},
        "b": {"x": 3, "z": 2},
        "c": {"x": 1, "z": 2, "w": 5},
    }


def test_a_merge_below_a_key_that_it_sets_is_refused():
    """Kubernetes lets the merge win, YAML the key: nobody can tell what was meant."""
    mistake = only("a: &a {x: 1}\nb:\n  x: 3\n  <<: *a\n")
    assert (mistake.code, mistake.line, mistake.path) == ("duplicate-key", 3, "b.x")
    assert "write << before" in mistake.suggestion


@pytest.mark.parametrize("text", ["b:\n  <<: 1\n", "b:\n  <<: [1]\n"])
def test_a_merge_of_anything_but_mappings_is_refused(text):
    assert read(text) == ([], [("bad-merge", 2)])


def test_a_quoted_merge_sign_is_a_key():
    assert one("'<<': 1").body == {"<<": 1}


@pytest.mark.parametrize("text", ["a: *b", "a: &a [*a]", "&a a: 1\n---\nb: *a"])
def test_an_alias_without_a_finished_anchor_is_refused(text):
    assert read(text)[1][0][0] == "unknown-anchor"


def test_an_alias_bomb_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    bodies, mistakes = read("\n".join(lines))
    assert bodies == []
    assert [code for code, _ in mistakes] == ["too-many-nodes"]


def test_a_bomb_of_merges_is_refused():
    lines = ["a0: &a0 {}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 10)]
    assert [code for code, _ in read("\n".join(lines))[1]] == ["too-many-nodes"]


def test_too_many_nodes_are_refused():
    assert read("- 1\n" * 100_001)[1][0][0] == "too-many-nodes"


@pytest.mark.parametrize("depth", [101, 100_000])
def test_deep_nesting_is_refused(depth):
    assert read("a: " + "[" * depth + "]" * depth)[1][0][0] == "too-deep"


def test_deep_nesting_through_aliases_is_refused():
    deep = "[" * 60 + "1" + "]" * 60
    text = f"a: &a {deep}\nb: {'[' * 60}*a{']' * 60}\n"
    assert read(text)[1] == [("too-deep", 1)]


@pytest.mark.parametrize("text", ["- a\n- b\n", "just text", "12"])
def test_a_document_that_is_no_mapping_is_a_mistake(text):
    assert read(text) == ([], [("not-an-object", 1)])


def test_the_items_of_a_list_are_objects_with_their_lines():
    text = "apiVersion: v1\nkind: List\nitems:\n- kind: A\n  x: 1\n- kind: B\n  z: [1]\n"
    documents, mistakes = read_text(text, "f.yaml", 5.0)
    assert mistakes == []
    assert [(each.kind, each.line, each.modified) for each in documents] == [
        ("A", 4, 5.0),
        ("B", 6, 5.0),
    ]
    assert documents[1].lines[("z", 0)] == 7


def test_an_item_of_a_list_that_is_no_object_is_a_mistake():
    assert read("kind: List\nitems:\n- {kind: A}\n- 3\n") == (
        [{"kind": "A"}],
        [("not-an-object", 4)],
    )


def test_json_is_read_with_its_escapes_and_lines():
    text = '{\n\t"a": "\\ud83d\\ude00 \\/ \\\\ud83d\\\\ude00",\n\t"b": [1.0, true, null]\n}'
    document = one(text)
    assert document.body == json.loads(text)
    assert document.lines[("b",)] == 3


def test_a_byte_order_mark_and_windows_lines_are_no_matter():
    document = one("\ufeffa: 1\r\nb: 2\r\n")
    assert (document.body, document.lines[("b",)]) == ({"a": 1, "b": 2}, 2)


def test_folders_are_read_with_all_below_in_order_and_hidden_ones_not(tmp_path: Path):
    for name in ["b.yaml", "a.yml", "c/d.json", "..data/x.yaml", "c/.git/y.yaml", "z.txt"]:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True, parents=True)
        file.write_text(f'{{"kind": "{name}"}}')
    documents, mistakes = read_paths([tmp_path])
    assert mistakes == []
    assert [each.kind for each in documents] == ["a.yml", "b.yaml", "c/d.json"]
    assert documents[0].file == str(tmp_path / "a.yml")
    assert documents[0].modified == (tmp_path / "a.yml").stat().st_mtime


def test_links_as_kubernetes_mounts_a_config_map_are_followed(tmp_path: Path):
    (tmp_path / "..1").mkdir()
    (tmp_path / "..1/a.yaml").write_text("a: 1")
    (tmp_path / "..data").symlink_to("..1")
    (tmp_path / "a.yaml").symlink_to("..data/a.yaml")
    assert [each.body for each in read_paths([tmp_path])[0]] == [{"a": 1}]


def test_a_file_named_twice_is_read_once(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("a: 1")
    assert len(read_paths([tmp_path, tmp_path / "a.yaml"])[0]) == 1


def test_json_data_in_a_folder_is_no_manifest_unless_it_is_named(tmp_path: Path):
    event = tmp_path / "event.json"
    event.write_text('{"player": "Ada"}')
    (tmp_path / "a.yaml").write_text("kind: A")
    assert [each.kind for each in read_paths([tmp_path])[0]] == ["A"]
    assert [each.body for each in read_paths([event])[0]] == [{"player": "Ada"}]


def test_a_path_that_is_not_there_and_an_empty_folder_are_said(tmp_path: Path):
    _, mistakes = read_paths([tmp_path / "nothing", tmp_path])
    assert [(each.code, each.level) for each in mistakes] == [
        ("no-file", "error"),
        ("no-file", "warning"),
    ]


def test_a_file_that_is_no_text_is_a_mistake_with_its_line(tmp_path: Path):
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 1\nb: \xff\n")
    _, mistakes = read_paths([file])
    assert [(each.code, each.line) for each in mistakes] == [("not-utf-8", 2)]


def test_a_huge_file_is_not_read(tmp_path: Path):
    file = tmp_path / "a.yaml"
    with file.open("wb") as out:
        out.truncate(yaml_reader.MAX_BYTES + 1)
    documents, mistakes = read_paths([file])
    assert documents == []
    assert [each.code for each in mistakes] == ["too-large"]


def test_a_long_list_of_objects_is_read_in_time():
    items = "".join(f"- {{kind: A, n: {n}}}\n" for n in range(5_000))
    assert len(read(f"kind: List\nitems:\n{items}")[0]) == 5_000
