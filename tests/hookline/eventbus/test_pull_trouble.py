import structlog

from hookline.eventbus.slot import Slot


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
    await until(lambda: desk.connection._client is not first and desk.connection.connected)
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
