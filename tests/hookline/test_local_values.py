"""Values of documents and files; what is particular to Secrets is in test_secrets."""

import os

import pytest

from hookline.local_values import LocalValues, read_values
from hookline.manifest import Document


def config_map(name="settings", **body):
    return Document("m.yaml", 1, {"kind": "ConfigMap", "metadata": {"name": name}, **body})


def test_the_data_of_a_config_map_is_text_as_it_stands():
    mistakes = []
    values = read_values("ConfigMap", [config_map(data={"a": "eA==", "b": "x\n"})], mistakes)
    assert (values.find("settings", "a"), values.find("settings", "b")) == (b"eA==", b"x\n")
    assert (values.find("settings", "c"), values.find("other", "a")) == (None, None)
    assert mistakes == []


def test_a_value_that_is_no_text_is_an_error_at_its_place():
    mistakes = []
    read_values("ConfigMap", [config_map(data={"a": 5}), config_map("b", data=["x"])], mistakes)
    assert [(each.path, each.code) for each in mistakes] == [
        ("data.a", "bad-config-map"),
        ("data", "bad-config-map"),
    ]


def test_the_file_of_a_config_map_is_read_whole_and_again_when_it_changes(tmp_path):
    values = LocalValues("ConfigMap", directory=tmp_path)
    assert values.find("settings", "a") is None
    (tmp_path / "settings").mkdir()
    for text in ("one\n\n", "another\n"):
        (tmp_path / "settings" / "a").write_text(text)
        assert values.find("settings", "a") == text.encode()


def test_what_is_no_file_of_a_reasonable_size_is_not_read(tmp_path):
    (tmp_path / "settings" / "folder").mkdir(parents=True)
    os.mkfifo(tmp_path / "settings" / "pipe")
    (tmp_path / "settings" / "large").write_bytes(b"x" * ((1 << 20) + 1))
    values = LocalValues("ConfigMap", directory=tmp_path)
    for key in ("folder", "pipe", "large"):
        assert values.find("settings", key) is None
        assert "no file of at most 1 MiB" in values.looked("settings", key)


@pytest.mark.parametrize(("name", "key"), [("..", "x"), ("", "x"), ("a", ""), ("a", "b\0")])
def test_a_name_cannot_lead_out_of_the_folder(tmp_path, name, key):
    inside = tmp_path / "maps"
    inside.mkdir()
    (tmp_path / "x").write_text("outside")
    values = LocalValues("ConfigMap", directory=inside)
    assert values.find(name, key) is None
    assert "no names of a ConfigMap" in values.looked(name, key)
