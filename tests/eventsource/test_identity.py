import pytest

from eventsource.identity import by_custom, checked, in_header
from eventsource.source import RefusedError, Request


def request(*headers):
    return Request("POST", b"", list(headers), dict(headers), b"{}")


@pytest.mark.parametrize("name", [b"ce-id", b"idempotency-key", b"x-github-delivery"])
def test_each_customary_header_gives_the_id(name):
    assert by_custom(request((b"accept", b"x"), (name, b"order 7/\xc3\xa9"))) == "order 7/é"


def test_the_cloudevents_id_comes_before_the_others():
    assert by_custom(request((b"x-github-delivery", b"g"), (b"ce-id", b"c"))) == "c"


def test_without_a_customary_header_there_is_no_id():
    assert by_custom(request((b"x-request-id", b"r"))) is None


@pytest.mark.parametrize("text", ["a", "x" * 256, "mit Leerzeichen", "日本"])
def test_printable_text_of_up_to_256_characters_is_an_id(text):
    assert checked(text, "here") == text


@pytest.mark.parametrize("text", ["", "x" * 257, "a\tb", "a\nb", "\x7f", "a\u200bb", "a\u00a0b"])
def test_any_other_text_is_refused(text):
    with pytest.raises(RefusedError, match="the id in here must be 1 to 256") as caught:
        checked(text, "here")
    assert caught.value.status == 400


def test_two_ids_in_one_request_are_refused():
    twice = request((b"ce-id", b"1"), (b"ce-id", b"2"))
    with pytest.raises(RefusedError, match="more than once"):
        in_header(twice, b"ce-id")


def test_another_header_may_stand_twice():
    assert in_header(request((b"a", b"1"), (b"a", b"2"), (b"ce-id", b"3")), b"ce-id") == "3"


def test_an_id_that_is_no_utf8_is_refused():
    with pytest.raises(RefusedError, match="UTF-8"):
        by_custom(request((b"ce-id", b"\xff")))
