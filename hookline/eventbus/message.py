"""One message of core NATS, said and confirmed: for trying things out."""

import asyncio

import nats.errors

from hookline.eventbus import frames
from hookline.eventbus.client import CUTS, BusClient
from hookline.eventbus.errors import BusDownError, TooLargeError
from hookline.eventbus.settings import BusSettings

_SECONDS = 5


async def send_one(
    settings: BusSettings, subject: str, payload: bytes, headers: dict[str, str] | None
) -> None:
    """Return when nats-server has taken the message.

    Raises:
        BusDownError: it is not reached, or refuses the login or the message.
        TooLargeError, BadSubjectError: it cannot be a message there.
    """
    problems: list[Exception] = []

    async def noted(error: Exception) -> None:
        problems.append(error)

    client = BusClient(lambda: None, settings.login, secure=settings.secure)
    frame = frames.publish(subject, "", payload, headers)
    try:
        async with asyncio.timeout(_SECONDS):
            await client.connect(settings.servers, name="hookline-publish", error_cb=noted)
            if len(payload) > client.max_payload:
                raise TooLargeError(f"nats-server takes {client.max_payload} bytes at most")
            client.send(frame)
            await client.settle(_SECONDS)
    except (nats.errors.Error, OSError, TimeoutError) as error:
        problems.append(error)
    finally:
        await client.shut(1.0)
    if problems:
        # A server that refuses may close before its refusal is read; another try tells it.
        problem = next((one for one in problems if not isinstance(one, CUTS)), problems[0])
        raise BusDownError(str(problem) or "nats-server does not answer") from problem
