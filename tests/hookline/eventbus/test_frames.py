import pytest

from hookline.eventbus import frames
from hookline.eventbus.errors import BadSubjectError


def test_a_message_without_headers_is_a_plain_frame():
    assert frames.publish("a.b", "_INBOX.1", b"hello") == b"PUB a.b _INBOX.1 5\r\nhello\r\n"


def test_a_message_with_headers_counts_the_header_block_and_the_whole():
    block = b"NATS/1.0\r\nNats-Msg-Id: x\r\n\r\n"
    sizes = b"%d %d" % (len(block), len(block) + 2)
    wanted = b"HPUB a r " + sizes + b"\r\n" + block + b"hi\r\n"
    assert frames.publish("a", "r", b"hi", {"Nats-Msg-Id": "x"}) == wanted


def test_a_header_value_cannot_smuggle_in_another_header():
    frame = frames.publish("a", "", b"", {"Error": "one\r\nNats-Msg-Id: two"})
    assert frames.headers(frame.partition(b"\r\n")[2]) == {"Error": "one  Nats-Msg-Id: two"}


@pytest.mark.parametrize("subject", ["", "a b", "a\r\nPUB x 0", "a\tb"])
def test_a_subject_that_would_break_the_protocol_is_refused(subject):
    with pytest.raises(BadSubjectError):
        frames.publish(subject, "", b"")


def test_a_status_line_is_read_with_its_text_and_none_is_zero():
    assert frames.status(b"NATS/1.0 408 Request Timeout\r\nA: b\r\n\r\n") == (
        408,
        "Request Timeout",
    )
    assert frames.status(b"NATS/1.0 503\r\n\r\n") == (503, "")
    assert frames.status(b"NATS/1.0\r\nA: b\r\n\r\n") == (0, "")
    assert frames.status(None) == (0, "")


def test_headers_are_read_beside_a_status_and_in_any_script():
    block = "NATS/1.0 100 Idle\r\nA:b\r\nB:  größe: 1 \r\n\r\n".encode()
    assert frames.headers(block) == {"A": "b", "B": "größe: 1"}


def test_all_values_of_a_header_are_kept_in_their_order():
    block = b"NATS/1.0\r\nA: 1\r\nb:2\r\nA: 3\r\n\r\n"
    assert frames.all_headers(block) == {"A": ["1", "3"], "b": ["2"]}
    assert frames.all_headers(None) == {}
