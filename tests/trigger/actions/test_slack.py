"""Messages to Slack, with a stand-in that answers as its Web API does."""

import json

import pytest
from aiohttp import web

from hookline.errors import PermanentError, TemporaryError
from trigger.action import LeaseLostError

TOKEN = {"name": "slack", "key": "token"}
FITS = {"slackToken": TOKEN, "channel": "#builds", "message": "done"}


@pytest.fixture
async def slack(messenger, serve):
    """A messenger, with what the stand-in was asked, and the answers that it gives in turn."""

    class Stand:
        def __init__(self):
            self.sender = messenger("slack", {("slack", "token"): b"xoxb-1\n"})
            self.asked, self.answers, self.api = [], [], ""

        async def answer(self, request):
            self.asked.append((request.path, request.headers, await request.json()))
            number = len(self.asked)
            answer = self.answers.pop(0) if self.answers else {"ok": True, "ts": f"{number}.5"}
            if isinstance(answer, int):
                headers = {"Retry-After": "7"} if answer == 429 else {}
                return web.Response(status=answer, headers=headers)
            return web.json_response(answer)

        async def fire(self, data=None, **settings):
            await self.sender.fire(data or {}, api=self.api, **{**FITS, **settings})

        def said(self):
            return [body for _, _, body in self.asked]

    stand = Stand()
    async with serve(stand.answer) as url:
        stand.api = f"{url}/api"
        yield stand


async def test_a_message_is_posted_with_the_token(slack):
    await slack.fire({"who": "ann"}, message="done by ${{ $.push.who }}")
    path, headers, body = slack.asked[0]

    assert (path, headers["Authorization"]) == ("/api/chat.postMessage", "Bearer xoxb-1")
    assert body == {"channel": "builds", "text": "done by ann"}


async def test_attachments_blocks_and_the_sender_are_handed_on(slack):
    await slack.fire(
        message="",
        attachments='[{"text": "a"}]',
        blocks='[{"type": "divider"}]',
        sender={"username": "ci", "icon": ":tada:"},
    )
    await slack.fire(sender={"icon": "https://example.com/a.png"})
    first, second = slack.said()

    assert first == {
        "channel": "builds",
        "attachments": [{"text": "a"}],
        "blocks": [{"type": "divider"}],
        "username": "ci",
        "icon_emoji": ":tada:",
    }
    assert second["icon_url"] == "https://example.com/a.png"


async def test_messages_of_one_key_answer_the_first_of_them(slack):
    thread = {"messageAggregationKey": "${{ $.push.commit }}", "broadcastMessageToChannel": True}
    for commit in ("a", "a", "b", "a"):
        await slack.fire({"commit": commit}, thread=thread)

    assert [body.get("thread_ts") for body in slack.said()] == [None, "1.5", None, "1.5"]
    assert slack.said()[1]["reply_broadcast"] is True


@pytest.mark.parametrize(
    ("answer", "whole"),
    [
        ({"ok": False, "error": "invalid_auth"}, True),
        ({"ok": False, "error": "ratelimited"}, True),
        ({"ok": False, "error": "channel_not_found"}, False),
        ({"ok": False, "error": "a_new_word"}, False),
        ({"nonsense": 1}, False),
        (500, True),
        (429, True),
    ],
)
async def test_what_may_be_mended_is_tried_again(slack, answer, whole):
    slack.answers = [answer]
    with pytest.raises(TemporaryError) as caught:
        await slack.fire()
    await slack.fire()

    assert caught.value.whole_target is whole
    assert caught.value.delay == (7 if answer == 429 else None)
    assert "xoxb" not in str(caught.value)


@pytest.mark.parametrize("error", ["msg_too_long", "invalid_blocks", "no_text"])
async def test_a_message_that_slack_never_takes_is_given_up(slack, error):
    slack.answers = [{"ok": False, "error": error}]
    with pytest.raises(PermanentError):
        await slack.fire()


async def test_without_a_lease_nothing_is_said(slack):
    with pytest.raises(LeaseLostError):
        await slack.sender.fire({}, lease_is_live=lambda: False, api=slack.api, **FITS)
    assert slack.asked == []


async def test_without_the_token_the_event_waits(messenger):
    with pytest.raises(TemporaryError) as caught:
        await messenger("slack").fire({}, **FITS)
    assert caught.value.reason == "MissingSecret"


def test_render_shows_what_would_be_posted(messenger):
    assert messenger("slack").shown({}, **FITS) == {
        "url": "https://slack.com/api/chat.postMessage",
        "body": {"channel": "builds", "text": "done"},
    }


def test_parameters_work_beside_the_template_only(messenger, value):
    sender = messenger("slack")
    inner = {"parameters": [value("channel", "to")]}
    outer = {"parameters": [value("slack.channel", "to")]}

    assert sender.codes(**FITS, **inner) == ["no-effect"]
    assert sender.shown({"to": "b"}, **FITS, **inner)["body"]["channel"] == "builds"
    assert sender.shown({"to": "#b"}, beside=outer, **FITS)["body"]["channel"] == "b"


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"slackToken": None}, "missing-field"),
        ({"channel": ""}, "missing-field"),
        ({"message": ""}, "missing-field"),
        ({"blocks": "{"}, "bad-value"),
        ({"blocks": json.dumps({"type": "divider"})}, "bad-value"),
        ({"api": "slack.com"}, "bad-url"),
        ({"text": "a"}, "unknown-field"),
    ],
)
def test_what_cannot_work_is_refused_when_it_loads(messenger, settings, code):
    assert messenger("slack").codes(**FITS) == []
    assert messenger("slack").codes(**{**FITS, **settings}) == [code]
