"""A trigger, from its YAML."""

import pytest

from trigger.retry import RetryStrategy

LOG = "template: {name: start, log: {}}"


def _codes(mistakes):
    return [
        (mistake.path.removeprefix("spec.triggers[0]").lstrip("."), mistake.code)
        for mistake in mistakes
    ]


def test_a_small_trigger_has_safe_defaults(read):
    trigger, mistakes = read(LOG)

    assert mistakes == []
    assert trigger.name == "start"
    assert trigger.waits_for == ("push",)
    assert not trigger.serial
    assert trigger.retry == RetryStrategy()
    assert trigger.give_up_after == 86_400
    assert trigger.start_from is None


def test_its_own_settings_are_read(read):
    trigger, mistakes = read(
        f"{LOG}\nretryStrategy: {{steps: 3, duration: 2s}}\natLeastOnce: true\n"
        "giveUpAfter: 1h30m\nstartFrom: beginning"
    )

    assert mistakes == []
    assert trigger.serial
    assert (trigger.retry.steps, trigger.retry.duration) == (3, 2.0)
    assert trigger.give_up_after == 5400
    assert trigger.start_from == "beginning"


@pytest.mark.parametrize("start", ["now", '"2026-11-24T08:00:00Z"', '"2026-11-24T08:00:00+01:00"'])
def test_a_trigger_may_start_at_a_moment(read, start):
    trigger, mistakes = read(f"{LOG}\nstartFrom: {start}")

    assert mistakes == []
    assert trigger.start_from == (None if start == "now" else start.strip('"'))


@pytest.mark.parametrize("start", ["yesterday", '"2026-11-24"', '"2026-11-24T08:00:00"'])
def test_a_start_without_a_zone_or_sense_is_a_mistake(read, start):
    trigger, mistakes = read(f"{LOG}\nstartFrom: {start}")

    assert trigger is None
    assert _codes(mistakes) == [("startFrom", "bad-start")]


def test_a_status_policy_without_a_status_is_warned_of(read):
    text = "template: {name: start, log: {}}\npolicy: {status: {allow: [200]}}"
    trigger, mistakes = read(text)

    assert trigger is not None
    assert ("policy.status", "no-effect") in _codes(mistakes)


def test_a_status_policy_that_allows_nothing_is_a_mistake(read):
    _, mistakes = read(
        "template: {name: a, http: {url: 'http://a'}}\npolicy: {status: {allow: []}}"
    )

    assert _codes(mistakes) == [("policy.status.allow", "bad-value")]


@pytest.mark.parametrize(
    ("written", "path", "code"),
    [
        ("conditionsReset: [{byTime: {cron: x}}]", "conditionsReset[0].byTime.cron", "bad-cron"),
        (
            "conditionsReset: [{byTime: {cron: '@daily'}}]",
            "conditionsReset[0].byTime.cron",
            "bad-cron",
        ),
        (
            "conditionsReset: [{}, {byTime: {cron: 0 0 * * *, timezone: Mars/Base}}]",
            "conditionsReset[1].byTime.timezone",
            "bad-value",
        ),
        ("conditionsReset: [{byTime: {}}]", "conditionsReset[0].byTime.cron", "missing-field"),
        ("within: -1s", "within", "bad-value"),
        ("within: soon", "within", "bad-value"),
        ("onRepeat: last", "onRepeat", "bad-value"),
    ],
)
def test_a_mistake_in_how_events_wait_is_found_at_its_place(read, written, path, code):
    _, mistakes = read(f"template: {{name: start, log: {{}}, {written}}}")

    assert (f"template.{path}", code) in _codes(mistakes)


def test_how_events_wait_is_read(read):
    trigger, mistakes = read(
        "template: {name: start, log: {}, conditions: push && tag, within: 10m, onRepeat: queue,"
        " conditionsReset: [{byTime: {cron: 0 0 * * *, timezone: Europe/Berlin}}, {}]}",
        dependencies=("push", "tag"),
    )

    assert mistakes == []
    assert (trigger.waiting.within, trigger.waiting.repeat) == (600.0, "queue")
    assert [str(schedule.zone) for schedule in trigger.waiting.resets] == ["Europe/Berlin"]


