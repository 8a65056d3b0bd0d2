import pytest
from hookline_processes import command, free_port, wait_until

from hookline.errors import ManifestError
from hookline.eventbus.login import LoginError
from hookline.eventbus.spec import EventBus
from hookline.secrets import SecretKey, Secrets
from server.nats_login import login_of
from server.options import NatsFlags

ACCESS = SecretKey.model_validate({"name": "s", "key": "k"})
SECRETS = Secrets({("s", "k"): b"{username: manifest, password: m}"})
BUS = EventBus("default", "", "nats://a", ACCESS)


@pytest.fixture
def password(tmp_path):
    path = tmp_path / "password"
    path.write_text("secret\n")
    return path


def test_the_manifests_login_is_used_and_flags_win(password):
    assert login_of(NatsFlags(), BUS, SECRETS).basic() == ("manifest", "m")
    flags = NatsFlags(user="me", password_file=password)
    assert login_of(flags, BUS, SECRETS).basic() == ("me", "secret")
    only_tls = login_of(NatsFlags(ca=password), BUS, SECRETS)
    assert only_tls.basic() == ("manifest", "m")
    assert only_tls.tls.ca() == b"secret\n"


@pytest.mark.parametrize(
    "flags", [{"user": "a"}, {"cert": "a"}, {"key": "a"}, {"creds": "a", "nkey": "b"}]
)
def test_flags_that_do_not_fit_together_are_refused(flags):
    with pytest.raises(ManifestError, match="--nats-"):
        login_of(NatsFlags(**flags))


def test_a_file_that_is_not_there_is_told_by_name(tmp_path):
    with pytest.raises(LoginError, match="nothing"):
        login_of(NatsFlags(creds=tmp_path / "nothing")).creds()


def test_run_and_audit_log_in_by_flags_and_by_environment(
    make_nats_server, hookline, password, tmp_path
):
    server = make_nats_server('authorization { user: "me", password: "secret" }')
    login = ["--nats-user", "me", "--nats-password-file", password]
    port = free_port()
    hookline(
        "run", tmp_path, "--nats", server.url, *login,
        "--role", "source", "--api-port", port, "--host", "127.0.0.1",
    )  # fmt: skip
    bus = ("--nats", server.url)
    wait_until(lambda: command("audit", *bus, *login).returncode == 0, "an audit")
    refused = command("audit", *bus)
    assert refused.returncode == 1
    assert "Authorization Violation" in refused.stderr


def test_run_logs_in_as_the_event_bus_says(make_nats_server, hookline, tmp_path):
    server = make_nats_server('authorization { user: "me", password: "secret" }')
    manifests = tmp_path / "manifests"
    manifests.mkdir()
    (manifests / "bus.yaml").write_text(f"""
apiVersion: argoproj.io/v1alpha1
kind: EventBus
metadata: {{name: default}}
spec:
  jetstreamExotic:
    url: {server.url}
    accessSecret: {{name: bus, key: login}}
---
apiVersion: v1
kind: Secret
metadata: {{name: bus}}
stringData:
  login: |
    username: me
    password: secret
""")
    hookline("run", manifests, "--role", "source", "--api-port", free_port(), "--host", "127.0.0.1")


def test_run_without_an_address_says_what_a_bus_of_argo_events_needs(tmp_path):
    (tmp_path / "bus.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: EventBus\nmetadata: {name: default}\n"
        "spec: {jetstream: {version: latest}}\n"
    )
    done = command("run", tmp_path, "--role", "source", "--api-port", "0")
    assert done.returncode == 1
    assert "Argo Events' controller" in done.stderr + done.stdout
