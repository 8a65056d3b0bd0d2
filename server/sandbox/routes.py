"""Which object or collection a path names."""

from server.sandbox.catalogue import Catalogue
from server.sandbox.objects import Target
from server.sandbox.status import not_found

_NAMESPACED = 3  # `namespaces/NAME/PLURAL`; with fewer parts it is about namespaces themselves


def target(segments: tuple[str, ...], catalogue: Catalogue) -> Target | None:
    """Return what a path names, or None when nothing is served there.

    Raises:
        StatusError: 404 for a subresource; there are none.
    """
    group_version, rest = _split(segments)
    namespace = ""
    if len(rest) >= _NAMESPACED and rest[0] == "namespaces":
        _, namespace, *rest = rest
    if not group_version or not rest or not all(rest):
        return None
    kind = catalogue.find(*group_version, rest[0])
    name, *subresource = rest[1:] or ("",)
    if kind is None or (namespace and not kind.namespaced):
        return None
    if kind.namespaced and name and not namespace:
        return None
    if subresource:
        raise not_found(kind, name)
    return Target(kind, namespace, name)


def _split(segments: tuple[str, ...]) -> tuple[tuple[str, str] | None, list[str]]:
    """Return the group and version of a path, and what follows them."""
    match segments:
        case ("api", version, *rest):
            return ("", version), rest
        case ("apis", group, version, *rest):
            return (group, version), rest
    return None, []
