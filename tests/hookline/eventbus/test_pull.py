from datetime import datetime

import pytest
import structlog
from pull_desk import MADE


async def test_every_message_is_handled_once_and_acknowledged(desk, until):
    await desk.make()
    await desk.publish(100)
    puller = await desk.pull(desk.ack)
    await until(lambda: len(desk.seen) == 100)
    assert [delivery.sequence for delivery in desk.seen] == list(range(1, 101))
    await desk.until_info(lambda info: info["num_ack_pending"] == 0)
    await until(lambda: puller.in_flight == 0)
    assert puller.problem is None
    assert puller.last_answer > 0


async def test_a_delivery_says_what_the_message_says(desk, until):
    await desk.make()
    await desk.publisher.publish("s.a.b", b"data", {"Nats-Msg-Id": "id", **MADE})
    await desk.pull(desk.ack)
    await until(lambda: desk.seen)
    delivery = desk.seen[0]
    assert (delivery.subject, delivery.data) == ("s.a.b", b"data")
    assert delivery.headers == {"Nats-Msg-Id": "id", **MADE}
    assert (delivery.sequence, delivery.count) == (1, 1)
    raw = await desk.connection.api("STREAM.MSG.GET.s", {"seq": 1})
    stored_at = datetime.fromisoformat(raw["message"]["time"]).timestamp()
    assert delivery.stored_at == pytest.approx(stored_at, abs=0.001)


async def test_never_more_are_held_than_the_limit(desk, until):
    await desk.make()
    await desk.publish(20)
    puller = await desk.pull(desk.keep, limit=lambda: 5)
    await until(lambda: puller.in_flight == 5)
    assert (await desk.info())["num_pending"] >= 10
    desk.open.set()
    await until(lambda: len(desk.seen) == 20)
    assert desk.most <= 5


async def test_a_limit_of_zero_pulls_nothing_until_it_is_raised_and_kicked(desk, until):
    await desk.make()
    await desk.publish(3)
    limit = [0]
    puller = await desk.pull(desk.ack, limit=lambda: limit[0])
    assert (await desk.info())["num_waiting"] == 0
    assert puller.problem is None
    limit[0] = 2
    puller.kick()
    await until(lambda: len(desk.seen) == 3)


async def test_one_slow_message_does_not_keep_the_rest_of_the_room_empty(desk, until):
    await desk.make()
    await desk.publish(1)
    await desk.pull(desk.keep, limit=lambda: 2)
    await until(lambda: desk.held == 1)
    await desk.publish(1)
    await until(lambda: desk.held == 2)


async def test_at_most_two_pulls_wait_and_the_second_only_for_half_of_the_room(desk, until):
    await desk.make()
    pulls = []
    limit = [10]
    puller = await desk.pull(desk.keep, limit=lambda: limit[0])
    await until(lambda: puller._slots[0].left == 10)
    await desk.publish(6)
    await until(lambda: desk.held == 6)
    assert [slot.left for slot in puller._slots] == [4, 0]  # no room is free beside the first pull
    limit[0] = 13
    puller.kick()
    assert [slot.left for slot in puller._slots] == [4, 0]  # 3 are less than half of 13
    limit[0] = 20
    puller.kick()
    pulls.extend(slot.left for slot in puller._slots)
    assert pulls == [4, 10]
    limit[0] = 100
    puller.kick()
    assert [slot.left for slot in puller._slots] == [4, 10]


async def test_new_messages_wake_a_waiting_pull_at_once_and_pulls_go_on_after_they_expire(
    desk, until
):
    await desk.make()
    puller = await desk.pull(desk.ack, ack_wait=1)
    first = puller._slots[0]._count
    await until(lambda: sum(slot._count for slot in puller._slots) > first + 3)
    await desk.publish(1)
    await until(lambda: len(desk.seen) == 1)
    assert puller.problem is None


async def test_a_handler_that_fails_frees_its_place_is_logged_and_leaves_the_message(desk, until):
    await desk.make(ack_wait=1)
    await desk.publish(1)

    async def fail(delivery):
        desk.seen.append(delivery)
        if len(desk.seen) == 1:
            raise ZeroDivisionError("on purpose")
        delivery.ack()

    with structlog.testing.capture_logs() as logs:
        puller = await desk.pull(fail, ack_wait=1)
        await until(lambda: len(desk.seen) == 2)
    line = next(line for line in logs if line["event"] == "handler-failed")
    assert isinstance(line["exc_info"], ZeroDivisionError)
    assert line["exc_info"].__traceback__ is not None
    assert line["sequence"] == 1
    assert desk.seen[1].count == 2
    await until(lambda: puller.in_flight == 0)


async def test_a_nak_brings_the_message_again_after_its_delay(desk, until):
    await desk.make(ack_wait=60)
    await desk.publish(1)

    async def put_back_once(delivery):
        desk.seen.append(delivery)
        if delivery.count == 1:
            delivery.nak(0.1)
        else:
            delivery.ack()

    await desk.pull(put_back_once, ack_wait=60)
    await until(lambda: len(desk.seen) == 2)
    assert [delivery.count for delivery in desk.seen] == [1, 2]
    await desk.until_info(lambda info: info["num_ack_pending"] == 0)


async def test_a_message_is_answered_only_once(desk, until):
    await desk.make(ack_wait=60)
    await desk.publish(1)

    async def ack_and_nak(delivery):
        desk.seen.append(delivery)
        delivery.ack()
        delivery.nak(0)

    await desk.pull(ack_and_nak, ack_wait=60)
    await until(lambda: desk.seen)
    await desk.until_info(lambda info: info["num_ack_pending"] == 0)
    assert (await desk.info())["num_redelivered"] == 0
