import asyncio


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
