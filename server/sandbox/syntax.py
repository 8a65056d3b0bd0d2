"""The forms of names, labels and annotations, with Kubernetes' words for what is wrong."""

import re
from collections.abc import Callable

from server.sandbox.catalogue import NameRule

_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_SUBDOMAIN = rf"{_LABEL}(\.{_LABEL})*"
_DNS1035 = "[a-z]([-a-z0-9]*[a-z0-9])?"
_KEY = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"
_VALUE = f"({_KEY})?"
_NAME_LIMIT, _LABEL_LIMIT = 253, 63
_KEY_HINT = (
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    f"alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
    f"regex used for validation is '{_KEY}')"
)


def _rule(pattern: str, limit: int, hint: str) -> Callable[[str], list[str]]:
    matches = re.compile(pattern).fullmatch
    wrong = f"{hint}, regex used for validation is '{pattern}')"

    def check(text: str) -> list[str]:
        long = len(text.encode("utf-8", "surrogatepass")) > limit
        too_long = [f"must be no more than {limit} bytes"] if long else []
        return too_long + ([] if matches(text) else [wrong])

    return check


subdomain = _rule(
    _SUBDOMAIN,
    _NAME_LIMIT,
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com'",
)
dns_label = _rule(
    _LABEL,
    _LABEL_LIMIT,
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc'",
)
dns1035 = _rule(
    _DNS1035,
    _LABEL_LIMIT,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123'",
)
label_value = _rule(
    _VALUE,
    _LABEL_LIMIT,
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  "
    "or '12345'",
)
_NAME_RULES: dict[NameRule, Callable[[str], list[str]]] = {
    "subdomain": subdomain,
    "label": dns_label,
    "dns1035": dns1035,
}
_key_part = re.compile(_KEY).fullmatch


def name(rule: NameRule, text: str) -> list[str]:
    """Return what is wrong with the name of an object."""
    return _NAME_RULES[rule](text)


def key(text: str) -> list[str]:
    """Return what is wrong with the key of a label: `name` or `prefix/name`."""
    prefix, slash, part = text.rpartition("/")
    if "/" in prefix:
        hint = "with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
        return [f"a valid label key {_KEY_HINT} {hint}"]
    wrong: list[str] = []
    if slash and not prefix:
        wrong.append("prefix part must be non-empty")
    elif slash:
        wrong += [f"prefix part {message}" for message in subdomain(prefix)]
    if not part:
        wrong.append("name part must be non-empty")
    elif len(part.encode("utf-8", "surrogatepass")) > _LABEL_LIMIT:
        wrong.append(f"name part must be no more than {_LABEL_LIMIT} bytes")
    if not _key_part(part):
        wrong.append(f"name part {_KEY_HINT}")
    return wrong
