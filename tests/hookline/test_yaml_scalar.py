"""What Go's reader makes of scalars; the tables were made with sigs.k8s.io/yaml 1.6.0."""

import pytest

from hookline.yaml_reader import read_text

VALUES = [
    ("on", True),
    ("On", True),
    ("ON", True),
    ("oN", "oN"),
    ("off", False),
    ("y", True),
    ("Y", True),
    ("n", False),
    ("N", False),
    ("yes", True),
    ("YES", True),
    ("yEs", "yEs"),
    ("no", False),
    ("true", True),
    ("True", True),
    ("TRUE", True),
    ("tRue", "tRue"),
    ("false", False),
    ("12:30:00", "12:30:00"),
    ("12:30", "12:30"),
    ("190:20:30.15", "190:20:30.15"),
    ("2020-01-01", "2020-01-01"),
    ("2020-1-1", "2020-1-1"),
    ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
    ("2001-12-14 21:59:43.10 -5", "2001-12-14 21:59:43.10 -5"),
    ("1e3", 1000),
    ("1E3", 1000),
    ("1e+3", 1000),
    ("1e-3", 0.001),
    ("1.5e3", 1500),
    ("1e400", "1e400"),
    ("0o17", 15),
    ("0O17", 15),
    ("017", 15),
    ("-017", -15),
    ("08", 8),
    ("09", 9),
    ("0789", 789),
    ("08.5", 8.5),
    ("0b1", 1),
    ("0B1", 1),
    ("0b102", "0b102"),
    ("-0b11", -3),
    ("0b-1", -1),
    ("0b+1", 1),
    ("1_000", 1000),
    ("1__0", 10),
    ("_1", "_1"),
    ("1_", 1),
    ("-_1", -1),
    ("0_7", 7),
    ("0x1F", 31),
    ("0X1f", 31),
    ("-0x1F", -31),
    ("0x_f", 15),
    ("0xg", "0xg"),
    ("0x", "0x"),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("nULL", "nULL"),
    ("=", "="),
    ("+", "+"),
    ("+1", 1),
    ("-1", -1),
    ("+-1", "+-1"),
    (".5", 0.5),
    ("-.5", -0.5),
    (".", "."),
    (".e3", ".e3"),
    (".5e3", 500),
    (".1_0", 0.1),
    (".1__0", ".1__0"),
    ("1_0.5", 10.5),
    ("1.", 1),
    ("1.e3", 1000),
    ("1..5", "1..5"),
    ("0.", 0),
    ("0.0", 0),
    ("-0", 0),
    ("-0.0", 0),
    ("00", 0),
    ("9223372036854775807", 9223372036854775807),
    ("9223372036854775808", 9223372036854775808),
    ("-9223372036854775808", -9223372036854775808),
    ("-9223372036854775809", -9223372036854776000),
    ("18446744073709551615", 18446744073709551615),
    ("18446744073709551616", 18446744073709552000),
    ("+9223372036854775808", 9223372036854776000),
    ("99999999999999999999", 100000000000000000000),
    ("1e20", 100000000000000000000),
    ("1e21", 1e21),
    ("123456789012345678901", 123456789012345680000),
    ("0xffffffffffffffff", 18446744073709551615),
    ("0x10000000000000000", "0x10000000000000000"),
    ("01777777777777777777777", 18446744073709551615),
    ("02000000000000000000000", 2e21),
    ("07777777777777777777777777", 7.777777777777778e24),
    ("1.0", 1),
    ("3.14", 3.14),
    ("1e-7", 1e-07),
    ("0.1", 0.1),
    ("1.10", 1.1),
    ("v1.2", "v1.2"),
    ("1.2.3", "1.2.3"),
    ("10.0.0.1", "10.0.0.1"),
    ("infinity", "infinity"),
    ("inf", "inf"),
    ("nan", "nan"),
    ("nil", "nil"),
    ("None", "None"),
    ("t", "t"),
    ("f", "f"),
    ("1h", "1h"),
    ("4s", "4s"),
    ("0x1p4", "0x1p4"),
    ("12e03", 12000),
    ("1e", "1e"),
    ("1,000", "1,000"),
    ("١٢", "١٢"),
    ("1_000.5_5", 1000.55),
    ("++1", "++1"),
    ("0o8", "0o8"),
    ("0b", "0b"),
    ("5e-324", 5e-324),
    ("1.7976931348623157e308", 1.7976931348623157e308),
    ("1.7976931348623159e308", "1.7976931348623159e308"),
    ("12345678901234567890123", 1.2345678901234568e22),
    ("''", ""),
    ("'1'", "1"),
    ('"on"', "on"),
    ("!!str 1", "1"),
    ("!!str on", "on"),
    ("!!int 1", 1),
    ("!!int '1'", 1),
    ("!!float 1", 1),
    ("!!float 1.5", 1.5),
    ("!!float '1'", 1),
    ("!!bool yes", True),
    ("!!bool 'yes'", True),
    ("!!null ''", None),
    ("!!null null", None),
    ("!!binary aGVsbG8=", "hello"),
    ("!!binary //79", "���"),
    ("!!timestamp 2020-01-01", "2020-01-01"),
    ("!foo 12", "12"),
    ("!foo on", "on"),
    ("! 12", "12"),
    ("! on", "on"),
    ("!!int 0x10", 16),
    ("!!float 017", 15),
    ("!!str", ""),
    ("!!int 9223372036854775808", 9223372036854775808),
]
REFUSED = [
    "!!int 1.0",
    "!!int x",
    "!!float x",
    "!!bool 1",
    "!!null x",
    "!!binary x",
    "!!int",
    "!!bool ''",
    "!!float on",
    "!!float 9223372036854775808",
    "!!int 99999999999999999999",
    ".inf",
    "-.inf",
    "+.Inf",
    ".nan",
    ".NaN",
]
KEYS = [
    ("on", "true"),
    ("y", "true"),
    ("1", "1"),
    ("017", "15"),
    ("0x10", "16"),
    ("1.5", "1.5"),
    ("1000000.0", "1e+06"),
    ("1e5", "100000"),
    ("1e3", "1000"),
    ("0.00001", "1e-05"),
    ("1.23456789", "1.2345679"),
    ("2020-01-01", "2020-01-01"),
    ("'1'", "1"),
    ("!!str 1", "1"),
    ("-1", "-1"),
    ("1e39", ".inf"),
]


