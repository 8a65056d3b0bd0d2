"""What each part of one path says, read once and kept."""

from hookline.language.gjson import paths


class Grammar:
    """The parts of one path; every part that is read is a piece of its text, so they are few."""

    __slots__ = ("_arrays", "_multipaths", "_objects")

    def __init__(self) -> None:
        self._objects: dict[bytes, paths.ObjectPart] = {}
        self._arrays: dict[bytes, paths.ArrayPart] = {}
        self._multipaths: dict[bytes, tuple[paths.Multipath | None, bytes]] = {}

    def object_part(self, path: bytes) -> paths.ObjectPart:
        """Return what a path says to an object."""
        part = self._objects.get(path)
        if part is None:
            part = self._objects[path] = paths.object_part(path)
        return part

    def array_part(self, path: bytes) -> paths.ArrayPart:
        """Return what a path says to an array."""
        part = self._arrays.get(path)
        if part is None:
            part = self._arrays[path] = paths.array_part(path)
        return part

    def multipath(self, path: bytes) -> tuple[paths.Multipath | None, bytes]:
        """Return the multipath that starts a path, None if it is not closed, and what follows."""
        read = self._multipaths.get(path)
        if read is None:
            read = self._multipaths[path] = paths.multipath(path)
        return read
