"""`slack`: posts a message in a channel for each event; done when Slack says that it is there."""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec
import yarl
from pydantic import Field

from hookline.block import Block
from hookline.errors import PermanentError, TemporaryError
from hookline.event import Event
from hookline.manifest import Place
from hookline.secrets import SecretKey
from trigger import http_verdict
from trigger.action import Doors, Due, LeaseLostError, Order, Prepared, Setting
from trigger.filled import FilledAction
from trigger.http_secrets import secret_text
from trigger.web import WebAnswer, WebRequest

_METHOD = "chat.postMessage"
_SECONDS = 30.0
_THREADS = 1024
_EMOJI = re.compile(r":[^:\s]+:")
_encode = msgspec.json.Encoder().encode

# What no second attempt mends.
_PERMANENT = frozenset(
    (
        *("invalid_arguments", "invalid_attachments", "invalid_blocks", "invalid_blocks_format"),
        *("msg_blocks_too_long", "msg_too_long", "no_text", "too_many_attachments"),
        *("attachment_payload_limit_exceeded", "markdown_text_conflict"),
    )
)
# What another message would meet too.
_WHOLE_TARGET = frozenset(
    (
        *("access_denied", "account_inactive", "invalid_auth", "missing_scope", "not_authed"),
        *("token_expired", "token_revoked", "org_login_required", "ratelimited", "rate_limited"),
        *("fatal_error", "internal_error", "request_timeout", "service_unavailable"),
    )
)


class Sender(Block):
    """Whose message it seems to be."""

    username: str = Field("", description="The name that is shown.")
    icon: str = Field("", description="An emoji like `:tada:`, or the URL of a picture.")


class Thread(Block):
    """Which messages belong together."""

    message_aggregation_key: str = Field(
        "", description="Messages of the same key answer the first of them."
    )
    broadcast_message_to_channel: bool = Field(
        default=False, description="Whether an answer is shown in the channel too."
    )


class Slack(FilledAction):
    """Posts a message. At least once: Slack keeps no ids, a repeat is a second message."""

    unmoved: ClassVar[tuple[str, ...]] = ("*",)

    slack_token: SecretKey | None = Field(None, description="Secret with the token of a bot.")
    channel: str = Field("", description="The channel: its name or its id.")
    message: str = Field("", description="The text.")
    attachments: str = Field("", description="Slack's attachments: a list as a JSON text.")
    blocks: str = Field("", description="Slack's blocks: a list as a JSON text.")
    sender: Sender = Field(default_factory=Sender, description="Whose message it seems to be.")
    thread: Thread = Field(default_factory=Thread, description="Which messages belong together.")
    api: str = Field(
        "https://slack.com/api", description="Where Slack's Web API is (Hookline's addition)."
    )

    def ready(self, place: Place, at: Setting) -> Prepared | None:
        """Return the action of these very settings; None with mistakes noted at `place`."""
        before = len(place.mistakes)
        url = _api(self.api, place / "api")
        if self.slack_token is None:
            (place / "slackToken").error("slackToken is required", code="missing-field")
        body = self._body(place)
        if not body["channel"]:
            (place / "channel").error("channel is required", code="missing-field")
        if not {"text", "attachments", "blocks"} & body.keys():
            place.error("there is nothing to say", code="missing-field", suggestion="give message")
        if url is None or self.slack_token is None or len(place.mistakes) > before:
            return None
        return _Slack(url, self.slack_token, body, self.thread, at.namespace)

    def _body(self, place: Place) -> dict[str, Any]:
        """Return the arguments of Slack's method; mistakes are noted."""
        body: dict[str, Any] = {"channel": self.channel.removeprefix("#")}
        if self.message:
            body["text"] = self.message
        for name, text in (("attachments", self.attachments), ("blocks", self.blocks)):
            if text and (items := _list(text, place / name)) is not None:
                body[name] = items
        if self.sender.username:
            body["username"] = self.sender.username
        if self.sender.icon:
            emoji = _EMOJI.fullmatch(self.sender.icon)
            body["icon_emoji" if emoji else "icon_url"] = self.sender.icon
        return body


