"""Writes docs/compatibility.md from the table of differences."""

from pathlib import Path

from server.differences import page

(Path(__file__).parent.parent / "docs" / "compatibility.md").write_text(page(), "utf-8")
