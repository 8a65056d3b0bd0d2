"""How one more event changes what a join holds."""

from hookline.eventbus.joins import Dropped, Firing, Hand, Member
from hookline.manifest import Document, Place
from sensor.hand import entered
from trigger.conditions import read_conditions

EMPTY = Hand(sensor="s", trigger="t")


def member(text, sequence):
    return Member(dependency=text[0], sequence=sequence, source="s", event=text[0], event_id=text)


def condition(text, names=("a", "b", "c")):
    return read_conditions(text, names, Place(Document("f", 1, {})))


def play(text, *members, hand=EMPTY):
    for each in members:
        hand = entered(hand, each, condition(text), f"key of {each.event_id}")
    return hand


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
    assert entered(hand, member("a1", 1), condition("a && b"), "k") is hand
    assert entered(hand, member("a1", 9), condition("a && b"), "k") is hand


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
