"""The bare loops that Hookline is held against: the same libraries and nothing else.

`ingest NATS_URL PORT` answers POSTs after a PubAck (P1). `pull NATS_URL COUNT` pulls and
acknowledges (P2). `forward NATS_URL API_URL COUNT` posts ready bytes for each message (P3), `drain`
also renders and stores a decision. `stub PORT` is an API server that only answers 201,
`delay PORT TARGET_PORT MS` a proxy that holds what passes for so long in each direction.
"""

import asyncio
import re
import sys
import time
import uuid
from typing import Any

import aiohttp
import nats
import orjson
import uvicorn

STREAM = "bare"
WINDOW = 32


async def connect(url: str) -> tuple[Any, Any]:
    """Return a connection and its JetStream, the stream being there."""
    client = await nats.connect(url)
    stream = client.jetstream()
    await stream.add_stream(name=STREAM, subjects=[f"{STREAM}.>"])
    return client, stream


def serve(application: Any, port: int) -> Any:
    """Return a uvicorn server for a raw ASGI application."""
    config = uvicorn.Config(
        application, "127.0.0.1", port, http="httptools", access_log=False, log_config=None,
        lifespan="off",
    )  # fmt: skip
    return uvicorn.Server(config).serve()


async def _answer(send: Any, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def ingest(url: str, port: int) -> None:
    """Answer each POST after JetStream has acknowledged it."""
    _, stream = await connect(url)

    async def application(_scope: Any, receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        event_id = uuid.uuid4().hex
        event = {"id": event_id, "data": {"body": orjson.loads(body)}}
        await stream.publish(f"{STREAM}.a", orjson.dumps(event), headers={"Nats-Msg-Id": event_id})
        await _answer(send, 200, orjson.dumps({"eventId": event_id}))

    await serve(application, port)


async def drain(url: str, api: str, count: int) -> None:
    """Turn `count` messages into creates, a window of them at a time; end when all are acked."""
    _, stream = await connect(url)
    subscription = await stream.pull_subscribe(f"{STREAM}.a", durable="drain")
    print("ready", flush=True)
    template = orjson.dumps({"kind": "Workflow", "metadata": {}, "spec": {"x": "y" * 1000}})
    path = f"{api}/apis/argoproj.io/v1alpha1/namespaces/default/workflows"
    async with aiohttp.ClientSession() as session:

        async def launch(message: Any) -> None:
            tree = orjson.loads(template)
            tree["metadata"]["name"] = orjson.loads(message.data)["id"]
            headers = {"Content-Type": "application/json"}
            async with session.post(path, data=orjson.dumps(tree), headers=headers) as answer:
                await answer.read()
            # What Hookline stores beside: one record of the decision.
            await stream.publish(f"{STREAM}.decision.{tree['metadata']['name']}", b"launched")
            await message.ack()

        done = 0
        while done < count:
            messages = await subscription.fetch(WINDOW, timeout=30)
            await asyncio.gather(*map(launch, messages))
            done += len(messages)


async def pull(url: str, count: int) -> None:
    """Pull and acknowledge `count` messages."""
    _, stream = await connect(url)
    subscription = await stream.pull_subscribe(f"{STREAM}.a", durable="pull")
    print("ready", flush=True)
    done = 0
    while done < count:
        messages = await subscription.fetch(WINDOW, timeout=30)
        for message in messages:
            await message.ack()
        done += len(messages)
    print("done", flush=True)


async def forward(url: str, api: str, count: int) -> None:
    """POST ready bytes for each of `count` messages, a window of them at a time."""
    _, stream = await connect(url)
    subscription = await stream.pull_subscribe(f"{STREAM}.a", durable="forward")
    print("ready", flush=True)
    body = orjson.dumps({"kind": "Workflow", "metadata": {"name": "x"}, "spec": {"x": "y" * 1200}})
    path = f"{api}/apis/argoproj.io/v1alpha1/namespaces/default/workflows"
    async with aiohttp.ClientSession() as session:

        async def launch(message: Any) -> None:
            headers = {"Content-Type": "application/json"}
            async with session.post(path, data=body, headers=headers) as answer:
                await answer.read()
            await message.ack()

        done = 0
        while done < count:
            messages = await subscription.fetch(WINDOW, timeout=30)
            await asyncio.gather(*map(launch, messages))
            done += len(messages)


async def delay(port: int, target: int, milliseconds: str) -> None:
    """Pass on what comes, each way `milliseconds` later."""

    async def one_way(reader: Any, writer: Any) -> None:
        loop = asyncio.get_running_loop()
        while data := await reader.read(1 << 16):
            loop.call_later(float(milliseconds) / 1000, writer.write, data)
        writer.close()

    async def connection(reader: Any, writer: Any) -> None:
        theirs, ours = await asyncio.open_connection("127.0.0.1", target)
        await asyncio.gather(one_way(reader, ours), one_way(theirs, writer))

    server = await asyncio.start_server(connection, "127.0.0.1", port)
    await server.serve_forever()


_NUMBER = re.compile(rb'"number","value":"(\d+)"')


async def stub(port: int) -> None:
    """Answer 201 to everything; GET /count: how many; /times: when each number came."""
    created = 0
    times: dict[int, float] = {}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal created
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        if scope["method"] == "POST":
            created += 1
            if scope["headers"] and (found := _NUMBER.search(body)):
                times[int(found[1])] = time.monotonic()
            await _answer(send, 201, b'{"kind": "Workflow", "metadata": {"uid": "u"}}')
        elif scope["path"] == "/times":
            await _answer(send, 200, orjson.dumps([[*pair] for pair in times.items()]))
            times.clear()
        elif scope["path"] == "/count":
            await _answer(send, 200, b"%d" % created)
        else:
            await _answer(send, 200, b'{"items": [], "metadata": {"resourceVersion": "1"}}')

    await serve(application, port)


if __name__ == "__main__":
    job, *arguments = sys.argv[1:]
    jobs = {
        "ingest": ingest,
        "pull": pull,
        "forward": forward,
        "drain": drain,
        "delay": delay,
        "stub": stub,
    }
    typed = [int(text) if text.isdigit() else text for text in arguments]
    try:
        from uvloop import run
    except ImportError:
        from asyncio import run
    run(jobs[job](*typed))  # type: ignore[operator]  three shapes of arguments
