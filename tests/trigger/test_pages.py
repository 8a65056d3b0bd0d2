"""The pages about actions and artifacts hold Sensors that load."""

import re
from pathlib import Path

import pytest

from hookline.yaml_reader import read_text
from sensor.spec import read_sensor

PAGES = sorted((Path(__file__).parents[2] / "docs" / "trigger").rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_sensors_of_a_page_load_without_a_mistake(page):
    found = 0
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text("utf-8"), re.DOTALL):
        documents, mistakes = read_text(block, page.name)
        for document in documents:
            if document.kind == "Sensor":
                found += 1
                assert read_sensor(document, mistakes) is not None, mistakes
        # The file that a page names is on no test's machine.
        assert [each for each in mistakes if each.code != "no-source"] == []

    assert found
