import asyncio

import pytest
from certificates import Authority
from nats_users import new_key, operator

from hookline.eventbus.connection import Connection
from hookline.eventbus.login import Login, LoginError, Tls, pair
from hookline.eventbus.settings import BusSettings


def is_cut(problem):
    return problem is not None and ("reset by peer" in problem or "Broken pipe" in problem)


@pytest.fixture
async def connect(until):
    """Start a connection; returns it as soon as it works, or says what is wrong with it."""
    made = []

    async def start(server, login, url=None):
        connection = Connection(BusSettings(url or server.url, login=login))
        made.append(connection)
        starting = asyncio.ensure_future(connection.start())
        first = connection.problem
        # The server may close a connection before its refusal is read; the next try tells it.
        await until(lambda: connection.problem != first and not is_cut(connection.problem))
        starting.cancel()
        return connection

    yield start
    for connection in made:
        await connection.close()


def given(path):
    return path.read_bytes


async def test_user_and_password(make_nats_server, connect):
    server = make_nats_server('authorization { user: "me", password: "secret" }')
    right = Login(pair(lambda: b"me", lambda: b"secret\n"))
    assert (await connect(server, right)).problem is None
    wrong = await connect(server, Login(pair(lambda: b"me", lambda: b"guess")))
    assert "Authorization Violation" in wrong.problem
    assert "guess" not in wrong.problem


async def test_a_login_comes_before_the_address(make_nats_server, connect):
    server = make_nats_server('authorization { user: "me", password: "secret" }')
    url = server.url.replace("//", "//you:other@")
    login = Login(pair(lambda: b"me", lambda: b"secret"))
    assert (await connect(server, login, url)).problem is None


async def test_a_token(make_nats_server, connect):
    server = make_nats_server('authorization { token: "t0ken" }')
    assert (await connect(server, Login(token=lambda: b"t0ken"))).problem is None
    assert "Authorization Violation" in (await connect(server, Login(token=lambda: b"x"))).problem


async def test_an_nkey(make_nats_server, connect):
    seed, public = new_key("U")
    server = make_nats_server(f"authorization {{ users: [ {{ nkey: {public} }} ] }}")
    assert (await connect(server, Login(nkey=seed.encode))).problem is None
    stranger = new_key("U")[0]
    assert "Authorization Violation" in (await connect(server, Login(nkey=stranger.encode))).problem


async def test_a_creds_file(make_nats_server, connect):
    config, creds = operator()
    server = make_nats_server(config, jetstream=False)
    connection = await connect(server, Login(creds=creds.replace("\n", "\r\n").encode))
    assert connection.connected
    assert connection.problem.startswith("JetStream is off")
    stranger = operator()[1]
    assert (
        "Authorization Violation" in (await connect(server, Login(creds=stranger.encode))).problem
    )


@pytest.mark.parametrize(
    "login",
    [
        Login(nkey=lambda: b"SUNONSENSE"),
        Login(nkey=lambda: b""),
        Login(creds=lambda: b"nothing of the kind"),
        Login(token=lambda: b"\xff"),
        Login(tls=Tls(ca=lambda: b"no certificate")),
    ],
)
async def test_what_is_no_login_is_told_and_nothing_is_connected(nats_server, connect, login):
    connection = await connect(nats_server, login)
    assert not connection.connected
    assert "no" in connection.problem


async def test_a_rotated_password_counts_at_the_next_connect(make_nats_server, connect, until):
    server = make_nats_server('authorization { user: "me", password: "old" }')
    password = [b"old"]
    connection = await connect(server, Login(pair(lambda: b"me", lambda: password[0])))
    server.stop()
    server.configure('authorization { user: "me", password: "new" }')
    server.start()
    await until(lambda: "Authorization Violation" in (connection.problem or ""))
    password[0] = b"new"
    await until(lambda: connection.problem is None)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path / "ca")


def tls_config(authority, more=""):
    certificate, key = authority.sign("server")
    return f'tls {{ cert_file: "{certificate}", key_file: "{key}", {more} }}'


async def test_a_server_must_prove_its_name_unless_told_otherwise(
    make_nats_server, connect, authority
):
    server = make_nats_server(tls_config(authority))
    ca = given(authority.certificate)
    assert (await connect(server, Login(tls=Tls(ca=ca)))).problem is None
    assert (await connect(server, Login(tls=Tls(verify=False)))).problem is None
    assert "certificate verify failed" in (await connect(server, Login())).problem
    assert "certificate verify failed" in (await connect(server, Login(tls=Tls()))).problem


async def test_a_client_shows_its_certificate(make_nats_server, connect, authority):
    server = make_nats_server(
        tls_config(authority, f'ca_file: "{authority.certificate}", verify: true')
    )
    certificate, key = authority.sign("client")
    ca = given(authority.certificate)
    shown = Tls(ca=ca, certificate=given(certificate), key=given(key))
    assert (await connect(server, Login(tls=shown))).problem is None
    assert (await connect(server, Login(tls=Tls(ca=ca)))).problem is not None
    other = authority.sign("other")[1]
    wrong = Tls(ca=ca, certificate=given(certificate), key=given(other))
    assert "cannot be used together" in (await connect(server, Login(tls=wrong))).problem


@pytest.mark.parametrize("tls", [True, False])
async def test_a_secret_never_goes_to_a_server_without_tls(make_nats_server, connect, tls):
    server = make_nats_server('authorization { user: "me", password: "secret" }')
    login = Login(pair(lambda: b"me", lambda: b"secret"), tls=Tls() if tls else None)
    url = server.url if tls else server.url.replace("nats://", "tls://")
    connection = await connect(server, login, url)
    assert "does not ask for TLS" in connection.problem


def test_flags_come_before_manifests_in_who_we_are_and_in_tls_each_as_a_whole():
    flag, manifest, tls = Login(token=lambda: b"a"), Login(nkey=lambda: b"b"), Login(tls=Tls())
    assert flag.over(manifest) == flag
    assert tls.over(manifest) == Login(nkey=manifest.nkey, tls=tls.tls)


def test_a_login_that_cannot_be_used_is_temporary():
    with pytest.raises(LoginError):
        Login(nkey=lambda: b"x").options()
