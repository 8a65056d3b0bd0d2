import pytest

from hookline.eventbus.login import LoginError
from hookline.eventbus.spec import EventBus, read_event_bus
from hookline.manifest import Document
from hookline.secrets import Secrets


def read(spec):
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "EventBus",
        "metadata": {"name": "default", "namespace": "ns"},
        "spec": spec,
    }
    mistakes = []
    return read_event_bus(Document("bus.yaml", 1, body), mistakes), mistakes


def test_the_address_of_a_jetstream_is_read():
    bus, mistakes = read({"jetstreamExotic": {"url": "nats://somewhere:4222"}})
    assert bus == EventBus("default", "ns", "nats://somewhere:4222")
    assert mistakes == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"nats": {"native": {"replicas": 3}}}, "spec.nats"),
        ({"kafka": {"url": "a:9092"}}, "spec.kafka"),
    ],
)
def test_what_is_not_there_yet_is_refused_by_name_and_once(spec, path):
    bus, mistakes = read(spec)
    assert bus is None
    assert [(mistake.path, mistake.code) for mistake in mistakes] == [(path, "not-yet")]
    assert path.rpartition(".")[2] in mistakes[0].message
    assert mistakes[0].suggestion


def test_a_stream_configuration_is_said_to_have_no_effect():
    bus, mistakes = read({"jetstreamExotic": {"url": "a", "streamConfig": "maxAge: 1h"}})
    assert bus is not None
    assert [(mistake.level, mistake.code) for mistake in mistakes] == [("warning", "no-effect")]


def test_a_bus_without_any_address_names_what_is_missing():
    bus, mistakes = read({})
    assert bus is None
    assert mistakes[0].code == "missing-field"


def test_an_unknown_field_and_a_bad_address_are_mistakes_with_a_hint():
    assert read({"jetstreamExotics": {}})[1][0].suggestion == "did you mean jetstreamExotic?"
    bus, mistakes = read({"jetstreamExotic": {"url": "http://a"}})
    assert bus is None
    assert (mistakes[0].path, mistakes[0].code) == ("spec.jetstreamExotic.url", "bad-url")


KEY = {"name": "s", "key": "k"}


def test_the_login_of_a_manifest_is_made_of_secrets():
    tls = {"caCertSecret": KEY, "clientCertSecret": KEY, "clientKeySecret": KEY}
    bus, mistakes = read({"jetstreamExotic": {"url": "a", "accessSecret": KEY, "tls": tls}})
    assert mistakes == []
    login = bus.login(Secrets({("s", "k"): b"username: me\npassword: 'p'\n"}))
    assert login.basic() == ("me", "p")
    assert login.tls.ca() == login.tls.key() == b"username: me\npassword: 'p'\n"
    assert login.tls.verify


@pytest.mark.parametrize("secret", [b"just-a-password", b"username: me", b"{", b"[]"])
def test_an_access_secret_of_another_form_is_told_without_its_content(secret):
    bus, _ = read({"jetstreamExotic": {"url": "a", "accessSecret": KEY}})
    with pytest.raises(LoginError, match="the access secret") as caught:
        bus.login(Secrets({("s", "k"): secret})).basic()
    assert secret.decode() not in str(caught.value).partition("YAML")[0]


def test_a_bus_that_argo_events_makes_is_named_as_what_it_is():
    bus, mistakes = read({"jetstream": {"version": "latest", "replicas": 3}})
    assert bus.url is None
    assert [(each.level, each.path) for each in mistakes] == [("warning", "spec.jetstream")]
    assert "controller" in mistakes[0].message
    assert "--nats" in mistakes[0].suggestion
