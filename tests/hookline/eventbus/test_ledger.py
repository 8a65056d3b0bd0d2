import asyncio
import time

from bus_work import a_decision, a_plan, an_event, eventually, publish, take

from hookline.decision import Verdict
from hookline.event import encode
from hookline.eventbus.ledger import audit
from hookline.eventbus.publisher import Publisher


async def sums(bus, since=None):
    counts = (await audit(bus, since)).as_json()
    return {name: count for name, count in counts.items() if count}


async def publish_as_argo(bus, body):
    await Publisher(bus.connection).publish("default.hook.push", body, {"Nats-Msg-Id": "random"})


async def test_an_empty_bus_has_an_empty_ledger(bus):
    assert await sums(bus) == {}


async def test_a_whole_history_adds_up(bus):
    await publish(bus, "before")
    bound = await bus.consumers.bind(a_plan())
    ends = [verdict for verdict in Verdict if verdict is not Verdict.RETRYING]
    for verdict in ends:
        await publish(bus, verdict.value)
        await bus.decisions.record(a_decision(verdict.value, verdict))
    await publish(bus, "forgotten", "again", "waiting")
    await bus.decisions.record(a_decision("again", Verdict.RETRYING, attempts=1))
    await publish(bus, "nobody's", name="pull")
    finished = {bound.start + number for number in range(len(ends) + 1)}
    taken = len(finished) + 1
    await take(bus, bound.consumer, taken, finish=lambda delivery: delivery.sequence in finished)
    ledger = await audit(bus)
    assert ledger.as_json() == {
        "events": 8,
        "launched": 1,
        "filtered": 1,
        "held": 1,
        "deadLettered": 1,
        "skipped": 1,
        "pending": 2,
        "unaccounted": 1,
        "duplicate": 0,
        "unmatched": 1,
        "lost": 0,
    }
    assert [gap.sequence for gap in ledger.gaps] == [max(finished)]


async def test_every_event_counts_for_every_trigger_that_wants_it(bus):
    await bus.consumers.bind(a_plan(trigger="t"))
    await bus.consumers.bind(a_plan(trigger="u"))
    await publish(bus, "1")
    await bus.decisions.record(a_decision("1", trigger="u"))
    ledger = await audit(bus)
    assert ledger.triggers == {("s", "t"): {"pending": 1}, ("s", "u"): {"launched": 1}}


async def test_a_second_message_of_one_identity_is_a_duplicate(connection, make_bus):
    config = {
        "name": "default",
        "subjects": ["default.*.*"],
        "discard": "new",
        "storage": "file",
        "duplicate_window": 100_000_000,
    }
    await connection.api("STREAM.CREATE.default", config)
    bus = await make_bus()
    await bus.consumers.bind(a_plan())
    await publish(bus, "1")

    async def stored_again():
        return not (await bus.publish_event(an_event("1"), made_id=False)).duplicate

    await eventually(stored_again)
    assert await sums(bus) == {"events": 1, "pending": 1, "duplicate": 1}


async def test_an_event_of_argo_events_is_known_by_the_id_in_its_body(bus):
    await bus.consumers.bind(a_plan())
    await publish_as_argo(bus, encode(an_event("argo-1")))
    await bus.decisions.record(a_decision("argo-1"))
    assert await sums(bus) == {"events": 1, "launched": 1}


async def test_bytes_that_are_no_event_are_known_by_their_sequence(bus):
    await bus.consumers.bind(a_plan())
    await publish_as_argo(bus, b"no event")
    dead = a_decision("sequence-1", Verdict.DEAD_LETTERED, dependency="")
    await bus.decisions.record(dead)
    assert await sums(bus) == {"events": 1, "deadLettered": 1}


async def test_since_leaves_out_what_was_stored_before(bus):
    await bus.consumers.bind(a_plan())
    await publish(bus, "1")
    assert await sums(bus, since=time.time() - 60) == {"events": 1, "pending": 1}
    assert await sums(bus, since=time.time() + 60) == {}


async def test_events_whose_decisions_may_have_been_dropped_do_not_count(make_bus):
    bus = await make_bus(decisions_max_msgs=2)
    bound = await bus.consumers.bind(a_plan())
    for event_id in "1234":
        await publish(bus, event_id)
        await bus.decisions.record(a_decision(event_id))
    await take(bus, bound.consumer, 4)
    assert await sums(bus) == {"events": 1, "launched": 1}


async def test_the_first_event_counts_though_its_decision_is_later_than_itself(bus):
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, "1")
    await bus.decisions.record(a_decision("1"))
    await take(bus, bound.consumer, 1)
    assert await sums(bus) == {"events": 1, "launched": 1}


async def test_a_missing_consumer_counts_by_the_floor_that_was_kept(bus):
    bound = await bus.consumers.bind(a_plan())
    await publish(bus, "1")
    await bus.connection.api(f"CONSUMER.DELETE.default.{bound.consumer}")
    assert await sums(bus) == {"events": 1, "pending": 1}


async def test_an_audit_under_load_never_finds_anything_unaccounted(make_bus):
    bus, worker = await make_bus(), await make_bus()
    bound = await bus.consumers.bind(a_plan())

    async def work():
        for number in range(60):
            await publish(worker, str(number))
            await worker.decisions.record(a_decision(str(number)))
            await take(worker, bound.consumer, 1)

    working = asyncio.create_task(work())
    while not working.done():
        ledger = await audit(bus)
        assert (ledger.unaccounted, ledger.lost) == (0, 0)
    await working
    assert await sums(bus) == {"events": 60, "launched": 60}