@pytest.mark.parametrize(
    "written", ["within: 1m", "onRepeat: first", "conditionsReset: [{byTime: {cron: 0 0 * * *}}]"]
)
def test_how_events_wait_has_no_effect_where_none_does(read, written):
    trigger, mistakes = read(f"template: {{name: start, log: {{}}, conditions: push, {written}}}")

    assert trigger is not None
    key = written.partition(":")[0]
    assert _codes(mistakes) == [(f"template.{key}", "no-effect")]


def test_a_reset_that_never_comes_round_is_a_warning(read):
    _, mistakes = read(
        "template: {name: start, log: {}, conditions: push && tag,"
        " conditionsReset: [{byTime: {cron: 0 0 30 2 *}}]}",
        dependencies=("push", "tag"),
    )

    assert _codes(mistakes) == [("template.conditionsReset[0].byTime.cron", "no-effect")]


@pytest.mark.parametrize(
    "key",
    ["atLeastOnce", "policy", "retryStrategy", "rateLimit", "dlqTrigger", "parameters"],
)
def test_fields_that_argo_events_ignores_under_template_say_where_they_belong(read, key):
    trigger, mistakes = read(f"template: {{name: start, log: {{}}, {key}: x}}")

    assert trigger is None
    assert _codes(mistakes) == [(f"template.{key}", "misplaced-field")]
    assert "beside template" in mistakes[0].suggestion


@pytest.mark.parametrize("key", ["conditions", "name", "log", "http"])
def test_fields_of_the_template_that_stand_beside_it_say_where_they_belong(read, key):
    trigger, mistakes = read(f"{LOG}\n{key}: x")

    assert trigger is None
    assert _codes(mistakes) == [(key, "misplaced-field")]
    assert mistakes[0].suggestion == f"{key} belongs under template"


@pytest.mark.parametrize("key", ["pulsar", "custom", "openWhisk", "azureEventHubs"])
def test_actions_of_upstream_that_are_not_there_yet_are_named(read, key):
    trigger, mistakes = read(f"template: {{name: start, {key}: {{}}}}")

    assert trigger is None
    assert _codes(mistakes) == [(f"template.{key}", "not-yet")]
    assert key in mistakes[0].message


def test_an_unknown_action_gets_a_suggestion(read):
    _, mistakes = read("template: {name: start, argoworkflow: {}}")

    assert ("template.argoworkflow", "unknown-field") in _codes(mistakes)
    assert mistakes[0].suggestion == "did you mean argoWorkflow?"


def test_a_template_without_an_action_says_so(read):
    trigger, mistakes = read("template: {name: start}")

    assert trigger is None
    assert _codes(mistakes) == [("template", "no-action")]
    assert "log" in mistakes[0].suggestion


def test_several_actions_are_a_mistake(read):
    _, mistakes = read("template: {name: start, log: {}, argoWorkflow: {}}")

    assert _codes(mistakes) == [("template", "several-actions")]


def test_a_trigger_without_a_name_is_a_mistake(read):
    trigger, mistakes = read("template: {log: {}}")

    assert trigger is None
    assert _codes(mistakes) == [("template.name", "missing-field")]


def test_a_trigger_without_a_template_is_a_mistake(read):
    trigger, mistakes = read("atLeastOnce: true")

    assert trigger is None
    assert _codes(mistakes) == [("template", "missing-field")]


@pytest.mark.parametrize("text", ["[]", "just text", "null"])
def test_what_is_no_mapping_is_a_mistake(read, text):
    trigger, mistakes = read(text)

    assert trigger is None
    assert len(mistakes) == 1


def test_every_mistake_is_found_at_once(read):
    _, mistakes = read("template: {name: start, lgo: {}, policy: {}}\nretry: {}\nrateLimit: {a: 1}")

    assert len(mistakes) >= 4