def _api(text: str, place: Place) -> yarl.URL | None:
    try:
        url = yarl.URL(text)
    except ValueError:
        url = yarl.URL()
    if url.scheme in {"http", "https"} and url.host and url.user is None:
        return url / _METHOD
    place.error("this is no URL", code="bad-url", suggestion="write https://host/path")
    return None


def _list(text: str, place: Place) -> list[Any] | None:
    try:
        items = msgspec.json.decode(text)
    except (ValueError, RecursionError) as error:
        place.error(f"this is no JSON: {error}", code="bad-value")
        return None
    if isinstance(items, list):
        return items
    place.error("this must be a JSON list", code="bad-value", suggestion="put it in [ ]")
    return None


class _Threads:
    """The first message of each thread, as this process has posted it."""

    alive = True

    def __init__(self) -> None:
        self._first: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def close(self) -> None:
        self._first.clear()

    def first(self, channel: str, key: str) -> str | None:
        return self._first.get((channel, key))

    def posted(self, channel: str, key: str, moment: str) -> None:
        self._first.setdefault((channel, key), moment)
        self._first.move_to_end((channel, key))
        while len(self._first) > _THREADS:
            self._first.popitem(last=False)


async def _no_threads() -> _Threads:
    return _Threads()


@dataclass(frozen=True, slots=True)
class _Slack(Prepared):
    url: yarl.URL
    token: SecretKey
    body: dict[str, Any]
    thread: Thread
    namespace: str

    def order(self, events: Mapping[str, Event], due: Due) -> Order:  # noqa: ARG002  of Prepared
        return Order({"url": str(self.url), "body": self.body})

    async def act(
        self,
        order: Order,  # noqa: ARG002  of Prepared; all of it stands in the settings
        doors: Doors,
        lease_is_live: Callable[[], bool],
        *,
        repeat: bool,  # noqa: ARG002  of Prepared
    ) -> None:
        token = secret_text(doors.secrets, self.token, self.namespace).strip()
        if not (token.isascii() and token.isprintable()):
            raise TemporaryError("the token has signs that none can have", reason="BadSecret")
        async with doors.clients.use(("slack", self.url, token), _no_threads) as threads:
            key, channel = self.thread.message_aggregation_key, self.body["channel"]
            request = self._request(token, threads.first(channel, key) if key else None)
            if not lease_is_live():
                raise LeaseLostError("the lease of the delivery ended before the message")
            posted = _posted(request, await doors.web.send(request), channel)
            if key:
                threads.posted(channel, key, posted)

    def _request(self, token: str, first: str | None) -> WebRequest:
        body = self.body
        if first is not None:
            broadcast = self.thread.broadcast_message_to_channel
            body = body | {"thread_ts": first, "reply_broadcast": broadcast}
        headers = (
            ("Content-Type", "application/json; charset=utf-8"),
            ("Authorization", f"Bearer {token}"),
        )
        return WebRequest("POST", self.url, headers, _encode(body), timeout=_SECONDS)


def _posted(request: WebRequest, answer: WebAnswer, channel: str) -> str:
    """Return the message's own timestamp when Slack says that it is there.

    Raises:
        TemporaryError: later it may be taken.
        PermanentError: this message never is.
    """
    http_verdict.check(request, answer, None)
    try:
        said = msgspec.json.decode(answer.body)
    except ValueError:
        said = None
    if isinstance(said, dict) and said.get("ok") is True:
        return str(said.get("ts", ""))
    error = str(said.get("error")) if isinstance(said, dict) else "no JSON"
    message = f"Slack did not post to {channel}: {error}"
    if error in _PERMANENT:
        raise PermanentError(message, reason="Slack")
    raise TemporaryError(message, reason="Slack", whole_target=error in _WHOLE_TARGET)
