"""How one more event changes what a join holds."""

from msgspec.structs import replace

from hookline.eventbus.joins import Dropped, Firing, Hand, Member
from hookline.language.cron import parse_schedule
from hookline.manifest import Document, Place
from sensor.hand import QUEUE, entered, expired, ripened
from trigger.conditions import read_conditions
from trigger.waiting import Waiting

EMPTY = Hand(sensor="s", trigger="t")


def member(text, sequence):
    return Member(dependency=text[0], sequence=sequence, source="s", event=text[0], event_id=text)


def condition(text, names=("a", "b", "c")):
    return read_conditions(text, names, Place(Document("f", 1, {})))


def play(text, *members, hand=EMPTY, waiting=Waiting()):  # noqa: B008 - it is frozen
    for each in members:
        hand = entered(hand, each, condition(text), waiting)
        hand = ripened(hand, each, condition(text), lambda m: f"key of {m.event_id}")
    return hand


def at(text, stored_at):
    return replace(member(text, int(stored_at)), stored_at=float(stored_at))


def names(members):
    return [m.event_id for m in members]


def dropped(hand):
    return [(each.member.event_id, each.reason) for each in hand.dropped]


def test_a_first_event_is_held():
    a = member("a1", 1)
    assert play("a && b", a) == Hand(sensor="s", trigger="t", members=(a,))


def test_the_last_missing_event_makes_it_due_with_all_held():
    a, b = member("a1", 1), member("b1", 2)
    hand = play("a && b", a, b)
    assert hand.members == ()
    assert hand.firing == Firing(members=(a, b), dependency="b", key="key of b1")
    assert hand.firing.delivered == b


def test_a_later_event_takes_the_place_of_an_earlier_one():
    old, new = member("a1", 1), member("a2", 2)
    hand = play("a && b", old, new)
    assert hand.members == (new,)
    assert hand.dropped == (Dropped(old, "superseded"),)


def test_a_lower_sequence_never_takes_the_place_of_a_higher_one():
    new, old = member("a2", 2), member("a1", 1)
    hand = play("a && b", new, old)
    assert hand.members == (new,)
    assert hand.dropped == (Dropped(old, "superseded"),)


def test_an_event_that_is_held_already_changes_nothing():
    hand = play("a && b", member("a1", 1))
    for again in (member("a1", 1), member("a1", 9)):
        assert entered(hand, again, condition("a && b"), Waiting()) is hand
    assert ripened(hand, member("a1", 1), condition("a && b"), str) is hand


def test_who_left_in_the_last_change_is_forgotten_with_the_next():
    hand = play("a && b && c", member("a1", 1), member("a2", 2), member("b1", 3))
    assert hand.dropped == ()


def test_an_alternative_fires_with_what_is_held_and_clears_it():
    a, c = member("a1", 1), member("c1", 2)
    hand = play("(a && b) || c", a, c)
    assert hand.firing.members == (a, c)
    assert hand.members == ()


def test_members_that_the_condition_does_not_know_are_left_alone():
    foreign = member("z1", 1)
    hand = play(
        "a && b",
        member("a1", 2),
        member("b1", 3),
        hand=Hand(sensor="s", trigger="t", members=(foreign,)),
    )
    assert hand.members == (foreign,)
    assert foreign not in hand.firing.members


def test_within_lets_go_who_was_stored_too_long_before_the_latest():
    hand = play("a && b", at("a1", 100), at("b1", 160), waiting=Waiting(within=60))
    assert (names(hand.members), dropped(hand)) == (["b1"], [("a1", "expired")])
    hand = play("a && b", at("a1", 100), at("b1", 159), waiting=Waiting(within=60))
    assert names(hand.firing.members) == ["a1", "b1"]


def test_a_reset_between_two_events_keeps_them_apart():
    daily = Waiting(resets=(parse_schedule("0 0 * * *"),))
    hand = play("a && b", at("a1", 86_399), at("b1", 86_400), waiting=daily)
    assert (names(hand.members), dropped(hand)) == (["b1"], [("a1", "reset")])
    hand = play("a && b", at("a1", 86_400), at("b1", 172_799), waiting=daily)
    assert names(hand.firing.members) == ["a1", "b1"]


def test_an_event_that_comes_late_from_before_the_reset_is_let_go_itself():
    daily = Waiting(resets=(parse_schedule("0 0 * * *"),))
    hand = play("a && b", at("b1", 86_500), at("a1", 86_300), waiting=daily)
    assert (names(hand.members), dropped(hand)) == (["b1"], [("a1", "reset")])


def test_what_comes_first_of_a_reset_and_an_expiry_is_the_reason():
    both = Waiting(resets=(parse_schedule("0 0 * * *"),), within=50_000)
    assert both.end(86_000.0) == (86_400.0, "reset")
    assert both.end(10_000.0) == (60_000.0, "expired")
    assert Waiting().end(1.0) is None


def test_an_event_whose_time_is_not_known_waits_for_ever():
    hand = play("a && b", member("a1", 1), at("b1", 900), waiting=Waiting(within=60))
    assert names(hand.firing.members) == ["a1", "b1"]


def test_time_alone_lets_go_too():
    hand = play("a && b", at("a1", 100))
    assert expired(hand, condition("a && b"), Waiting(within=60), 159.0) is hand
    gone = expired(hand, condition("a && b"), Waiting(within=60), 160.0)
    assert (gone.members, dropped(gone)) == ((), [("a1", "expired")])


def test_the_first_event_counts_where_the_manifest_says_so():
    hand = play("a && b", at("a1", 1), at("a2", 2), waiting=Waiting(repeat="first"))
    assert (names(hand.members), dropped(hand)) == (["a1"], [("a2", "repeated")])


def test_a_queue_pairs_the_first_with_the_first():
    queue = Waiting(repeat="queue")
    hand = play("a && b", at("a1", 1), at("a2", 2), at("a3", 3), at("b1", 4), waiting=queue)
    assert names(hand.firing.members) == ["a1", "b1"]
    assert names(hand.members) == ["a2", "a3"]
    hand = play("a && b", at("b2", 5), hand=replace(hand, firing=None), waiting=queue)
    assert names(hand.firing.members) == ["a2", "b2"]
    assert hand.firing.key == "key of b2"


def test_a_full_queue_lets_the_oldest_go():
    many = [at(f"a{n}", n) for n in range(1, QUEUE + 2)]
    hand = play("a && b", *many, waiting=Waiting(repeat="queue"))
    assert len(hand.members) == QUEUE
    assert dropped(hand) == [("a1", "superseded")]


def test_what_an_edit_leaves_of_a_queue_is_brought_to_the_new_rule():
    hand = play("a && b", at("a1", 1), at("a2", 2), waiting=Waiting(repeat="queue"))
    hand = play("a && b", at("a3", 3), hand=hand)
    assert names(hand.members) == ["a3"]
    assert dropped(hand) == [("a1", "superseded"), ("a2", "superseded")]


def test_an_earlier_event_of_a_queue_that_is_due_is_the_one_that_fires():
    queue = Waiting(repeat="queue")
    held = play("a && c", at("c1", 1), waiting=queue)
    hand = play("(a && b) || c", at("c2", 2), hand=held, waiting=queue)
    assert (hand.firing.delivered.event_id, hand.firing.key) == ("c1", "key of c1")
    assert names(hand.members) == ["c2"]
