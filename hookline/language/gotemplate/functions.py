"""The functions of a template: Go's own and sprig's, each with its types in Go.

A signature is `parameter… -> result`; `...` marks a parameter that may come any number of times.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gotpl.errors import TemplateError
from gotpl.funcs.sprig import text_func_map
from gotpl.runtime.results import unwrap_function_result

from hookline.language.errors import LanguageError
from hookline.language.gotemplate import (
    clock,
    containers,
    jsontexts,
    numbers,
    patterns,
    standard,
    texts,
)
from hookline.language.gotemplate.budget import Budget
from hookline.language.gotemplate.signatures import DEEP, LETTER_BY_LETTER, SIGNATURES, SLOW
from hookline.language.gotemplate.values import Int64, StringMap, Strings

_HEAVY = 16
_SECRETS = "passwords and ciphers have no place in a template"
_KEYS = "keys and certificates are not made per event"
LEFT_OUT = {
    "env": "it would show the environment of the process",
    "expandenv": "it would show the environment of the process",
    "getHostByName": "it would ask the network",
    "bcrypt": _SECRETS,
    "htpasswd": _SECRETS,
    "encryptAES": _SECRETS,
    "decryptAES": _SECRETS,
    "genPrivateKey": _KEYS,
    "genCA": _KEYS,
    "genCAWithKey": _KEYS,
    "genSelfSignedCert": _KEYS,
    "genSelfSignedCertWithKey": _KEYS,
    "genSignedCert": _KEYS,
    "genSignedCertWithKey": _KEYS,
    "buildCustomCert": _KEYS,
}
_RESULTS: dict[str, Callable[[Any], Any]] = {
    "int64": Int64,
    "[]string": lambda value: value if isinstance(value, Strings) else Strings(value),
    "map[string]string": StringMap,
}
# What a function may raise for arguments that it cannot use.
_FAULTS = (
    *(TemplateError, ArithmeticError, ValueError, TypeError, LookupError, AttributeError),
    *(RuntimeError, OSError, MemoryError),
)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a template.

    Attributes:
        parameters: their types; rest: that of those which may follow, or empty.
        result: the type of the result.
        body: takes the arguments, after the budget if it is `counted`.
        counted: it counts what it makes itself, before it makes it.
        deep: it walks through its arguments; slow: it is slow by design.
        weight: what a character or item of its arguments counts.
    """

    parameters: tuple[str, ...]
    rest: str
    result: str
    body: Callable[..., Any]
    counted: bool = False
    deep: bool = False
    slow: bool = False
    weight: int = 1

    def check_count(self, name: str, count: int) -> None:
        """Raise LanguageError if it does not take that many arguments."""
        wanted = len(self.parameters)
        if count < wanted or (count > wanted and not self.rest):
            raise LanguageError(f"wrong number of args for {name}: want {wanted} got {count}")

    def parameter(self, index: int) -> str:
        """Return the type of an argument."""
        return self.parameters[index] if index < len(self.parameters) else self.rest

    def call(self, name: str, budget: Budget, arguments: list[Any]) -> Any:
        """Return what it gives; LanguageError if it fails or makes too much."""
        if self.slow:
            budget.once(name)
        for argument in arguments:
            if self.deep:
                budget.walk(argument)
            elif isinstance(argument, str | list | dict):
                budget.take(self.weight * len(argument))
        try:
            given = [budget, *arguments] if self.counted else arguments
            value = unwrap_function_result(self.body(*given))
        except LanguageError:
            raise
        except _FAULTS as error:
            # The words of a library may show what an event holds; its class does not.
            raise LanguageError(f"error calling {name}: {type(error).__name__}") from error
        if isinstance(value, str | list | dict):
            budget.take(len(value))
        return _RESULTS.get(self.result, _as_it_is)(value)


def _as_it_is(value: Any) -> Any:
    return value


def _functions() -> dict[str, Function]:
    given = dict(text_func_map())
    own: dict[str, Callable[..., Any]] = {}
    counted: set[str] = set()
    for module in (standard, texts, numbers, containers, jsontexts, patterns, clock):
        own.update(module.FUNCTIONS)
        own.update(module.COUNTED)
        counted.update(module.COUNTED)
    found = {}
    for name, signature in _signatures():
        *parameters, result = signature
        rest = parameters.pop().removesuffix("...") if "..." in "".join(parameters) else ""
        body = own[name] if name in own else given[name]
        found[name] = Function(
            tuple(parameters),
            rest,
            result,
            body,
            counted=name in counted,
            deep=name in DEEP,
            slow=name in SLOW,
            weight=_HEAVY if name in LETTER_BY_LETTER else 1,
        )
    return found


def _signatures() -> list[tuple[str, list[str]]]:
    found = []
    for line in SIGNATURES.strip().splitlines():
        names, _, types = line.partition(": ")
        parameters, _, result = types.partition("->")
        found += [(name, [*parameters.split(), result.strip()]) for name in names.split()]
    return found


FUNCTIONS = _functions()
