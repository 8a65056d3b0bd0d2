"""Cells of tables: ages as `kubectl` writes them, and values that are not there."""

from datetime import UTC, datetime, timedelta

import pytest

from server.sandbox.catalogue import BUILT_IN, Column, ResourceType
from server.sandbox.tables import age, table

MINUTE, HOUR, DAY = 60, 3600, 86400
WORKFLOW = next(kind for kind in BUILT_IN if kind.kind == "Workflow")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (0.9, "0s"),
        (119, "119s"),
        (120, "2m"),
        (9 * MINUTE + 59, "9m59s"),
        (10 * MINUTE + 59, "10m"),
        (3 * HOUR - 1, "179m"),
        (3 * HOUR, "3h"),
        (7 * HOUR + 59 * MINUTE, "7h59m"),
        (8 * HOUR + 59 * MINUTE, "8h"),
        (2 * DAY - 1, "47h"),
        (2 * DAY + HOUR, "2d1h"),
        (8 * DAY + HOUR, "8d"),
        (729 * DAY, "729d"),
        (730 * DAY, "2y"),
        (800 * DAY, "2y70d"),
        (3000 * DAY, "8y"),
    ],
)
def test_an_age_is_written_as_kubectl_does(seconds, text):
    assert age(seconds) == text


def test_a_row_has_a_cell_for_every_column():
    made = (datetime.now(UTC) - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    tree = {"metadata": {"name": "one", "creationTimestamp": made}, "status": {"phase": "Failed"}}
    (row,) = table(WORKFLOW, [tree], "", {})["rows"]
    assert row["cells"] == ["one", "Failed", "3d"]


def test_a_value_that_is_not_there_is_null_and_a_bad_date_is_said():
    columns = (Column("Deep", "string", ".spec.a.b"), Column("When", "date", ".spec.when"))
    kind = ResourceType("g", "v1", "Kind", "kinds", "kind", columns=columns)
    trees = [
        {"metadata": {"name": "a"}, "spec": {"a": "text"}},
        {"metadata": {"name": "b"}, "spec": {"when": "today"}},
    ]
    rows = table(kind, trees, "None", {})["rows"]
    assert [row["cells"] for row in rows] == [["a", None, None], ["b", None, "<invalid>"]]
