import pytest

from hookline.eventbus.errors import BusRefusedError
from hookline.eventbus.settings import BusSettings


def test_an_address_may_name_several_servers_and_need_no_scheme():
    assert BusSettings("nats://a:1, b:2,c").servers == ["nats://a:1", "b:2", "c"]


def test_what_is_shown_of_an_address_has_no_password():
    assert BusSettings("nats://me:p@ss@a:1,you:x@b").shown_url == "nats://a:1,b"


@pytest.mark.parametrize("url", ["", "http://a:1", "nats://", "nats://a:b", "nats://a:99999", ","])
def test_what_is_no_address_of_nats_server_is_refused_with_an_example(url):
    with pytest.raises(BusRefusedError, match=r"nats://127\.0\.0\.1:4222"):
        BusSettings(url)
