"""The names are frozen: another name is another object, so an update would fire events again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hookline import names

IDENTITY = "3n7wu76dlvq3dulefs6f6vxlp5"
DUE = "3xvhfhoizxjpdjqimqf4axhjsu"
DNS_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
LABEL = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?")


def test_the_hash_of_parts_is_frozen():
    assert names.fingerprint("a", "b") == "hsovsecfxsehn6oqhgn37mc4nj"
    assert names.fingerprint() == "4oymiquy7qobjgx36tejs35zeq"
    assert names.fingerprint("a", "b", length=16) == "hsovsecfxsehn6oq"


def test_the_identity_of_an_event_is_frozen():
    assert names.identity("default", "webhook", "push", "42") == IDENTITY


def test_what_fires_once_is_frozen():
    assert names.due(IDENTITY, "s", "t", "dep") == DUE
    assert names.dlq_due(DUE) == "xnwpa5353fa36hjdromotcyh6i"


def test_streams_and_buckets_are_frozen():
    assert names.event_stream("argo") == "default"
    assert names.event_subject("argo", "webhook", "push") == "default.webhook.push"
    assert names.decisions_stream("argo") == "hookline-decisions"
    assert names.dead_letters_stream("argo") == "hookline-deadletters"
    assert names.bucket("argo", "starts") == "hookline-starts"


def test_the_own_namespace_has_the_plain_names_whatever_it_is_called():
    assert names.event_stream("argo", home="argo") == "default"
    assert names.event_stream("default", home="default") == "default"


def test_another_namespace_has_names_of_its_own():
    assert names.event_stream("x", home="argo") == "default-x"
    assert names.event_stream("default", home="argo") == "default-default"
    assert names.event_subject("x", "webhook", "push", home="argo") == "default-x.webhook.push"
    assert names.decisions_stream("x", home="argo") == "hookline-decisions-x"
    assert names.dead_letters_stream("x", home="argo") == "hookline-deadletters-x"
    assert names.bucket("x", "joins", home="argo") == "hookline-joins-x"


def test_the_subjects_of_decisions_are_frozen():
    prefix = names.decision_prefix("hookline-decisions", "42", "webhook", "push")
    assert prefix == "hookline-decisions.5xn2f6ypl4nxrmxm.cvdymjrn25uqgkmc"
    assert names.decision_subject(prefix, "s", "t", "dep") == f"{prefix}.27clwpxv7acqyy3k"


def test_an_id_alone_is_the_beginning_of_the_subjects_of_its_decisions():
    alone = names.decision_prefix("hookline-decisions", "42")
    assert names.decision_prefix("hookline-decisions", "42", "a", "b").startswith(f"{alone}.")


def test_keys_and_consumers_are_frozen():
    assert names.OWNER_KEY == "owner"
    assert names.trigger_key("s", "t") == "trigger.izmyppuwazzhagmr7kl7gwvu3y"
    assert names.sensor_key("s") == "sensor.js5elehqgghr5sgzm7h56aheoa"
    assert names.dead_letter_subject("hookline-deadletters", "s", "t") == (
        "hookline-deadletters.izmyppuwazzhagmr"
    )
    assert names.consumer("s", "t", ("default.a.b", "default.a.c")) == (
        "hookline-izmyppuwazzhagmr-rpc6iltdje3ggdev"
    )


def test_a_consumer_keeps_its_name_when_its_subjects_are_sorted_otherwise():
    assert names.consumer("s", "t", ("b", "a")) == names.consumer("s", "t", ("a", "b"))


def test_object_names_are_frozen():
    assert names.object_name("coinflip-recursive-", DUE) == f"coinflip-recursive-{DUE}"
    assert names.object_name("", DUE) == DUE
    assert names.object_name("Build Of_X", DUE) == f"build-of-x-{DUE}"
    assert names.object_name("cron-" * 10, DUE, names.CRON_WORKFLOW_NAME_LIMIT) == (
        f"cron-cron-cron-cron-cron-{DUE}"
    )


def test_label_values_are_frozen():
    assert names.label_value("ok") == "ok"
    assert names.label_value("") == ""
    assert names.label_value("a b") == "a-b-nnp3rvjsc6be6amj"
    assert names.label_value("ééé") == "pc43k6dwptpyyast"


@pytest.mark.parametrize(
    ("one", "other"),
    [(("a", "b"), ("ab", "")), (("a", "b"), ("ab",)), (("",), ()), (("a", ""), ("", "a"))],
)
def test_no_two_lists_of_parts_share_a_hash(one, other):
    assert names.fingerprint(*one) != names.fingerprint(*other)


@given(st.text(max_size=90), st.sampled_from([52, 63]))
def test_an_object_name_keeps_to_its_limit_and_ends_in_the_hash(prefix, limit):
    name = names.object_name(prefix, DUE, limit)
    assert len(name) <= limit
    assert name.endswith(DUE)
    assert DNS_NAME.fullmatch(name.replace(".", "-"))


@given(st.text(max_size=90))
def test_a_label_value_is_one_that_kubernetes_takes(text):
    assert len(names.label_value(text)) <= names.LABEL_LIMIT
    assert LABEL.fullmatch(names.label_value(text))


@given(st.text(min_size=1, max_size=90), st.text(min_size=1, max_size=90))
def test_two_texts_never_share_a_label_value(one, other):
    assert (names.label_value(one) == names.label_value(other)) == (one == other)