def test_equal_triggers_have_equal_fingerprints(read):
    one, _ = read("template: {name: start, log: {}}")
    same, _ = read("template: {log: {}, name: start}")
    other, _ = read("template: {name: other, log: {}}")

    assert one.fingerprint == same.fingerprint != other.fingerprint


DLQ = """
template: {name: start, log: {}}
dlqTrigger:
  template: {name: rescue, log: {}}
  retryStrategy: {steps: 3, duration: 2s}
  atLeastOnce: true
"""


def test_a_dlq_trigger_is_a_trigger_of_its_own(read):
    trigger, mistakes = read(DLQ, dependencies=("push", "pull"))

    assert mistakes == []
    assert (trigger.dlq.name, trigger.dlq.retry.steps) == ("rescue", 3)
    assert trigger.dlq.dlq is None


def test_mistakes_in_a_dlq_trigger_are_found_at_their_place(read):
    trigger, mistakes = read("template: {name: a, log: {}}\ndlqTrigger: {template: {name: x}}")

    assert trigger is None
    assert _codes(mistakes) == [("dlqTrigger.template", "no-action")]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("template: {name: x, log: {}, conditions: push}", "dlqTrigger.template.conditions"),
        ("{template: {name: x, log: {}}, startFrom: beginning}", "dlqTrigger.startFrom"),
        (
            "{template: {name: x, log: {}}, dlqTrigger: {template: {name: y, log: {}}}}",
            "dlqTrigger.dlqTrigger",
        ),
    ],
)
def test_what_has_no_effect_in_a_dlq_trigger_is_a_warning(read, text, path):
    body = text if text.startswith("{") else "{" + text + "}"
    trigger, mistakes = read("template: {name: a, log: {}}\ndlqTrigger: " + body)

    assert trigger is not None
    assert _codes(mistakes) == [(path, "no-effect")]


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("{requestsPerUnit: 4}", 0.25),
        ("{unit: Minute, requestsPerUnit: 60}", 1.0),
        ("{unit: Hour, requestsPerUnit: 2}", 1800.0),
    ],
)
def test_a_rate_limit_is_seconds_between_two_attempts(read, text, interval):
    trigger, mistakes = read("template: {name: a, log: {}}\nrateLimit: " + text)

    assert mistakes == []
    assert trigger.interval == interval


def test_without_a_rate_limit_there_is_no_interval(read):
    assert read("template: {name: a, log: {}}")[0].interval == 0.0


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("{}", "rateLimit.requestsPerUnit"),
        ("{requestsPerUnit: 0}", "rateLimit.requestsPerUnit"),
        ("{requestsPerUnit: -1}", "rateLimit.requestsPerUnit"),
        ("{unit: Day, requestsPerUnit: 1}", "rateLimit.unit"),
    ],
)
def test_a_rate_limit_that_lets_nothing_through_is_a_mistake(read, text, path):
    trigger, mistakes = read("template: {name: a, log: {}}\nrateLimit: " + text)

    assert trigger is None
    assert [found for found, _ in _codes(mistakes)] == [path]


SUBMIT = """
template:
  name: start
  argoWorkflow:
    operation: submit
    source:
      resource:
        apiVersion: argoproj.io/v1alpha1
        kind: Workflow
        metadata: {generateName: a-}
        spec: {}
"""


def test_a_limit_of_workflows_at_work_is_read(read):
    trigger, mistakes = read(f"{SUBMIT}maxActive: 20")

    assert mistakes == []
    assert trigger.max_active == 20


def test_a_limit_of_workflows_needs_workflows(read):
    trigger, mistakes = read(f"{LOG}\nmaxActive: 20")

    assert trigger is None
    assert _codes(mistakes) == [("maxActive", "bad-value")]


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_a_limit_of_workflows_is_a_number_from_one_on(read, number):
    assert read(f"{SUBMIT}maxActive: {number}")[0] is None
