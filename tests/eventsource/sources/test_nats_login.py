"""Who a `nats` source is on its server, by every kind of login, and how it does TLS."""

import ssl

import nats
import pytest
from certificates import Authority
from nats.aio.client import RawCredentials
from nats_users import new_key, operator

from hookline.secrets import Secrets


def key(name):
    return {"name": "n", "key": name}


def _basic():
    config = 'authorization { user: "me", password: "secret" }'
    auth = {"basic": {"username": key("u"), "password": key("p")}}
    return config, auth, {"u": "me\n", "p": "secret"}, {"user": "me", "password": "secret"}


def _token():
    return 'authorization { token: "t" }', {"token": key("a")}, {"a": "t"}, {"token": "t"}


def _nkey():
    seed, public = new_key("U")
    config = f"authorization {{ users: [ {{ nkey: {public} }} ] }}"
    return config, {"nkey": key("a")}, {"a": f"{seed}\n"}, {"nkeys_seed_str": seed}


def _credential():
    config, creds = operator()
    own = {"user_credentials": RawCredentials(creds)}
    return config, {"credential": key("a")}, {"a": creds}, own


# Each gives: the server's configuration, `auth`, the secrets, and the same for nats-py.
LOGINS = {"basic": _basic, "token": _token, "nkey": _nkey, "credential": _credential}


@pytest.fixture
def secrets(tmp_path):
    """Return a function that writes secrets of the name `n`, and hands out all that are there."""
    folder = tmp_path / "secrets" / "n"
    folder.mkdir(parents=True)

    def write(**values):
        for name, text in values.items():
            (folder / name).write_text(text)
        return Secrets(directory=folder.parent)

    return write


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca")


def tls(authority, *, verify=False):
    """Return nats-server's configuration for TLS; `verify`: only with a certificate of ours."""
    certificate, private = authority.sign("server")
    asked = f'ca_file: "{authority.certificate}", verify: true' if verify else ""
    return f'tls {{ cert_file: "{certificate}", key_file: "{private}", {asked} }}'


def problem(runner):
    return str(runner.listening()["bus/said"])


@pytest.mark.parametrize("kind", LOGINS)
async def test_each_kind_of_login_hears_what_nobody_hears_without_it(
    make_nats_server, source, running, bus, until, secrets, kind
):
    config, auth, values, own = LOGINS[kind]()
    server = make_nats_server(config, jetstream=False)
    async with running(source(server.url)) as runner:
        await until(lambda: "authorization violation" in problem(runner).lower())
    async with running(source(server.url, auth=auth), secrets=secrets(**values)) as runner:
        await until(lambda: runner.listening() == {"bus/said": None})
        client = await nats.connect(server.url, **own)
        await client.publish("orders.new", b"1")
        await until(lambda: bus.stored)
        await client.close()


@pytest.mark.parametrize("kind", ["basic", "token", "nkey"])
async def test_each_kind_of_login_reads_a_stream(
    make_nats_server, source, running, bus, until, secrets, kind
):
    config, auth, values, own = LOGINS[kind]()
    server = make_nats_server(config)
    client = await nats.connect(server.url, **own)
    await client.jetstream().add_stream(name="ORDERS", subjects=["orders.*"])
    await client.jetstream().publish("orders.new", b"1")
    await client.close()
    reading = source(server.url, auth=auth, jetstream={"stream": "ORDERS", "durable": "d"})
    async with running(reading, secrets=secrets(**values)) as runner:
        await until(lambda: bus.stored)
        await until(lambda: runner.listening() == {"bus/said": None})


