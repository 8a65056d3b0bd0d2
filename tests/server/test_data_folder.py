"""The data folder of dev: held by one, found by the others."""

import json
from pathlib import Path

import pytest

from server.data_folder import DataFolder, DataFolderError, find_running, write_json


def test_a_running_dev_is_found_by_its_folder_and_only_while_it_runs(tmp_path: Path):
    folder = DataFolder(tmp_path / "data")
    assert find_running(tmp_path / "data") is None
    folder.take()
    folder.publish({"nats": "nats://127.0.0.1:1"})
    assert find_running(tmp_path / "data") == {"nats": "nats://127.0.0.1:1"}
    folder.leave()
    assert find_running(tmp_path / "data") is None


def test_addresses_of_a_dev_that_was_killed_do_not_count(tmp_path: Path):
    folder = DataFolder(tmp_path)
    folder.take()
    folder.leave()
    write_json(tmp_path / "addresses.json", {"nats": "nats://127.0.0.1:1"})
    assert find_running(tmp_path) is None


def test_a_folder_is_held_by_one_and_the_second_names_the_first(tmp_path: Path):
    first = DataFolder(tmp_path)
    first.take()
    with pytest.raises(DataFolderError, match=r"in use by process \d+.*--data-dir"):
        DataFolder(tmp_path).take()
    first.leave()
    DataFolder(tmp_path).take()


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataFolderError, match="cannot use the data folder"):
        DataFolder(tmp_path / "file" / "data").take()


def test_a_json_file_is_replaced_whole(tmp_path: Path):
    write_json(tmp_path / "a" / "ready.json", {"x": 1})
    write_json(tmp_path / "a" / "ready.json", {"x": 2})
    assert json.loads((tmp_path / "a" / "ready.json").read_text()) == {"x": 2}
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["ready.json"]
