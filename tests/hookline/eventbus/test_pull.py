import asyncio
from datetime import datetime

import pytest
import structlog

from hookline.eventbus.lease import now
from hookline.eventbus.publisher import Publisher
from hookline.eventbus.pull import Puller
from hookline.eventbus.slot import Slot

SECOND = 1_000_000_000
MADE = {"Hookline-Id": "made"}


class Desk:
    """A stream and a consumer, and handlers that note what they get."""

    def __init__(self, connection):
        self.connection = connection
        self.publisher = Publisher(connection)
        self.pullers = []
        self.seen = []
        self.open = asyncio.Event()
        self.held = 0
        self.most = 0

    async def make(self, ack_wait=10.0, **config):
        stream = {"name": "s", "subjects": ["s.>"], "storage": "file"}
        await self.connection.api("STREAM.CREATE.s", stream)
        await self.make_consumer(ack_wait, **config)

    async def make_consumer(self, ack_wait=10.0, **config):
        consumer = {
            "durable_name": "c",
            "ack_policy": "explicit",
            "ack_wait": int(ack_wait * SECOND),
            "max_deliver": -1,
            "deliver_policy": "all",
            **config,
        }
        body = {"stream_name": "s", "config": consumer}
        await self.connection.api("CONSUMER.CREATE.s.c", body)

    async def publish(self, count=1, headers=MADE):
        for number in range(count):
            await self.publisher.publish("s.a", b"%d" % number, headers)

    async def pull(self, handle, limit=lambda: 8, connection=None, ack_wait=10.0):
        puller = Puller(connection or self.connection, "s", "c", handle, limit, ack_wait)
        await puller.start()
        self.pullers.append(puller)
        return puller

    async def ack(self, delivery):
        self.seen.append(delivery)
        delivery.ack()

    async def keep(self, delivery):
        """Hold the message until the desk is opened, then acknowledge."""
        self.seen.append(delivery)
        self.held += 1
        self.most = max(self.most, self.held)
        await self.open.wait()
        self.held -= 1
        delivery.ack()

    async def leave(self, delivery):
        """End at once without a word."""
        self.seen.append(delivery)

    async def info(self):
        return await self.connection.api("CONSUMER.INFO.s.c")

    async def until_info(self, condition):
        end = now() + 30
        while not condition(info := await self.info()):
            assert now() < end, info
            await asyncio.sleep(0.02)


@pytest.fixture
async def desk(connection):
    desk = Desk(connection)
    yield desk
    await asyncio.gather(*(puller.stop(0) for puller in desk.pullers))


@pytest.fixture
async def make_desk(desk, make_connection):
    """Another worker: the same consumer over a connection of its own."""
    others = []

    async def make():
        others.append(Desk(await make_connection()))
        return others[-1]

    yield make
    for other in others:
        await asyncio.gather(*(puller.stop(0) for puller in other.pullers))


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


# May it be a repeat?


async def test_a_fresh_message_with_an_id_of_our_own_is_no_repeat(desk, until):
    await desk.make()
    await desk.pull(desk.ack)
    await desk.publish(1)
    await until(lambda: desk.seen)
    assert not desk.seen[0].may_repeat


@pytest.mark.parametrize("headers", [None, {"Hookline-Id": "sender"}])
async def test_a_message_with_the_senders_id_may_be_a_repeat(headers, desk, until):
    await desk.make()
    await desk.pull(desk.ack)
    await desk.publish(1, headers)
    await until(lambda: desk.seen)
    assert desk.seen[0].may_repeat


async def test_what_was_in_the_stream_when_the_puller_bound_may_be_a_repeat(desk, until):
    await desk.make()
    await desk.publish(2)
    await desk.pull(desk.ack)
    await until(lambda: len(desk.seen) == 2)
    await desk.publish(1)
    await until(lambda: len(desk.seen) == 3)
    assert [delivery.may_repeat for delivery in desk.seen] == [True, True, False]


async def test_a_second_delivery_may_be_a_repeat(desk, until):
    await desk.make(ack_wait=60)

    async def put_back_once(delivery):
        desk.seen.append(delivery)
        delivery.nak(0) if delivery.count == 1 else delivery.ack()

    await desk.pull(put_back_once, ack_wait=60)
    await desk.publish(1)
    await until(lambda: len(desk.seen) == 2)
    assert [delivery.may_repeat for delivery in desk.seen] == [False, True]


async def test_what_comes_back_after_a_kill_of_the_server_may_be_a_repeat_whatever_its_count(
    desk, nats_server, until
):
    # nats-server writes acknowledgements to the disk a little later: a kill forgets the last ones,
    # and what was acknowledged comes again as if for the first time.
    await desk.make()
    puller = await desk.pull(desk.ack)
    await desk.publish(50)
    await until(lambda: len(desk.seen) == 50)
    await desk.until_info(lambda info: info["num_ack_pending"] == 0)
    nats_server.kill()
    await until(lambda: not desk.connection.connected)
    nats_server.start()
    await until(lambda: puller.problem is None and desk.connection.problem is None)
    await desk.publish(1)
    await until(lambda: any(delivery.sequence == 51 for delivery in desk.seen))
    again = [delivery for delivery in desk.seen[50:] if delivery.sequence <= 50]
    assert again
    assert 1 in {delivery.count for delivery in again}
    assert all(delivery.may_repeat for delivery in again)
    assert not desk.seen[-1].may_repeat


