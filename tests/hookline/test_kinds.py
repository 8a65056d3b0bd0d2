import pytest

from hookline import kinds
from hookline.block import Block
from trigger.action import Action


@pytest.mark.parametrize(
    ("module", "key"),
    [
        ("webhook", "webhook"),
        ("argo_workflow", "argoWorkflow"),
        ("azure_event_hubs", "azureEventHubs"),
    ],
)
def test_a_file_name_is_a_key_in_camel_case(module, key):
    assert kinds.key_of(module) == key


def test_the_files_of_a_folder_are_its_kinds():
    assert kinds.known("trigger.actions")["argoWorkflow"] == "trigger.actions.argo_workflow"


def test_a_kind_is_the_one_class_of_its_file():
    found = kinds.find("trigger.actions", "argoWorkflow", Action)
    assert found is not None
    assert found.__name__ == "ArgoWorkflow"


def test_a_key_without_a_file_is_no_kind():
    assert kinds.find("trigger.actions", "argo_workflow", Action) is None
    assert kinds.find("trigger.actions", "../errors", Action) is None


def test_a_file_with_several_classes_is_a_bug():
    with pytest.raises(TypeError, match="exactly one Block"):
        kinds.find("eventsource.sources", "webhook", Block)


def test_kinds_of_upstream_without_a_file_are_not_yet():
    assert "awsLambda" in kinds.not_yet("trigger.actions")
    assert "argoWorkflow" not in kinds.not_yet("trigger.actions")


def test_a_kind_has_a_page_in_the_docs():
    page = kinds.page_of("trigger.actions", "argoWorkflow")
    assert page.as_posix() == "docs/trigger/actions/argo_workflow.md"
