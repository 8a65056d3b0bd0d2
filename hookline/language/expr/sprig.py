"""sprig's functions for expressions, from `gotpl`, without what leads out or runs for long."""

from collections.abc import Callable, Mapping
from typing import Any

from hookline.language.errors import LanguageError
from hookline.language.expr.runtime import MAX_TEXT, EvaluationError, Native, Texts, checked

_OUTSIDE = frozenset(("env", "expandenv", "getHostByName"))
_SLOW = frozenset(("bcrypt", "htpasswd", "derivePassword", "buildCustomCert", "genPrivateKey"))
_SLOW |= frozenset(("genCA", "genCAWithKey", "genSelfSignedCert", "genSelfSignedCertWithKey"))
_SLOW |= frozenset(("genSignedCert", "genSignedCertWithKey"))
_GROWING = frozenset(("repeat", "until", "untilStep", "seq", "indent", "nindent", "substr"))
_GROWING |= frozenset(("randAlphaNum", "randAlpha", "randNumeric", "randAscii", "randBytes"))
_GIVING_TEXTS = frozenset(("splitList", "sortAlpha", "toStrings", "keys", "regexFindAll")) | {
    "regexSplit"
}


def functions() -> Mapping[str, Native]:
    """Return the functions by name.

    Raises:
        LanguageError: the package is not installed.
    """
    try:
        from gotpl.funcs.sprig import generic_func_map  # noqa: PLC0415  # slow, and rarely needed
        from gotpl.runtime.callables import call_spec  # noqa: PLC0415  # as above
        from gotpl.runtime.results import unwrap_function_result  # noqa: PLC0415  # as above
    except ImportError as error:
        raise LanguageError("sprig needs the package gotpl: pip install gotpl") from error

    def prepared(name: str, function: Callable[..., Any]) -> Native:
        def unwrapped(*arguments: Any) -> Any:
            return unwrap_function_result(function(*arguments))

        return Native(f"sprig.{name}", _checked(name, unwrapped, call_spec(function)))

    names = generic_func_map()
    return {name: prepared(name, names[name]) for name in names.keys() - _OUTSIDE - _SLOW}


def _checked(name: str, function: Callable[..., Any], spec: Any) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        problem = spec and (
            spec.arity_error(name, len(arguments)) or spec.type_error(name, arguments)
        )
        if problem:
            raise EvaluationError(str(problem))
        if name in _GROWING:
            _bound(name, arguments)
        try:
            found = function(*arguments)
        except (ValueError, TypeError, LookupError, ArithmeticError, RuntimeError) as error:
            raise EvaluationError(f"sprig.{name}: {error}") from error
        if isinstance(found, list | tuple):
            return Texts(found) if name in _GIVING_TEXTS else list(found)
        return checked(found) if isinstance(found, str) else found

    return call


def _bound(name: str, arguments: tuple[Any, ...]) -> None:
    largest = max((abs(one) for one in arguments if isinstance(one, int)), default=0)
    texts = sum(len(one) for one in arguments if isinstance(one, str))
    if largest * max(texts, 1) > MAX_TEXT or (largest > 1_000_000 and not texts):  # noqa: PLR2004  # items
        raise EvaluationError(f"sprig.{name} would take too much memory")
