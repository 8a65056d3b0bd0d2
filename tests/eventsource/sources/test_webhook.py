import json

import pytest

from eventsource.source import RefusedError, Request
from eventsource.sources.webhook import Webhook
from hookline.manifest import Document, Place

HOOK = {"port": "12000", "endpoint": "/push", "method": "POST"}


def read(**settings):
    place = Place(Document("f", 1, {}))
    source = Webhook.read(HOOK | settings, place)
    receive = source.compile(place) if source else None
    return receive, place.mistakes


def receiver(**settings):
    receive, mistakes = read(**settings)
    assert mistakes == []
    return receive


def post(body=b"{}", *headers, method="POST", query=b""):
    return Request(method, query, list(headers), dict(headers), body)


def refused(receive, request):
    with pytest.raises(RefusedError) as caught:
        receive(request)
    assert caught.value.status == 400
    return str(caught.value)


def test_a_post_becomes_header_and_body():
    happening = receiver()(
        post(b'{ "n": 1.0, "t": "<&>" }', (b"x-b", b"2"), (b"content-type", b"application/json"))
    )
    assert happening.data == (
        b'{"header":{"Content-Type":["application/json"],"X-B":["2"]},'
        b'"body":{"n":1.0,"t":"\\u003c\\u0026\\u003e"}}'
    )
    assert happening.id is None


def test_metadata_is_added_as_it_is_written():
    data = json.loads(receiver(metadata={"team": "<a>", "b": "c"})(post()).data)
    assert data == {"header": {}, "body": {}, "metadata": {"team": "<a>", "b": "c"}}


def test_empty_metadata_is_left_out():
    assert json.loads(receiver(metadata={})(post()).data) == {"header": {}, "body": {}}


def test_a_get_has_its_query_as_body():
    request = post(b"", method="GET", query=b"b=1&a=x%20y&b=2")
    data = json.loads(receiver(method="GET")(request).data)
    assert data["body"] == {"a": ["x y"], "b": ["1", "2"]}


def test_a_form_post_has_its_fields_as_body():
    form = (b"content-type", b"application/x-www-form-urlencoded")
    assert json.loads(receiver()(post(b"a=1&a=2", form)).data)["body"] == {"a": ["1", "2"]}


def test_any_other_content_type_is_read_as_json():
    form = (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8")
    assert json.loads(receiver()(post(b"[1]", form)).data)["body"] == [1]
    assert "JSON" in refused(receiver(), post(b"a=1", form))


def test_credentials_are_not_stored_unless_they_are_to_be_kept():
    request = post(b"{}", (b"authorization", b"Bearer t"), (b"cookie", b"c"))
    assert json.loads(receiver()(request).data)["header"] == {}
    kept = json.loads(receiver(keepHeaders=["cookie"])(request).data)["header"]
    assert kept == {"Cookie": ["c"]}


def test_the_customary_headers_give_the_id():
    assert receiver()(post(b"{}", (b"idempotency-key", b"k-1"))).id == "k-1"
    assert "printable" in refused(receiver(), post(b"{}", (b"ce-id", b"x" * 10_240)))


def test_id_from_a_header_comes_before_the_customary_ones():
    receive = receiver(idFrom={"header": "X-Order-Id"})
    both = post(b"{}", (b"x-order-id", b"o"), (b"ce-id", b"c"))
    assert receive(both).id == "o"
    assert receive(post(b"{}", (b"ce-id", b"c"))).id == "c"
    assert receive(post(b"{}")).id is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"order":{"id":"o-1"}}', "o-1"),
        (b'{"order":{"id":12345678901234567890123}}', "12345678901234567890123"),
        (b'{"order":{"id":1.50}}', "1.50"),
        (b'{"order":{"id":"\\u003ca\\/"}}', "<a/"),
        (b'{"order":{"id":null}}', None),
        (b'{"order":{}}', None),
        (b"[1]", None),
    ],
)
def test_id_from_the_body_is_the_text_or_number_at_the_path(body, expected):
    assert receiver(idFrom={"body": "order.id"})(post(body)).id == expected


def test_id_from_the_body_reads_forms_and_queries_as_the_event_has_them():
    form = (b"content-type", b"application/x-www-form-urlencoded")
    assert receiver(idFrom={"body": "id.0"})(post(b"id=7", form)).id == "7"
    query = post(b"", method="GET", query=b"id=8")
    assert receiver(idFrom={"body": "id.0"}, method="GET")(query).id == "8"


@pytest.mark.parametrize("value", [b"true", b"{}", b'["a"]', b'""', b'"' + b"x" * 257 + b'"'])
def test_an_id_in_the_body_that_is_none_is_refused(value):
    refused(receiver(idFrom={"body": "id"}), post(b'{"id":' + value + b"}"))


def mistake(**settings):
    receive, mistakes = read(**settings)
    assert receive is None
    assert len(mistakes) == 1
    return mistakes[0]


@pytest.mark.parametrize("port", [12000, "0", "65536", "http", "-1", "", "\u0663"])
def test_a_port_must_be_a_number_in_quotes(port):
    assert mistake(port=port).path == "port"


def test_an_unquoted_port_shows_how_to_write_it():
    assert '"12000"' in mistake(port=12000).message


@pytest.mark.parametrize("method", ["", "post", "PUT", "DELETE"])
def test_a_method_that_upstream_never_served_is_refused(method):
    assert "POST or GET" in mistake(method=method).message


def test_an_endpoint_without_a_slash_is_refused_with_the_right_one():
    assert "/push" in mistake(endpoint="push").message


def test_a_payload_limit_must_be_positive():
    assert mistake(maxPayloadSize=0).path == "maxPayloadSize"


@pytest.mark.parametrize("id_from", [{}, {"header": "a", "body": "b"}])
def test_an_id_comes_from_exactly_one_place(id_from):
    assert "either header or body" in mistake(idFrom=id_from).message


def test_a_path_that_is_too_long_is_a_mistake():
    found = mistake(idFrom={"body": "a" * 5000})
    assert (found.path, found.code) == ("idFrom.body", "bad-path")


def test_upstreams_other_fields_are_accepted():
    receiver(url="http://outside.example", authSecret={"name": "s", "key": "t"})
