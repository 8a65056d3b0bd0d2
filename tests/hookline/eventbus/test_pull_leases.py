from hookline.eventbus.lease import now


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
