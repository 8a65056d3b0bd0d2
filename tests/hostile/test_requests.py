"""The hostile requests: each with its status, and a process that stays small and alive."""

import asyncio
import gzip
import os
import re
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

TARGET = Path(__file__).parents[1] / "eventsource" / "hostile_target.py"
ALLOWED_KB = 50 * 1024


def post(body=b"1", *fields, path=b"/push", method=b"POST"):
    head = [method + b" " + path + b" HTTP/1.1", b"host: x", b"content-length: %d" % len(body)]
    return b"\r\n".join([*head, *fields]) + b"\r\n\r\n" + body


def chunked(body, *fields):
    head = [b"POST /push HTTP/1.1", b"host: x", b"transfer-encoding: chunked", *fields]
    return b"\r\n".join(head) + b"\r\n\r\n" + body


def token(*fields):
    return post(b"1", *(b"authorization: " + field for field in fields), path=b"/guarded")


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n"
# name, what is sent, the statuses of all answers to it in order
CORPUS = [
    ("trace", post(method=b"TRACE"), [405]),
    ("delete", post(method=b"DELETE"), [405]),
    ("options", post(method=b"OPTIONS"), [405]),
    ("a method that nobody knows", post(method=b"HACK"), [400]),
    ("a method in small letters", post(method=b"post"), [400]),
    ("the preface of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400]),
    ("HTTP/0.9", b"GET /push\r\n\r\n", [405]),
    ("HTTP/9.9", b"POST /push HTTP/9.9\r\nhost: x\r\n\r\n", [400]),
    ("a path with dots", post(path=b"/push/../push"), [404]),
    ("a path with packed dots", post(path=b"/%2e%2e/%2e%2e/etc/passwd"), [404]),
    ("a path with two slashes", post(path=b"//push"), [404]),
    ("a path with a slash behind", post(path=b"/push/"), [404]),
    ("a path with NUL", post(path=b"/push%00"), [404]),
    ("a path that is no UTF-8", post(path=b"/%ff%fe"), [404]),
    ("a path with half an escape", post(path=b"/push%"), [404]),
    ("a path of 60 KB", post(path=b"/" + b"a" * 60_000), [404]),
    ("a path of 100 KB", post(path=b"/" + b"a" * 100_000), [431]),
    ("a path that ends the line", post(path=b"/push%0d%0aset-cookie:%20a=b"), [404]),
    ("a whole address", post(path=b"http://evil.example/push"), [200]),
    ("a header with NUL", post(b"1", b"x-a: a\0b"), [400]),
    ("a header name with a space", post(b"1", b"x a: 1"), [400]),
    ("a header without a name", post(b"1", b": 1"), [400]),
    ("a folded header", post(b"1", b"x-a: 1\r\n folded"), [400]),
    ("a header of 70 KB", post(b"1", b"x-a: " + b"a" * 70_000), [431]),
    ("a header that is no UTF-8", post(b"1", b"x-a: \xff\xfe"), [200]),
    ("no host", b"POST /push HTTP/1.1\r\ncontent-length: 1\r\n\r\n1", [200]),
    ("two ids", post(b"1", b"ce-id: a", b"ce-id: b"), [400]),
    ("an id with a line end", post(b"1", b"ce-id: a\tb"), [400]),
    ("an id that is no ASCII", post(b"1", b"ce-id: \xc3\x28"), [400]),
    ("a length that is negative", post(b"", b"content-length: -1"), [400]),
    ("two lengths", post(b"1", b"content-length: 2"), [400]),
    ("two equal lengths", post(b"1", b"content-length: 1"), [400]),
    ("a length of 30 digits", post(b"", b"content-length: " + b"9" * 30), [400]),
    ("a length in hex", b"POST /push HTTP/1.1\r\nhost: x\r\ncontent-length: 0x1\r\n\r\n1", [400]),
    (
        "smuggled by length and chunks",
        chunked(b"0\r\n\r\n" + SMUGGLED, b"content-length: 4"),
        [400],
    ),
    (
        "smuggled by a chunked that is none",
        chunked(b"0\r\n\r\n" + SMUGGLED).replace(b": chunked", b": xchunked"),
        [400],
    ),
    (
        "smuggled by a space before the colon",
        chunked(b"0\r\n\r\n" + SMUGGLED).replace(b"encoding:", b"encoding :"),
        [400],
    ),
    (
        "smuggled by two codings",
        chunked(b"0\r\n\r\n" + SMUGGLED).replace(b": chunked", b": chunked, identity"),
        [400],
    ),
    ("smuggled behind a bare line feed", post(b"1", b"x-a: 1\nx-b: 2\n\nGET / HTTP/1.1"), [400]),
    ("chunks with an extension", chunked(b"1;a=b\r\n1\r\n0\r\n\r\n"), [200]),
    ("chunks with a trailer", chunked(b"1\r\n1\r\n0\r\nauthorization: x\r\n\r\n"), [200]),
    ("a chunk of negative size", chunked(b"-1\r\n1\r\n0\r\n\r\n"), [400]),
    ("a chunk of 2**64 bytes", chunked(b"10000000000000000\r\n1\r\n0\r\n\r\n"), [400]),
    ("a chunk larger than it says", chunked(b"1\r\n11\r\n0\r\n\r\n"), [400]),
    (
        "100,000 chunks of one byte",
        chunked(b"1\r\n \r\n" * 100_000 + b"1\r\n1\r\n0\r\n\r\n"),
        [200],
    ),
    ("a body that is not there", post(b""), [400]),
    ("NUL", post(b"\0"), [400]),
    ("half a JSON", post(b'{"a":'), [400]),
    ("a JSON and more", post(b"1 2"), [400]),
    ("UTF-16", post('{"a": 1}'.encode("utf-16")), [400]),
    ("a byte order mark", post(b"\xef\xbb\xbf1"), [400]),
    ("half a surrogate pair", post(rb'{"a": "\ud800"}'), [200]),
    ("overlong UTF-8", post(b'"\xc0\xaf"'), [400]),
    ("a key twice", post(b'{"a": 1, "\\u0061": 2}'), [400]),
    ("a key of a prototype", post(b'{"__proto__": {"a": 1}, "__class__": "x"}'), [200]),
    ("1e400", post(b"1e400"), [400]),
    ("NaN", post(b"[NaN]"), [400]),
    ("101 levels", post(b"[" * 101 + b"]" * 101), [400]),
    ("an XML bomb", post(b'<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'), [400]),
    ("a coding that nobody knows", post(b"1", b"content-encoding: br"), [415]),
    ("two codings", post(gzip.compress(b"1"), b"content-encoding: gzip, gzip"), [415]),
    ("gzip that is none", post(b"1", b"content-encoding: gzip"), [400]),
    ("gzip cut short", post(gzip.compress(b"1")[:-4], b"content-encoding: gzip"), [400]),
    ("gzip twice", post(gzip.compress(b"1") * 2, b"content-encoding: gzip"), [400]),
    ("a gzip bomb", post(gzip.compress(b" " * 50_000_000), b"content-encoding: gzip"), [413]),
    ("a length over the limit", post(b"", b"x: y").replace(b": 0", b": 1048577"), [413]),
]
TOKENS = [
    ("the right token", token(b"Bearer right"), [200]),
    ("no token", token(), [401]),
    ("an empty header", token(b""), [401]),
    ("an empty token", token(b"Bearer "), [401]),
    ("only the scheme", token(b"Bearer"), [401]),
    ("a longer token", token(b"Bearer righter"), [401]),
    ("a shorter token", token(b"Bearer righ"), [401]),
    ("a token in other letters", token(b"Bearer RIGHT"), [401]),
    ("a token with NUL behind", token(b"Bearer right\0"), [400]),
    ("a token that is no ASCII", token(b"Bearer r\xc3\xafght"), [401]),
    ("a token that is no UTF-8", token(b"Bearer \xff\xfe"), [401]),
    ("a token of 60 KB", token(b"Bearer " + b"x" * 60_000), [401]),
    ("two tokens in a header", token(b"Bearer right, Bearer wrong"), [401]),
    ("another scheme", token(b"Basic right"), [401]),
    ("a token in quotes", token(b'Bearer "right"'), [401]),
    ("a token that is packed", token(b"Bearer %72ight"), [401]),
    ("two headers, the first right", token(b"Bearer right", b"Bearer wrong"), [401]),
    ("two headers, the second right", token(b"Bearer wrong", b"Bearer right"), [401]),
    (
        "a token in the query",
        post(b"1", path=b"/guarded?access_token=right&authorization=Bearer%20right"),
        [401],
    ),
    ("a token in another method", token(b"Bearer wrong").replace(b"POST", b"PUT"), [401]),
]


@pytest.fixture
def target():
    with subprocess.Popen(
        [sys.executable, TARGET],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(TARGET.parents[2])},
    ) as process:
        yield process, int(process.stdout.readline())
        process.stdin.close()


def most_kb(process):
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1])


async def statuses(port, data):
    """Send it and no more; return the status of each answer, as a client would count them."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received = b""
    with suppress(ConnectionError):
        async with asyncio.timeout(60):
            writer.write(data)
            await writer.drain()
            writer.write_eof()
            received = await reader.read()
    writer.transport.abort()
    return [int(found) for found in re.findall(rb"^HTTP/1\.1 (\d{3})", received, re.MULTILINE)]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to read memory")
async def test_each_request_has_its_answer_and_the_process_stays_small(target):
    process, port = target
    assert await statuses(port, post()) == [200]
    before = most_kb(process)
    table = [*CORPUS, *TOKENS]
    answers = {name: await statuses(port, data) for name, data, _ in table}
    assert answers == {name: expected for name, _, expected in table}
    assert await statuses(port, post()) == [200]
    assert process.poll() is None
    assert most_kb(process) - before < ALLOWED_KB
