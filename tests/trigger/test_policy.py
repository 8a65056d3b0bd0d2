"""Which answers and which labels count as done."""

import pytest

from trigger.policy import PolicyBlock, allowed, label_wait
from trigger.retry import RetryStrategy

LOG = "log: {}"
K8S = "k8s: {source: {resource: {apiVersion: v1, kind: Pod, metadata: {generateName: a-}}}}"
GONE = (
    "k8s: {operation: delete, source: {resource: {apiVersion: v1, kind: Pod, metadata: {name: a}}}}"
)


def _text(action, policy):
    return f"template: {{name: start, {action}}}\npolicy: {policy}"


@pytest.mark.parametrize(
    ("raw", "result"),
    [
        ({}, None),
        ({"status": {"allow": [200, 404, 200]}}, frozenset({200, 404})),
    ],
)
def test_the_statuses_that_are_named_are_allowed(place, raw, result):
    assert allowed(PolicyBlock.read(raw, place)) == result
    assert place.mistakes == []


def test_without_a_policy_nothing_is_asked(place):
    assert allowed(None) is None
    assert label_wait(None, place) is None
    assert label_wait(PolicyBlock.read({}, place), place) is None


def test_labels_are_waited_for_as_upstream_does_by_default(place):
    wait = label_wait(PolicyBlock.read({"k8s": {"labels": {"a": "b"}}}, place), place)

    assert (wait.labels, wait.required) == ({"a": "b"}, False)
    assert wait.backoff == RetryStrategy(duration=1.0, factor=1.0, jitter=1.0, steps=5)
    assert place.mistakes == []


def test_a_backoff_says_how_often_is_looked(place):
    backoff = {"duration": "10s", "factor": 2, "jitter": 0.5, "steps": 8}
    raw = {"labels": {"a": "b"}, "backoff": backoff, "errorOnBackoffTimeout": True}
    wait = label_wait(PolicyBlock.read({"k8s": raw}, place), place)

    assert wait.required
    assert wait.backoff == RetryStrategy(duration=10.0, factor=2.0, jitter=0.5, steps=8)
    assert place.mistakes == []


@pytest.mark.parametrize(
    "backoff",
    [
        {"duration": "60s", "steps": 100},
        {"duration": "10s", "factor": 3, "steps": 8},
        {"steps": 10**9},
        {"duration": "1us", "factor": 1e300, "steps": 10**9},
    ],
)
def test_a_backoff_of_more_than_an_hour_is_warned_of(place, backoff):
    raw = {"labels": {"a": "b"}, "backoff": backoff}
    label_wait(PolicyBlock.read({"k8s": raw}, place), place / "policy")

    assert [(each.path, each.level, each.code) for each in place.mistakes] == [
        ("policy.k8s.backoff", "warning", "no-effect")
    ]


@pytest.mark.parametrize(
    ("policy", "path", "code"),
    [
        ("{k8s: {}}", "k8s.labels", "missing-field"),
        ("{k8s: {labels: {}}}", "k8s.labels", "bad-value"),
        ("{k8s: {labels: {a: true}}}", "k8s.labels.a", "bad-type"),
        ("{k8s: {labels: {a: b}, backoff: {step: 3}}}", "k8s.backoff.step", "unknown-field"),
        ("{k8s: {labels: {a: b}, errorOnTimeout: true}}", "k8s.errorOnTimeout", "unknown-field"),
    ],
)
def test_mistakes_are_found_when_the_manifest_loads(read, policy, path, code):
    trigger, mistakes = read(_text(K8S, policy))

    assert trigger is None
    assert [(each.path, each.code) for each in mistakes] == [
        (f"spec.triggers[0].policy.{path}", code)
    ]


@pytest.mark.parametrize("action", [LOG, "http: {url: 'http://a'}"])
def test_labels_of_what_makes_no_object_are_warned_of(read, action):
    trigger, mistakes = read(_text(action, "{k8s: {labels: {a: b}}}"))

    assert trigger is not None
    assert [(each.path, each.code) for each in mistakes] == [
        ("spec.triggers[0].policy.k8s", "no-effect")
    ]


def test_labels_of_what_is_deleted_are_warned_of(read):
    trigger, mistakes = read(_text(GONE, "{k8s: {labels: {a: b}}}"))

    assert trigger is not None
    assert [(each.path, each.code) for each in mistakes] == [
        ("spec.triggers[0].template.k8s.operation", "no-effect")
    ]


def test_a_policy_changes_nothing_in_what_is_made(read, event, due):
    happened = event({})
    orders = [
        trigger.launcher.order({"push": happened}, due(happened)).object
        for trigger, _ in (read(_text(K8S, policy)) for policy in ("{}", "{k8s: {labels: {a: b}}}"))
    ]

    assert orders[0] == orders[1]
