"""Label and field selectors: what a list or a watch asks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from server.sandbox import syntax
from server.sandbox.status import bad_request

_PART = re.compile(
    r"\s*(?P<key>[^\s=!,()]+)\s*"
    r"(?:(?P<equals>==?|!=)\s*(?P<value>[^\s=!,()]*)"
    r"|(?P<set>in|notin)\s*\(\s*(?P<values>[^()]*)\))?\s*"
)
_ABSENT = re.compile(r"\s*!\s*(?P<key>[^\s=!,()]+)\s*")
_COMMA = re.compile(r",(?![^(]*\))")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One condition on one label.

    Attributes:
        values: the values meant, or None when only being there counts.
        positive: the label must be there (with one of the values); otherwise it must not.
    """

    key: str
    values: frozenset[str] | None
    positive: bool

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Return whether an object with these labels is meant."""
        value = labels.get(self.key)
        found = value is not None and (self.values is None or value in self.values)
        return found == self.positive


@dataclass(frozen=True, slots=True)
class Selection:
    """The objects that a list or a watch asks for.

    Attributes:
        namespace: only there, or None for everywhere.
        fields: (is it the namespace, value, must it be equal) of every field condition.
    """

    resource: str
    namespace: str | None
    labels: tuple[Requirement, ...] = ()
    fields: tuple[tuple[bool, str, bool], ...] = ()

    @property
    def everything(self) -> bool:
        """Return whether no selector is to be looked at."""
        return not self.labels and not self.fields

    @property
    def one_label(self) -> tuple[str, str] | None:
        """Return a label that every object meant has, where there is one."""
        for one in self.labels:
            if one.positive and one.values is not None and len(one.values) == 1:
                return one.key, next(iter(one.values))
        return None

    def matches(self, namespace: str, name: str, labels: Mapping[str, str]) -> bool:
        """Return whether an object (of this resource) is meant."""
        if self.namespace is not None and namespace != self.namespace:
            return False
        for is_namespace, value, equal in self.fields:
            if ((namespace if is_namespace else name) == value) != equal:
                return False
        return all(requirement.matches(labels) for requirement in self.labels)


def label_selector(text: str) -> tuple[Requirement, ...]:
    """Read a label selector: `a=b,c!=d,e in (f, g),h notin (i),j,!k`.

    Raises:
        StatusError: 400 when it is none.
    """
    if not text.strip():
        return ()
    return tuple(_requirement(part) for part in _COMMA.split(text))


def _requirement(part: str) -> Requirement:
    if absent := _ABSENT.fullmatch(part):
        return _checked(Requirement(absent["key"], None, positive=False))
    found = _PART.fullmatch(part)
    if not found:
        raise bad_request(f"unable to parse requirement: found '{part.strip()}'")
    if found["equals"]:
        values = frozenset([found["value"]])
        return _checked(Requirement(found["key"], values, positive=found["equals"] != "!="))
    if found["set"]:
        values = frozenset(value.strip() for value in found["values"].split(","))
        return _checked(Requirement(found["key"], values, positive=found["set"] == "in"))
    return _checked(Requirement(found["key"], None, positive=True))


def _checked(requirement: Requirement) -> Requirement:
    wrong = syntax.key(requirement.key)
    for value in requirement.values or ():
        wrong += syntax.label_value(value)
    if wrong:
        raise bad_request(f"unable to parse requirement: {requirement.key}: {'; '.join(wrong)}")
    return requirement


def field_selector(text: str) -> tuple[tuple[bool, str, bool], ...]:
    """Read a field selector; `metadata.name` and `metadata.namespace` are the fields we know.

    Raises:
        StatusError: 400 for other fields, or when it is no selector.
    """
    return tuple(_field(part) for part in text.split(",") if part.strip())


def _field(part: str) -> tuple[bool, str, bool]:
    found = re.fullmatch(r"\s*([^=!]+?)(==?|!=)(.*)", part)
    if not found:
        raise bad_request(f"invalid selector: '{part}'; can't understand '{part}'")
    field, operator, value = found.groups()
    if field not in {"metadata.name", "metadata.namespace"}:
        raise bad_request(f"field label not supported: {field}")
    return field == "metadata.namespace", value, operator != "!="
