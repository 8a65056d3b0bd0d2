"""Listing and getting objects, in the sandbox and in Kubernetes."""

import pytest

TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"


def refused(answer, code, reason):
    status = answer.json()
    assert (answer.status_code, status["reason"]) == (code, reason), answer.text
    return status


@pytest.fixture
def labelled(api):
    api.create("a", labels={"env": "dev", "tier": "web"})
    api.create("b", labels={"env": "prod"})
    api.create("c", labels={"env": "prod", "tier": "db"})
    api.create("d")
    return api


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("", "abcd"),
        ("env=dev", "a"),
        ("env==prod", "bc"),
        ("env!=prod", "ad"),
        ("env in (dev, prod)", "abc"),
        ("env in (dev)", "a"),
        ("env notin (prod,test)", "ad"),
        ("tier", "ac"),
        ("!tier", "bd"),
        ("env=prod,tier", "c"),
        ("env=prod,tier=web", ""),
        ("env in (prod),tier notin (db)", "b"),
        ("env=prod,env!=prod", ""),
        ("env=", ""),
        (" env = prod , ! tier ", "b"),
        ("none=x", ""),
    ],
)
def test_label_selectors_mean_what_they_mean_in_kubernetes(labelled, selector, names):
    assert "".join(labelled.names(labelSelector=selector)) == names


@pytest.mark.parametrize(
    "selector", ["env===x", "env in dev", "env in (a", "=x", "env=x y", "a b", "env=-", "!", "a,,b"]
)
def test_a_selector_that_is_none_is_a_bad_request(api, selector):
    answer = api.client.get(api.workflows, params={"labelSelector": selector})
    refused(answer, 400, "BadRequest")


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("metadata.name=b", "b"),
        ("metadata.name==b", "b"),
        ("metadata.name!=b", "acd"),
        ("metadata.namespace=elsewhere", ""),
        ("metadata.name=b,metadata.namespace=elsewhere", ""),
    ],
)
def test_field_selectors_know_name_and_namespace(labelled, selector, names):
    assert "".join(labelled.names(fieldSelector=selector)) == names


def test_other_fields_cannot_be_selected(api):
    answer = api.client.get(api.workflows, params={"fieldSelector": "spec.entrypoint=main"})
    status = refused(answer, 400, "BadRequest")
    assert status["message"] == "field label not supported: spec.entrypoint"


def test_a_list_says_its_kind_and_version(api):
    version = api.create("one")["metadata"]["resourceVersion"]
    tree = api.client.get(api.workflows).json()
    assert (tree["kind"], tree["apiVersion"]) == ("WorkflowList", "argoproj.io/v1alpha1")
    assert int(tree["metadata"]["resourceVersion"]) >= int(version)


def test_a_list_across_namespaces_has_them_all(api):
    api.create("one")
    found = api.client.get("/apis/argoproj.io/v1alpha1/workflows").json()["items"]
    assert api.namespace in {item["metadata"]["namespace"] for item in found}


def test_a_list_in_a_missing_namespace_is_empty(api):
    tree = api.client.get("/apis/argoproj.io/v1alpha1/namespaces/nowhere/workflows").json()
    assert tree["items"] == []


def test_a_list_comes_in_pages(api):
    for number in range(5):
        api.create(f"w{number}", labels={"odd": "yes" if number % 2 else "no"})
    pages, query = [], {"limit": 2}
    while True:
        tree = api.client.get(api.workflows, params=query).json()
        pages.append([item["metadata"]["name"] for item in tree["items"]])
        if not tree["metadata"].get("continue"):
            break
        query["continue"] = tree["metadata"]["continue"]
    assert pages == [["w0", "w1"], ["w2", "w3"], ["w4"]]
    assert api.names(limit=3, labelSelector="odd=no") == ["w0", "w2", "w4"]


def test_all_pages_of_a_list_carry_one_version(api):
    for number in range(3):
        api.create(f"w{number}")
    first = api.client.get(api.workflows, params={"limit": 1}).json()["metadata"]
    api.create("w9")
    query = {"limit": 1, "continue": first["continue"]}
    second = api.client.get(api.workflows, params=query).json()["metadata"]
    assert second["resourceVersion"] == first["resourceVersion"]


@pytest.mark.parametrize("token", ["abc", "!", "WzEsMl0=", "bnVsbA=="])
def test_a_continue_token_that_is_none_is_a_bad_request(api, token):
    answer = api.client.get(api.workflows, params={"continue": token, "limit": 1})
    refused(answer, 400, "BadRequest")