@pytest.mark.parametrize("jetstream", [None, {"stream": "ORDERS", "durable": "d"}])
async def test_a_wrong_login_and_a_missing_secret_are_told_and_mended_without_a_restart(
    make_nats_server, source, running, until, secrets, jetstream
):
    config, auth, values, own = _basic()
    server = make_nats_server(config)
    client = await nats.connect(server.url, **own)
    await client.jetstream().add_stream(name="ORDERS", subjects=["orders.*"])
    await client.close()
    extra = {"jetstream": jetstream} if jetstream else {}
    reading = source(server.url, auth=auth, **extra)
    async with running(reading, secrets=secrets(u=values["u"])) as runner:
        await until(lambda: "secret n, key p" in problem(runner))
        secrets(p="wrong")
        await until(lambda: "Authorization Violation" in problem(runner))
        secrets(p=values["p"])
        await until(lambda: runner.listening() == {"bus/said": None})


async def test_a_secret_that_is_no_nkey_is_told_without_what_it_holds(
    make_nats_server, source, running, until, secrets
):
    config, *_ = _token()
    server = make_nats_server(config)
    own = source(server.url, auth={"nkey": key("a")})
    async with running(own, secrets=secrets(a="my-secret-text")) as runner:
        await until(lambda: "the nkey is no seed" in problem(runner))
        assert "my-secret-text" not in problem(runner)


@pytest.mark.parametrize("kind", ["token", "nkey"])
async def test_a_login_goes_over_tls_to_a_server_of_the_right_authority_only(
    make_nats_server, source, running, until, secrets, authority, kind
):
    config, auth, values, _ = LOGINS[kind]()
    server = make_nats_server(f"{config}\n{tls(authority)}")
    held = secrets(**values, ca=authority.certificate.read_text())
    right = source(server.url, auth=auth, tls={"caCertSecret": key("ca")})
    async with running(right, secrets=held) as runner:
        await until(lambda: runner.listening() == {"bus/said": None})
    async with running(
        source(server.url, auth=auth, tls={"enabled": True}), secrets=held
    ) as runner:
        await until(lambda: "certificate verify failed" in problem(runner))


async def test_insecure_skip_verify_talks_to_a_server_that_nobody_vouches_for(
    make_nats_server, source, running, bus, until, authority
):
    server = make_nats_server(tls(authority))
    own = source(server.url, tls={"insecureSkipVerify": True})
    trusting = ssl.create_default_context(cafile=authority.certificate)
    trusting.verify_flags &= ~ssl.VERIFY_X509_STRICT
    async with running(own) as runner:
        await until(lambda: runner.listening() == {"bus/said": None})
        client = await nats.connect(server.url, tls=trusting)
        await client.publish("orders.new", b"1")
        await until(lambda: bus.stored)
        await client.close()


async def test_nothing_is_said_to_a_server_without_tls_even_with_insecure_skip_verify(
    make_nats_server, source, running, until, secrets
):
    config, auth, values, _ = _token()
    server = make_nats_server(config)
    own = source(server.url, auth=auth, tls={"insecureSkipVerify": True})
    async with running(own, secrets=secrets(**values)) as runner:
        await until(lambda: "tls" in problem(runner).lower())


async def test_a_client_certificate_is_shown_and_a_strangers_is_refused(
    make_nats_server, source, running, until, secrets, authority, tmp_path
):
    server = make_nats_server(tls(authority, verify=True))
    mine, strange = authority.sign("me"), Authority(tmp_path / "other").sign("me")
    shown = {name: key(k) for name, k in (("clientCertSecret", "crt"), ("clientKeySecret", "key"))}
    own = source(server.url, tls={"caCertSecret": key("ca"), **shown})

    def held(pair):
        certificate, private = (path.read_text() for path in pair)
        return secrets(ca=authority.certificate.read_text(), crt=certificate, key=private)

    async with running(own, secrets=held(strange)) as runner:
        await until(lambda: runner.listening()["bus/said"] is not None)
        held(mine)
        await until(lambda: runner.listening() == {"bus/said": None})
    without = source(server.url, tls={"caCertSecret": key("ca")})
    async with running(without, secrets=held(mine)) as runner:
        await until(lambda: runner.listening()["bus/said"] is not None)
