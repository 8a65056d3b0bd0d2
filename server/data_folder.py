"""The folder where `hookline dev` keeps its things, and where other commands find a running one."""

import contextlib
import fcntl
import json
import os
from pathlib import Path
from typing import Any

from hookline.errors import HooklineError

_ADDRESSES = "addresses.json"
_LOCK = "lock"


class DataFolderError(HooklineError):
    """The data folder cannot be used."""


class DataFolder:
    """The data folder of one `dev`; held by a lock, so that two never share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = -1

    def take(self) -> None:
        """Make the folder and hold it until `leave` or the end of the process.

        Raises:
            DataFolderError: another process holds it, or it can't be written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataFolderError(f"cannot use the data folder {self.path}: {error}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(self._lock, 32, 0).decode("ascii", "replace").strip()
            raise DataFolderError(
                f"the data folder {self.path} is in use by process {owner or 'unknown'}: "
                "stop that one, or choose another folder with --data-dir"
            ) from error
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode("ascii"), 0)

    def publish(self, addresses: dict[str, Any]) -> None:
        """Write where everything listens, so that the other commands find it."""
        write_json(self.path / _ADDRESSES, addresses)

    def leave(self) -> None:
        """Take the addresses back and release the folder."""
        (self.path / _ADDRESSES).unlink(missing_ok=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def find_running(path: Path) -> dict[str, Any] | None:
    """Return the addresses of a `dev` that runs on this data folder; None if none does."""
    with contextlib.suppress(OSError, ValueError):
        found: dict[str, Any] = json.loads((path / _ADDRESSES).read_text("utf-8"))
        return found if _is_held(path / _LOCK) else None
    return None


def _is_held(lock: Path) -> bool:
    descriptor = os.open(lock, os.O_RDWR)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file at once: a reader sees the old or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    half.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    half.replace(path)
