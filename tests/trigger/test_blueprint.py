"""Objects that events fill: templates first, then parameters."""

import pytest

from hookline.errors import PermanentError
from hookline.manifest import Document, Place
from trigger.action import Setting
from trigger.blueprint import compile_blueprint
from trigger.parameters import ParameterBlock


@pytest.fixture
def compiled():
    def _compiled(tree, *parameters, dependencies=("push",)):
        place = Place(Document("f", 1, {}))
        blocks = [ParameterBlock.read(raw, place / "parameters" / 0) for raw in parameters]
        at = Setting("web", "start", "default", dependencies)
        source, written = place / "source" / "resource", place / "parameters"
        return compile_blueprint((tree, source), (blocks, written), at), place.mistakes

    return _compiled


def _parameter(key, dest, **fields):
    return {"src": {"dependencyName": "push", "dataKey": key}, "dest": dest, **fields}


def test_templates_and_parameters_meet_in_one_object(compiled, event):
    blueprint, mistakes = compiled(
        {"spec": {"a": "${{ $.push.a }}", "b": "old"}}, _parameter("b", "spec.b")
    )
    assert mistakes == []

    assert blueprint.draw({"push": event({"a": 1, "b": 2})}) == {"spec": {"a": 1, "b": "2"}}


def test_parameters_work_on_what_the_templates_made(compiled, event):
    append = _parameter("b", "spec.a", operation="append")
    blueprint, _ = compiled({"spec": {"a": "${{ $.push.a }}-"}}, append)

    assert blueprint.draw({"push": event({"a": "x", "b": "y"})}) == {"spec": {"a": "x-y"}}


def test_a_template_reads_the_attributes_of_an_event(compiled, event):
    blueprint, _ = compiled({"id": "${{ $.context.push.id }}"})

    assert blueprint.draw({"push": event({}, "abc")}) == {"id": "abc"}


def test_each_event_gets_an_object_of_its_own(compiled, event):
    tree = {"list": [{"a": "old"}], "keep": {"x": [1]}}
    blueprint, _ = compiled(tree, _parameter("a", "list.0.a"))
    first = blueprint.draw({"push": event({"a": "1"})})
    first["keep"]["x"].append(2)
    second = blueprint.draw({"push": event({"a": "2"})})

    assert first["list"][0]["a"] == "1"
    assert second == {"list": [{"a": "2"}], "keep": {"x": [1]}}
    assert tree["list"][0]["a"] == "old"


def test_a_missing_path_of_a_template_is_permanent(compiled, event):
    blueprint, _ = compiled({"a": "${{ $.push.nothing }}"})

    with pytest.raises(PermanentError) as caught:
        blueprint.draw({"push": event({"nothing_else": 1})})
    assert caught.value.reason == "Parameter"


def test_a_template_of_a_dependency_without_an_event_takes_its_default(compiled, event):
    tree = {"a": "${{ $.pull.x | default('none') }}"}
    blueprint, mistakes = compiled(tree, dependencies=("push", "pull"))

    assert mistakes == []
    assert blueprint.draw({"push": event({})}) == {"a": "none"}


def test_an_event_that_is_no_json_fails_only_where_it_is_read(compiled, event):
    plain, _ = compiled({"a": 1})
    reading, _ = compiled({"a": "${{ $.push.x }}"})

    assert plain.draw({"push": event(b"no json")}) == {"a": 1}
    with pytest.raises(PermanentError):
        reading.draw({"push": event(b"no json")})


def test_parameters_run_in_their_order(compiled, event):
    blueprint, _ = compiled({}, _parameter("a", "x"), _parameter("b", "x", operation="append"))

    assert blueprint.draw({"push": event({"a": "1", "b": "2"})}) == {"x": "12"}


@pytest.mark.parametrize(
    ("tree", "dependencies", "code"),
    [
        ({"a": "${{ $.pull.x }}"}, ("push",), "unknown-dependency"),
        ({"a": "${{ $.context.pull.id }}"}, ("push",), "unknown-dependency"),
        ({"a": "${{ $.push[ }}"}, ("push",), "bad-template"),
        ({"a": "${{ $.push.x }}"}, ("push", "context"), "reserved-name"),
    ],
)
def test_templates_are_checked_when_the_manifest_loads(compiled, tree, dependencies, code):
    blueprint, mistakes = compiled(tree, dependencies=dependencies)

    assert code in [mistake.code for mistake in mistakes]
    assert blueprint is None or code == "reserved-name"


def test_each_wrong_template_is_named_at_its_own_place(compiled):
    tree = {"a": ["${{ $.pull.x }}", "fine"], "b": "${{ $.pul.x }}", "c": "${{ $.push.x }}"}
    _, unknown = compiled(tree)
    _, broken = compiled({"a": ["${{ $.push[ }}"], "b": "${{ $. }}"})

    assert [m.path for m in unknown] == ["source.resource.a[0]", "source.resource.b"]
    assert [m.path for m in broken] == ["source.resource.a[0]", "source.resource.b"]


def test_a_dependency_may_be_named_context_where_no_template_is(compiled):
    _, mistakes = compiled({"a": 1}, dependencies=("push", "context"))

    assert mistakes == []


def test_placeholders_of_argo_workflows_are_left_alone(compiled, event):
    tree = {"a": "{{workflow.name}}", "b": "${{inputs.parameters.x}}"}
    blueprint, _ = compiled(tree)

    assert blueprint.draw({"push": event({})}) == tree


def test_a_template_over_everything_sees_every_event(compiled, event):
    blueprint, mistakes = compiled({"ids": "${{ $..id }}"}, dependencies=("push", "pull"))
    assert mistakes == []

    filled = blueprint.draw({"push": event({"id": 1}, "e1"), "pull": event({"id": 2}, "e2")})
    assert {1, 2} <= set(filled["ids"])