def test_a_list_can_be_asked_to_be_no_older_than_a_version(api):
    version = api.create("one")["metadata"]["resourceVersion"]
    assert api.names(resourceVersion=version) == ["one"]
    answer = api.client.get(api.workflows, params={"resourceVersion": 10**12})
    status = refused(answer, 504, "Timeout")
    assert status["details"]["causes"][0]["reason"] == "ResourceVersionTooLarge"


@pytest.mark.parametrize("query", [{"resourceVersion": "x"}, {"limit": "x"}, {"limit": "9" * 5000}])
def test_a_number_that_is_none_is_a_bad_request(api, query):
    refused(api.client.get(api.workflows, params=query), 400, "BadRequest")


def test_an_object_that_is_not_there_is_a_status_with_details(api):
    status = refused(api.client.get(f"{api.workflows}/none"), 404, "NotFound")
    assert status["message"] == 'workflows.argoproj.io "none" not found'
    assert status["details"] == {"name": "none", "group": "argoproj.io", "kind": "workflows"}
    status = refused(api.client.get(f"{api.configmaps}/none"), 404, "NotFound")
    assert status["message"] == 'configmaps "none" not found'
    assert status["details"] == {"name": "none", "kind": "configmaps"}


def test_a_subresource_that_is_not_there_is_not_found(api):
    api.create("one")
    refused(api.client.get(f"{api.workflows}/one/status"), 404, "NotFound")


def test_the_sandbox_keeps_no_exact_state_of_the_past(box):
    """Kubernetes keeps five minutes of it, in etcd."""
    box.create("one")
    query = {"resourceVersion": "1", "resourceVersionMatch": "Exact"}
    refused(box.client.get(box.workflows, params=query), 410, "Expired")


def test_a_table_has_rows_with_name_and_age(api):
    api.create("one")
    for path in (api.workflows, f"{api.workflows}/one"):
        tree = api.client.get(path, headers={"Accept": TABLE}).json()
        assert (tree["kind"], tree["apiVersion"]) == ("Table", "meta.k8s.io/v1")
        columns = [column["name"] for column in tree["columnDefinitions"]]
        assert (columns[0], columns[-1]) == ("Name", "Age")
        (row,) = tree["rows"]
        assert row["cells"][0] == "one"
        assert row["cells"][-1].endswith("s")
        assert row["object"]["kind"] == "PartialObjectMetadata"
        assert row["object"]["metadata"]["namespace"] == api.namespace


def test_a_table_comes_in_pages_and_can_carry_the_objects(api):
    for name in ("a", "b"):
        api.create(name)
    query = {"limit": 1, "includeObject": "Object"}
    tree = api.client.get(api.workflows, headers={"Accept": TABLE}, params=query).json()
    assert tree["metadata"]["continue"]
    assert tree["rows"][0]["object"]["spec"] == {"entrypoint": "main"}
    query = {"includeObject": "None"}
    tree = api.client.get(api.workflows, headers={"Accept": TABLE}, params=query).json()
    assert "object" not in tree["rows"][0] or tree["rows"][0]["object"] is None


def test_an_unknown_thing_to_include_in_a_table_is_a_bad_request(api):
    query = {"includeObject": "Everything"}
    answer = api.client.get(api.workflows, headers={"Accept": TABLE}, params=query)
    refused(answer, 400, "BadRequest")


def test_a_form_that_is_not_written_is_not_acceptable(api):
    answer = api.client.get(api.workflows, headers={"Accept": "text/html"})
    refused(answer, 406, "NotAcceptable")


@pytest.mark.parametrize("accept", ["*/*", "application/*", "text/html, application/json;q=0.5"])
def test_plain_json_is_for_everybody_else(api, accept):
    answer = api.client.get(api.workflows, headers={"Accept": accept})
    assert answer.json()["kind"] == "WorkflowList"


def test_the_sandbox_shows_the_status_of_workflows(box):
    """In a cluster the definition of Argo Workflows has that column, and it may have others."""
    tree = box.create("one")
    tree["status"] = {"phase": "Running"}
    assert box.client.put(f"{box.workflows}/one", json=tree).is_success
    box.create("two")
    rows = box.client.get(box.workflows, headers={"Accept": TABLE}).json()["rows"]
    assert [row["cells"][:2] for row in rows] == [["one", "Running"], ["two", None]]
