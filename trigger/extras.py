"""Client libraries that are installed only by those who want them."""

import importlib.util

from hookline.manifest import Place


def has_library(module: str, extra: str, place: Place) -> bool:
    """Return whether a library is installed; note at `place` how to get it if not."""
    if importlib.util.find_spec(module) is not None:
        return True
    place.error(
        f"this needs the Python package {module}, which is not installed",
        code="missing-extra",
        suggestion=f"pip install 'hookline[{extra}]'",
    )
    return False
