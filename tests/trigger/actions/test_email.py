"""Mails, with a real SMTP server (aiosmtpd): what arrives, and what its answers mean."""

import asyncio
import sys

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from hookline.errors import PermanentError, TemporaryError
from trigger.action import LeaseLostError

FITS = {
    "host": "127.0.0.1",
    "port": 25,
    "to": ["ann@example.com"],
    "from": "ci@example.com",
    "subject": "built",
    "body": "all is well",
}
LOGIN = {"username": "ci", "smtpPassword": {"name": "smtp", "key": "password"}}


class Postbox:
    """Takes mails; `answers` are given in turn to addresses (RCPT) before they are taken."""

    def __init__(self):
        self.mails, self.answers = [], []

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: ARG002, N802  aiosmtpd's
        if self.answers:
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802  aiosmtpd's
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content.decode()))
        return "250 OK"


def _authenticate(server, session, envelope, mechanism, login):
    good = (login.login, login.password) == (b"ci", b"s3cret")
    return AuthResult(success=good, handled=False)


@pytest.fixture
async def post(messenger):
    """Start a server with options of aiosmtpd; returns its postbox and what sends to it."""
    servers = []

    async def _post(secrets=None, **options):
        box = Postbox()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(box, loop=loop, hostname="localhost", **options), "127.0.0.1", 0
        )
        servers.append(server)
        port = server.sockets[0].getsockname()[1]
        sender = messenger("email", secrets)

        async def _fire(data=None, **settings):
            extra = {k: settings.pop(k) for k in ("event_id", "lease_is_live") if k in settings}
            await sender.fire(data or {}, **extra, **{**FITS, "port": port, **settings})

        return box, _fire

    yield _post
    for server in servers:
        server.close()


async def test_each_address_gets_its_own_mail(post):
    box, fire = await post()
    await fire(
        {"n": 7}, to=["ann@example.com", "bob+x@example.technology"], subject="${{ $.push.n }}"
    )

    assert [(sender, to) for sender, to, _ in box.mails] == [
        ("ci@example.com", ["ann@example.com"]),
        ("ci@example.com", ["bob+x@example.technology"]),
    ]
    text = box.mails[0][2]
    assert "Subject: 7\r\n" in text
    assert text.rstrip().endswith("all is well")


async def test_a_repeat_has_the_id_of_the_first_and_another_event_another(post):
    box, fire = await post()
    for event_id in ("e1", "e1", "e2"):
        await fire(event_id=event_id)
    ids = [line for _, _, text in box.mails for line in text.splitlines() if "Message-ID" in line]

    assert ids[0] == ids[1] != ids[2]


async def test_text_of_any_language_arrives(post):
    box, fire = await post()
    await fire(subject="größer", body="schöne Grüße\n.\nende")

    assert "=?utf-8?" in box.mails[0][2]
    assert "ende" in box.mails[0][2]


async def test_a_login_is_made_with_the_password_from_a_secret(post):
    options = {"authenticator": _authenticate, "auth_required": True, "auth_require_tls": False}
    box, fire = await post({("smtp", "password"): b"s3cret\n"}, **options)
    await fire(**LOGIN)
    with pytest.raises(TemporaryError) as without:
        await fire()
    _, wrong = await post({("smtp", "password"): b"wr0ng"}, **options)
    with pytest.raises(TemporaryError) as refused:
        await wrong(**LOGIN)

    assert len(box.mails) == 1
    assert (without.value.reason, without.value.whole_target) == ("Smtp530", True)
    assert (refused.value.reason, refused.value.whole_target) == ("Smtp535", True)
    assert "wr0ng" not in str(refused.value)


@pytest.mark.parametrize("answer", ["450 later", "451 busy"])
async def test_an_address_that_is_not_taken_now_is_tried_again(post, answer):
    box, fire = await post()
    box.answers = [answer]
    with pytest.raises(TemporaryError) as caught:
        await fire()
    await fire()

    assert not caught.value.whole_target
    assert len(box.mails) == 1


async def test_an_address_that_nobody_has_is_given_up(post):
    box, fire = await post()
    box.answers = ["550 no such user"]
    with pytest.raises(PermanentError, match=r"ann@example\.com"):
        await fire()


async def test_a_server_that_is_away_is_waited_for(post, messenger):
    with pytest.raises(TemporaryError) as caught:
        await messenger("email").fire({}, **{**FITS, "port": 1})

    assert (caught.value.reason, caught.value.whole_target) == ("NoAnswer", True)


async def test_without_a_lease_nothing_is_sent(post):
    box, fire = await post()
    with pytest.raises(LeaseLostError):
        await fire(lease_is_live=lambda: False)
    assert box.mails == []


def test_render_shows_the_mail(messenger):
    shown = messenger("email").shown({}, **FITS, **LOGIN)

    assert shown == FITS


def test_parameters_work_beside_the_template_only(messenger, value):
    sender = messenger("email")
    inner = {"parameters": [value("subject", "s")]}
    outer = {"parameters": [value("email.subject", "s"), value("email.to.0", "to")]}

    assert sender.codes(**FITS, **inner) == ["no-effect"]
    assert sender.shown({"s": "b", "to": "a@b.de"}, beside=outer, **FITS)["to"] == ["a@b.de"]
    for data in ({"s": "b\nBcc: x@y.de", "to": "a@b.de"}, {"s": "b", "to": "a@b.de, c@d.de"}):
        with pytest.raises(PermanentError):
            sender.shown(data, beside=outer, **FITS)


def test_without_its_library_lint_says_how_to_get_it(messenger, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiosmtplib", None)
    _, mistakes = messenger("email").lint(**FITS)

    assert [(each.code, each.suggestion) for each in mistakes] == [
        ("missing-extra", "pip install 'hookline[email]'")
    ]


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"host": ""}, "missing-field"),
        ({"port": 0}, "missing-field"),
        ({"to": []}, "missing-field"),
        ({"from": ""}, "missing-field"),
        ({"subject": ""}, "missing-field"),
        ({"body": ""}, "missing-field"),
        ({"username": "ci"}, "missing-field"),
        ({"to": ["ann"]}, "bad-value"),
        ({"to": ["ann@a.de,bob@b.de"]}, "bad-value"),
        ({"subject": "a\nb"}, "bad-value"),
    ],
)
def test_what_cannot_work_is_refused_when_it_loads(messenger, settings, code):
    assert messenger("email").codes(**FITS) == []
    assert messenger("email").codes(**{**FITS, **settings}) == [code]
