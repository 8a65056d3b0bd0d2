from bus_work import a_plan
from msgspec.structs import replace

from hookline.eventbus import plans
from hookline.eventbus.starts import Since


def begun(*wanted, start=1):
    return plans.begin(a_plan(*wanted), "c", "made", start)


def moved(record, *wanted, consumer="c", floor=10, last=20):
    return plans.move(record, a_plan(*wanted), consumer, floor, last)


def test_subjects_are_sorted_and_each_stands_once():
    plan = a_plan("b=hook/push", "a=hook/pull", "c=hook/push")
    assert plan.subjects("default") == ("default.hook.pull", "default.hook.push")


def test_the_names_of_dependencies_do_not_change_the_consumer():
    assert a_plan("a=hook/push").consumer("default") == a_plan("b=hook/push").consumer("default")


def test_other_subjects_are_another_consumer():
    assert a_plan("hook/push").consumer("default") != a_plan("hook/pull").consumer("default")


def test_everything_counts_from_the_first_load_on():
    record = begun("hook/push", start=7)
    assert (record.start, record.floor) == (7, 6)
    assert record.dependencies == (Since("push", "hook", "push", 7),)


def test_an_unchanged_plan_only_moves_the_floor():
    record = begun("hook/push")
    assert moved(record, "hook/push", floor=0) == record
    assert moved(record, "hook/push", floor=5) == replace(record, floor=5)


def test_a_new_consumer_goes_on_at_the_floor_of_the_old_one_which_is_retired():
    record = moved(begun("hook/push"), "hook/push", "hook/pull", consumer="d")
    assert (record.consumer, record.start, record.retired) == ("d", 11, ("c",))
    assert record.dependencies == (
        Since("push", "hook", "push", 1),
        Since("pull", "hook", "pull", 11),
    )


def test_a_renamed_dependency_counts_from_now_and_its_former_name_is_kept():
    record = moved(begun("a=hook/push"), "b=hook/push")
    assert record.dependencies == (Since("b", "hook", "push", 21),)
    assert record.former == ("a",)


def test_a_name_that_comes_back_is_no_former_name():
    record = moved(moved(begun("a=hook/push"), "b=hook/push"), "a=hook/push")
    assert record.former == ("b",)


def test_going_back_to_the_old_consumer_takes_it_out_of_retirement():
    there = moved(begun("hook/push"), "hook/pull", consumer="d")
    back = moved(there, "hook/push", consumer="c", floor=15)
    assert (back.consumer, back.retired) == ("c", ("d",))


def test_a_floor_never_falls():
    assert moved(replace(begun("hook/push"), floor=30), "hook/push", floor=5).floor == 30


def test_in_a_stream_that_was_made_anew_everything_counts():
    record = plans.anew(replace(begun("hook/push", start=50), retired=("x",)), "later", 3)
    assert (record.stream, record.start, record.floor, record.retired) == ("later", 3, 2, ())
    assert record.dependencies == (Since("push", "hook", "push", 3),)
