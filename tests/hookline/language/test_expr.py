import pytest

from hookline.language.errors import LanguageError
from hookline.language.expr import MAX_LENGTH, EvaluationError, compile_expr

DATA = {
    "header": {"X-Kind": ["push", "x"]},
    "body": {
        "ref": "main",
        "size": 3,
        "big": 9007199254740993,
        "rate": 1.5,
        "deleted": False,
        "none": None,
        "list": [{"a": 1}],
        "not": "member",
        "b c": 1,
    },
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('body.ref == "main"', True),
        ("body.ref == 'main'", True),
        ("body.ref == `main`", True),
        ('body["ref"] != "main"', False),
        ('"main" == body.ref', True),
        (r'body.ref == "m\u0061in" && "\"" == `"` && "\n" != "n"', True),
        ("body.size > 2 && body.size <= 3", True),
        ("body.size >= 3.0 and body.size < 1e3", True),
        ("body.size == 3.0", True),
        ("body.big == 9007199254740993", True),
        ("body.big == 9007199254740992", False),
        ("body.size > -1", True),
        ("body.rate == .5 or body.rate == 1.5", True),
        ('body.ref < "n"', True),
        ('header["X-Kind"][0] == "push"', True),
        ('header["X-Kind"][-1] == "x"', True),
        ("body.list[0].a == 1", True),
        ("body.missing == nil", True),
        ("body.none == nil", True),
        ("body.none?.deeper == nil", True),
        ("body.not == 'member'", True),
        ("body['b c'] == 1", True),
        ('body.size == "3"', False),
        ("body.deleted == 0", False),
        ("body.deleted == false", True),
        ("!body.deleted", True),
        ("not body.deleted", True),
        ("!(body.size > 2)", False),
        # `!` binds tighter than a comparison, && tighter than ||.
        ("!body.deleted == true", True),
        ("true || false && false", True),
        ("(true || false) && false", False),
        ("false or true and true", True),
        # What is decided is not looked at further.
        ("true || body.none.x == 1", True),
        ("false && body.none.x == 1", False),
        ("(body).ref == 'main'", True),
    ],
)
def test_an_expression_holds_or_not(text, value):
    assert compile_expr(text)(DATA) is value


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("body.none.x == 1", "body.none.x is not there: what is before it is nil"),
        ("body.ref.x == 1", "before it is text"),
        ("other == 1", "no variable other; there are header, body"),
        ("body.list[1] == 1", "out of the list, which has 1 items"),
        ("body.size > 'a'", "a number and text cannot be compared by >"),
        ("body.missing > 1", "nil and a number cannot"),
        ("body.deleted > 1", "a boolean and a number"),
        ("body.ref", "the expression needs true or false, not text"),
        ("body.ref && true", "&& needs true or false"),
        ("!body.size", "needs true or false, not a number"),
    ],
)
def test_what_cannot_be_evaluated_says_why(text, problem):
    with pytest.raises(EvaluationError) as caught:
        compile_expr(text)(DATA)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "len(body.list) > 1",
        "body.size + 1 == 4",
        "body.ref in ['main']",
        'body.ref matches "^m"',
        'body.ref contains "a"',
        "body.size == 3 ? true : false",
        "[1] == body.list",
        "body.ref not in ['a']",
        "body.list[body.size] == 1",
        "sprig.trim(body.ref) == 'a'",
        "-body.size < 0",
    ],
)
def test_what_comes_later_is_named(text):
    with pytest.raises(LanguageError) as caught:
        compile_expr(text)
    assert caught.value.not_yet


@pytest.mark.parametrize(
    "text",
    [
        "",
        "body.ref ==",
        "body.ref = 1",
        "(body.ref == 1",
        "body.ref == 1)",
        "body. == 1",
        "body.ref body.size",
        "body.1 == 1",
        '"open',
        "a == 1 &&",
        "body[] == 1",
        "x" * (MAX_LENGTH + 1),
        "(" * 200 + "true" + ")" * 200,
        "!" * 200 + "true",
    ],
)
def test_what_is_no_expression_is_refused(text):
    with pytest.raises(LanguageError):
        compile_expr(text)