# The lease


async def test_a_held_message_stays_ours_far_beyond_its_ack_wait(desk, make_desk, until):
    await desk.make(ack_wait=1)
    await desk.publish(1)
    await desk.pull(desk.keep, limit=lambda: 1, ack_wait=1)
    await until(lambda: desk.seen)
    other = await make_desk()
    await other.pull(other.ack, ack_wait=1)
    end = now() + 3
    await until(lambda: now() > end)
    assert desk.seen[0].lease_is_live()
    assert other.seen == []
    desk.open.set()
    await desk.until_info(lambda info: info["num_ack_pending"] == 0)


async def test_a_lease_starts_with_the_pull_that_brought_the_message(desk, until):
    await desk.make(ack_wait=10)
    puller = await desk.pull(desk.keep)
    sent = puller._slots[0].sent
    await desk.publish(1)
    await until(lambda: desk.seen)
    assert desk.seen[0]._lease._ends == sent + 10


async def test_a_message_that_went_to_another_worker_is_no_longer_ours_and_never_again(
    desk, make_desk, until
):
    await desk.make(ack_wait=1)
    await desk.publish(1)
    puller = await desk.pull(desk.keep, limit=lambda: 1, ack_wait=1)
    puller._keeper.cancel()  # this worker hangs: nothing keeps its lease
    await until(lambda: desk.seen)
    ours = desk.seen[0]
    other = await make_desk()
    await other.pull(other.keep, limit=lambda: 1, ack_wait=1)
    await until(lambda: other.seen)
    assert not ours.lease_is_live()
    assert other.seen[0].lease_is_live()
    assert other.seen[0].may_repeat
    # nats-server answers an in-progress ack of the first holder all the same.
    answer = await desk.connection.ask(ours._reply, b"+WPI", 5)
    assert answer.headers is None
    ours._lease.prolong(now())
    assert not ours.lease_is_live()
    # What the first holder puts back is not taken from the second.
    ours.nak(0)
    assert (await desk.info())["num_ack_pending"] == 1
    assert other.seen[0].count == 2
    other.open.set()
    await desk.until_info(lambda info: info["num_ack_pending"] == 0)


async def test_a_hung_server_ends_the_lease_and_the_answer_that_comes_late_does_not_revive_it(
    desk, nats_server, until
):
    await desk.make(ack_wait=1)
    await desk.publish(1)
    await desk.pull(desk.keep, limit=lambda: 1, ack_wait=1)
    await until(lambda: desk.seen)
    held = desk.seen[0]
    nats_server.pause()
    await until(lambda: not held.lease_is_live())
    nats_server.resume()
    assert await desk.connection.api("INFO")  # what was asked before has been answered by now
    assert not held.lease_is_live()


async def test_a_second_delivery_of_a_held_message_only_replaces_where_it_is_answered(desk, until):
    await desk.make(ack_wait=1)
    await desk.publish(1)
    puller = await desk.pull(desk.keep, limit=lambda: 2, ack_wait=1)
    await until(lambda: desk.seen)
    held = desk.seen[0]
    reply = held._reply
    held._prolonged = now() + 60  # as if in-progress acks were lost
    await until(lambda: held._reply != reply)
    assert len(desk.seen) == 1
    assert puller.in_flight == 1
    assert not held.lease_is_live()
    desk.open.set()
    await desk.until_info(lambda info: info["num_ack_pending"] == 0)


async def test_a_pull_waits_for_a_fifth_of_the_lease_at_most(desk):
    await desk.make()
    puller = await desk.pull(desk.keep)
    assert {slot._expires for slot in puller._slots} == {2}


# Trouble


async def test_pulling_goes_on_soon_after_the_server_was_killed(desk, nats_server, until):
    await desk.make()
    puller = await desk.pull(desk.ack)
    await desk.publish(1)
    await until(lambda: len(desk.seen) == 1)
    nats_server.kill()
    await until(lambda: puller.problem is not None)
    nats_server.start()
    await until(lambda: desk.connection.connected)
    await desk.publish(1)
    await until(lambda: any(delivery.sequence == 2 for delivery in desk.seen))
    await until(lambda: puller.problem is None)


async def test_pulling_goes_on_over_a_client_that_was_closed_for_good(desk, until):
    await desk.make()
    puller = await desk.pull(desk.ack)
    await desk.publish(1)
    await until(lambda: len(desk.seen) == 1)
    first = desk.connection._client
    first.send(b"NONSENSE\r\n")
    await until(lambda: first.is_closed)
    await until(lambda: puller.problem is None)
    await desk.publish(1)
    await until(lambda: any(delivery.sequence == 2 for delivery in desk.seen))


