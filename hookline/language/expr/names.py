"""The functions of expr-lang 1.15: those that take a closure, and the others."""

PREDICATES = frozenset(
    ("all", "none", "any", "one", "filter", "map", "count", "find", "findIndex", "findLast")
) | frozenset(("findLastIndex", "groupBy", "reduce"))
_TEXTS = ("trim", "trimPrefix", "trimSuffix", "upper", "lower", "split", "splitAfter", "replace")
_MORE_TEXTS = ("repeat", "join", "indexOf", "lastIndexOf", "hasPrefix", "hasSuffix", "string")
_NUMBERS = ("abs", "ceil", "floor", "round", "int", "float", "max", "min", "sum", "mean", "median")
_FORMATS = ("toJSON", "fromJSON", "toBase64", "fromBase64", "now", "duration", "date", "type")
_LISTS = ("len", "first", "last", "get", "take", "keys", "values", "toPairs", "fromPairs")
BUILTINS = frozenset((*_TEXTS, *_MORE_TEXTS, *_NUMBERS, *_FORMATS, *_LISTS, "sort", "sortBy"))