def body_of(text: str) -> dict:
    documents, mistakes = read_text(text, "f.yaml")
    assert mistakes == []
    return documents[0].body


@pytest.mark.parametrize(("text", "value"), VALUES)
def test_a_scalar_is_what_kubernetes_makes_of_it(text, value):
    found = body_of(f"k: {text}")["k"]
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("text", REFUSED)
def test_what_kubernetes_refuses_is_a_mistake_at_its_line(text):
    documents, mistakes = read_text(f"a: 1\nk: {text}\n", "f.yaml")
    assert [(each.code, each.line, each.path) for each in mistakes] == [("bad-scalar", 2, "k")]
    assert [each.broken for each in documents] == [True]


@pytest.mark.parametrize(("text", "key"), KEYS)
def test_a_key_that_is_no_text_becomes_one(text, key):
    assert body_of(f"{text}: 1") == {key: 1}


@pytest.mark.parametrize("text", ["~", "[a]", "{a: 1}"])
def test_a_key_that_cannot_be_text_is_a_mistake(text):
    _, mistakes = read_text(f"? {text}\n: 1\n", "f.yaml")
    assert [each.code for each in mistakes] == ["bad-key"]


def test_a_key_beyond_64_bits_is_a_mistake():
    _, mistakes = read_text("18446744073709551615: 1", "f.yaml")
    assert [each.code for each in mistakes] == ["bad-key"]


def test_a_very_long_number_is_text():
    digits = "1" * 5000
    assert body_of(f"k: {digits}")["k"] == digits


def test_block_scalars_and_quotes_are_text():
    assert body_of("a: |\n  12\nb: >-\n  on\nc: \"1\"\nd: '~'\n") == {
        "a": "12\n",
        "b": "on",
        "c": "1",
        "d": "~",
    }