async def test_an_acknowledgement_without_a_connection_is_lost_and_the_message_comes_again(
    desk, nats_server, until
):
    await desk.make(ack_wait=1)
    puller = await desk.pull(desk.keep, limit=lambda: 1, ack_wait=1)
    await desk.publish(1)
    await until(lambda: desk.seen)
    nats_server.kill()
    await until(lambda: not desk.connection.connected)
    desk.open.set()
    await until(lambda: puller.in_flight == 0)
    nats_server.start()
    await until(lambda: len(desk.seen) == 2)
    assert desk.seen[1].may_repeat
    await desk.until_info(lambda info: info["num_ack_pending"] == 0)


async def test_a_missing_consumer_is_a_problem_until_it_is_made(desk, until):
    await desk.make()
    await desk.connection.api("CONSUMER.DELETE.s.c")
    puller = await desk.pull(desk.ack, ack_wait=1)
    assert "consumer not found" in puller.problem
    await desk.make_consumer()
    await desk.publish(1)
    await until(lambda: desk.seen)
    assert puller.problem is None


async def test_a_consumer_that_is_deleted_under_a_waiting_pull_is_a_problem_at_once(desk, until):
    await desk.make()
    puller = await desk.pull(desk.ack, ack_wait=1)
    await desk.until_info(lambda info: info["num_waiting"] == 1)
    with structlog.testing.capture_logs() as logs:
        await desk.connection.api("CONSUMER.DELETE.s.c")
        await until(lambda: logs)
    assert logs[0]["problem"] == "consumer c: Consumer Deleted (409)"
    await until(lambda: puller.problem == "consumer c: consumer not found")
    await desk.make_consumer()
    await desk.publish(1)
    await until(lambda: desk.seen)


async def test_a_pull_that_is_never_answered_is_replaced(desk, until, monkeypatch):
    monkeypatch.setattr("hookline.eventbus.slot._GRACE", -0.15)
    await desk.make()
    puller = await desk.pull(desk.ack, ack_wait=1)
    old = puller._slots[0]
    await until(lambda: old not in puller._slots and puller.problem is None)
    await desk.publish(1)
    await until(lambda: desk.seen)


async def test_an_answer_to_an_older_pull_does_not_end_the_present_one(desk):
    ends = []
    await desk.make()
    slot = Slot(
        desk.connection, "$JS.API.CONSUMER.MSG.NEXT.s.c", 2, print, lambda *end: ends.append(end)
    )
    await slot.open()
    slot.pull(3)
    slot.pull(3)
    slot._arrived(f"{slot._inbox}1".encode(), b"", b"", b"NATS/1.0 408 Request Timeout\r\n\r\n")
    assert (slot.left, ends) == (3, [])
    slot._arrived(f"{slot._inbox}2".encode(), b"", b"", b"NATS/1.0 408 Request Timeout\r\n\r\n")
    assert (slot.left, ends) == (0, [(slot, 408, "Request Timeout")])
    await slot.close()


# The end


async def test_a_stop_waits_for_what_is_held_and_pulls_nothing_more(desk, until):
    await desk.make()
    await desk.publish(2)
    puller = await desk.pull(desk.keep, limit=lambda: 2)
    await until(lambda: desk.held == 2)
    stopping = asyncio.ensure_future(puller.stop(60))
    await desk.publish(3)
    desk.open.set()
    await stopping
    assert len(desk.seen) == 2
    await desk.until_info(lambda info: info["num_ack_pending"] == 0 and info["num_pending"] == 3)
    assert (await desk.info())["num_waiting"] == 0


async def test_what_a_last_pull_brings_to_a_stopping_puller_goes_to_another_worker(
    desk, make_desk, until
):
    await desk.make(ack_wait=60)
    puller = await desk.pull(desk.keep, limit=lambda: 5, ack_wait=60)
    await until(lambda: puller._slots[0].left == 5)
    stopping = asyncio.ensure_future(puller.stop(60))
    await asyncio.sleep(0)
    await desk.publish(3)
    other = await make_desk()
    await other.pull(other.ack, ack_wait=60)
    await until(lambda: len(other.seen) == 3)
    await stopping
    assert desk.seen == []


async def test_what_is_held_at_the_deadline_is_cancelled_and_put_back(desk, make_desk, until):
    await desk.make(ack_wait=60)
    await desk.publish(1)
    puller = await desk.pull(desk.keep, limit=lambda: 1, ack_wait=60)
    await until(lambda: desk.held == 1)
    await puller.stop(0.05)
    assert puller.in_flight == 0
    other = await make_desk()
    await other.pull(other.ack, ack_wait=60)
    await until(lambda: other.seen)
    assert other.seen[0].count == 2


async def test_a_stopped_puller_leaves_no_task_and_no_inbox(desk, until):
    await desk.make()
    await until(lambda: desk.connection.problem is None)
    before = asyncio.all_tasks()
    inboxes = len(desk.connection._listeners)
    puller = await desk.pull(desk.ack)
    await puller.stop(10)
    await until(lambda: asyncio.all_tasks() <= before)
    assert len(desk.connection._listeners) == inboxes
    assert desk.connection._callbacks == []
    desk.pullers.clear()
