"""Paths of the Kubernetes API."""

import pytest

from hookline.errors import PermanentError
from hookline.kube.resources import Resource, api_path, cluster_scoped, group_of, object_path

WORKFLOWS = Resource("workflows", namespaced=True)


def test_a_group_has_its_own_root():
    assert api_path("argoproj.io/v1alpha1") == "/apis/argoproj.io/v1alpha1"
    assert group_of("argoproj.io/v1alpha1") == "argoproj.io"


def test_the_core_group_has_no_name():
    assert api_path("v1") == "/api/v1"
    assert group_of("v1") == ""


def test_an_object_stands_in_its_namespace():
    path = object_path("argoproj.io/v1alpha1", WORKFLOWS, "prod", "mine")

    assert path == "/apis/argoproj.io/v1alpha1/namespaces/prod/workflows/mine"


def test_what_belongs_to_the_cluster_has_no_namespace_in_its_path():
    nodes = Resource("nodes", namespaced=False)

    assert object_path("v1", nodes, "prod", "n1") == "/api/v1/nodes/n1"


def test_kinds_of_the_cluster_are_known_without_asking():
    assert cluster_scoped("v1", "Namespace")
    assert cluster_scoped("argoproj.io/v1alpha1", "ClusterWorkflowTemplate")
    assert not cluster_scoped("argoproj.io/v1alpha1", "Workflow")
    assert not cluster_scoped("v1", "Unheard")


def test_a_selector_is_encoded():
    path = object_path("v1", Resource("pods", namespaced=True), "a", selector="x/y=z")

    assert path == "/api/v1/namespaces/a/pods?labelSelector=x%2Fy%3Dz"


@pytest.mark.parametrize("name", ["..", ".", "a/b", "a?b", "a b", "-", "a%2fb", "é"])
def test_a_name_of_an_event_leads_nowhere_else(name):
    with pytest.raises(PermanentError) as caught:
        object_path("argoproj.io/v1alpha1", WORKFLOWS, "prod", name)
    assert caught.value.reason == "Invalid"

    with pytest.raises(PermanentError):
        object_path("argoproj.io/v1alpha1", WORKFLOWS, name)
