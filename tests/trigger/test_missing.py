"""Why a path finds nothing, in words."""

import pytest

from trigger.missing import explain


@pytest.mark.parametrize(
    ("path", "document", "expected"),
    [
        ("a", b"{}", "a finds nothing: nothing of it is there, keys there: none"),
        (
            "messge",
            b'{"message": 1, "x": 2}',
            "messge finds nothing: nothing of it is there, close keys: message",
        ),
        ("a.b.c", b'{"a": {"b": {"z": 1}}}', "a.b.c finds nothing: a.b is there, keys there: z"),
        ("a.5", b'{"a": [1, 2]}', "a.5 finds nothing: a is there, a list of 2"),
        ("a.b", b'{"a": 7}', "a.b finds nothing: a is there, and holds no members but 7"),
        ("a.b", b'{"a": null}', "a.b finds nothing: a is there, and holds no members but null"),
        ("x\\.y.z", b'{"x.y": {"zz": 1}}', "x\\.y.z finds nothing: x\\.y is there, close keys: zz"),
        ("a", b"no json", "a finds nothing: the document is no JSON, or nested too deep"),
        (
            "b",
            b'{"a":' + b"[" * 99_999 + b"]" * 99_999 + b"}",
            "b finds nothing: the document is no JSON, or nested too deep",
        ),
    ],
)
def test_the_sentence_names_what_is_there(path, document, expected):
    assert explain(path, document) == expected


def test_it_lists_a_few_keys_only():
    document = b"{" + b",".join(b'"q%d": 1' % number for number in range(100)) + b"}"

    assert explain("zzz", document).count(",") < 10
