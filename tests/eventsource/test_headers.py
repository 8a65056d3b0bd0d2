import json

import pytest

from eventsource.headers import canonical, dropped, headers_json


@pytest.mark.parametrize(
    ("name", "go"),
    [
        (b"content-type", "Content-Type"),
        (b"x-github-event", "X-Github-Event"),
        (b"x_under_score", "X_under_score"),
        (b"etag", "Etag"),
        (b"x-1st-thing", "X-1st-Thing"),
        (b"x--y", "X--Y"),
    ],
)
def test_names_are_written_as_go_writes_them(name, go):
    assert canonical(name) == go


def test_headers_are_sorted_and_repeated_ones_keep_their_order():
    raw = [(b"x-b", b"2"), (b"accept", b"a"), (b"x-b", b"1")]
    assert headers_json(raw, dropped([])) == b'{"Accept":["a"],"X-B":["2","1"]}'


def test_headers_of_the_connection_and_secrets_are_left_out():
    names = [b"host", b"transfer-encoding", b"authorization", b"cookie", b"proxy-authorization"]
    assert headers_json([(name, b"x") for name in names], dropped([])) == b"{}"


def test_a_secret_header_is_stored_where_it_is_asked_for():
    raw = [(b"authorization", b"Bearer t"), (b"cookie", b"c=1"), (b"host", b"h")]
    kept = json.loads(headers_json(raw, dropped(["AUTHORIZATION", "host"])))
    assert kept == {"Authorization": ["Bearer t"]}


def test_bytes_that_are_no_utf8_become_replacement_characters():
    assert json.loads(headers_json([(b"x", b"a\xffb\xc3\xa9")], dropped([]))) == {
        "X": ["a\ufffdbé"]
    }
