import pytest


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
