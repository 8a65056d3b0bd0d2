"""A small text file beside Hookline, which is read for each event."""

from pathlib import Path

from trigger.artifact import no_source

_LARGEST = 1024 * 1024


def read_small(name: str) -> str:
    """Return what a file holds now; TemporaryError (NoSource) when it cannot be read."""
    path = Path(name)
    try:
        if not path.is_file():
            raise no_source(f"there is no file {path}")
        if path.stat().st_size > _LARGEST:
            raise no_source(f"{path} is larger than {_LARGEST} bytes")
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise no_source(f"{path} cannot be read: {error}") from error
