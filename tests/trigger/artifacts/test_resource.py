"""An object that stands in the Sensor itself."""

WORKFLOW = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "a"}}


def test_the_object_is_what_is_written(read_source, place):
    tree, where = read_source({"resource": {**WORKFLOW, "copy": 1}}, place)

    assert tree == {**WORKFLOW, "copy": 1}
    assert where.path == ("resource",)


def test_an_empty_object_is_a_mistake(read_source, place):
    assert read_source({"resource": {}}, place) is None
    assert place.mistakes[0].path == "resource"


def test_an_object_that_is_a_text_is_a_mistake(read_source, place):
    assert read_source({"resource": "kind: Workflow"}, place) is None
    assert len(place.mistakes) == 1
