"""Real manifests of Argo Events: they load, or every error names what is not there yet."""

from pathlib import Path

import pytest

from server.manifests import load

FOLDER = Path(__file__).parents[3] / "shared" / "compat"
FILES = sorted(path for path in FOLDER.rglob("*") if path.suffix in {".yaml", ".yml"})
# What is wrong in the file itself: Argo Events drops these fields without a word.
DEFECTS = {
    "trigger-openwhisk.yaml": {"unknown-field", "no-action"},
}


@pytest.mark.skipif(not FILES, reason="the manifests are not on this machine")
def test_the_folder_holds_manifests():
    assert len(FILES) > 50


@pytest.mark.parametrize("file", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_real_manifest_loads_or_names_what_is_missing(file: Path):
    loaded = load([file])
    errors = [each for each in loaded.mistakes if each.level == "error"]
    known = {"not-yet"} | DEFECTS.get(file.name, set())
    assert [str(each) for each in errors if each.code not in known] == []
    assert all("not there yet" in each.message for each in errors if each.code == "not-yet")
    assert all(each.line for each in errors)
    assert errors or loaded.sources or loaded.sensors or loaded.bus or loaded.others
