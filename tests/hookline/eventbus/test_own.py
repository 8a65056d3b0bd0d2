import pytest

from hookline.eventbus import frames
from hookline.eventbus.own import heard_by, is_own


@pytest.mark.parametrize(
    ("pattern", "own"),
    [
        (">", "default.*.*"),
        ("default.>", "default.*.*"),
        ("*.*.*", "default.*.*"),
        ("*.hooks.push", "default.*.*"),
        ("default.hooks.push", "default.*.*"),
        ("default-blue.>", "default-*.*.*"),
        ("hookline-decisions.>", "hookline-*.>"),
        ("*.*", "hookline-*.>"),
        ("$KV.>", "$KV.hookline-*.>"),
        ("$KV.hookline-joins.>", "$KV.hookline-*.>"),
        ("$JS.>", "$JS.API.>"),
        ("_INBOX.>", "_INBOX.>"),
    ],
)
def test_a_pattern_that_matches_what_hookline_says_is_known(pattern, own):
    assert heard_by(pattern) == own


@pytest.mark.parametrize(
    "pattern",
    [
        "orders",
        "*",
        "orders.>",
        "orders.*.new",
        "default",
        "default.x",
        "default.a.b.c",
        "hookline",
        "defaults.a.b",
        "$KV.config.>",
        "$KV.config.*",
        "$JS.EVENT.ADVISORY.>",
    ],
)
def test_other_patterns_hear_nothing_of_it(pattern):
    assert heard_by(pattern) is None


def header(name):
    return f"NATS/1.0\r\nNats-Msg-Id: a\r\n{name}: made\r\n\r\n".encode()


@pytest.mark.parametrize(
    ("subject", "block", "own"),
    [
        ("default.hooks.push", header(frames.ID_HEADER), True),
        ("copied.hooks.push", header("hookline-id"), True),
        ("default.hooks.push", header("Traceparent"), False),
        ("default.hooks.push", None, False),
        ("hookline-decisions.a.b.c", None, True),
        ("$JS.ACK.default.x.1.2.3.4.5", None, True),
        ("_INBOX.abc.1", None, True),
        ("$KV.config.colour", None, False),
        ("orders.new", b"NATS/1.0\r\nNote: Hookline-Id: none\r\n\r\n", False),
    ],
)
def test_own_messages_are_told_by_subject_or_header(subject, block, own):
    assert is_own(subject, block) is own
