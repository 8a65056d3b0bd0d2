"""A sandbox as a process of its own, killed and started again."""

import concurrent.futures
import json
import subprocess
import sys

import httpx
import pytest

WORKFLOWS = "/apis/argoproj.io/v1alpha1/namespaces/default/workflows"


def workflow(name):
    metadata = {"name": name, "labels": {"a": "b"}}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": metadata}


def create(client, name):
    """Create a Workflow; returns its name and uid, or None when there was no answer."""
    try:
        answer = client.post(WORKFLOWS, json=workflow(name))
    except httpx.TransportError:
        return None
    assert answer.status_code == 201
    return name, answer.json()["metadata"]["uid"]


def test_whatever_was_answered_created_survives_a_kill(sandbox):
    known = set()
    limits = httpx.Limits(max_connections=8)
    with (
        concurrent.futures.ThreadPoolExecutor(8) as pool,
        httpx.Client(base_url=sandbox.url, trust_env=False, limits=limits) as client,
    ):
        for round_ in range(3):
            names = [f"w-{round_}-{number}" for number in range(400)]
            created = [pool.submit(create, client, name) for name in names]
            next(concurrent.futures.as_completed(created[150:]))
            sandbox.kill()
            known |= {one.result() for one in created} - {None}
            sandbox.start()
    there = {(o["metadata"]["name"], o["metadata"]["uid"]) for o in sandbox.objects("workflows")}
    assert len(known) >= 300
    assert known <= there


def test_versions_go_on_after_a_kill_and_older_watches_list_again(sandbox):
    with httpx.Client(base_url=sandbox.url, trust_env=False, timeout=30) as client:
        old = create(client, "one") and sandbox.objects("workflows")[0]["metadata"]
        sandbox.kill()
        sandbox.start()
        query = {"watch": "true", "timeoutSeconds": 1}
        fresh = client.post(WORKFLOWS, json=workflow("two")).json()["metadata"]
        assert int(fresh["resourceVersion"]) == int(old["resourceVersion"]) + 1
        answer = client.get(WORKFLOWS, params=query | {"resourceVersion": old["resourceVersion"]})
        (event,) = map(json.loads, answer.text.splitlines())
        assert (event["type"], event["object"]["metadata"]["name"]) == ("ADDED", "two")
        answer = client.get(WORKFLOWS, params=query | {"resourceVersion": "1"})
        (event,) = map(json.loads, answer.text.splitlines())
        assert (event["type"], event["object"]["code"]) == ("ERROR", 410)


def test_a_defined_type_is_still_known_after_a_kill(sandbox):
    names = {"kind": "Rocket", "plural": "rockets"}
    versions = [{"name": "v1", "served": True, "storage": True}]
    spec = {"group": "e.com", "scope": "Cluster", "names": names, "versions": versions}
    tree = {"metadata": {"name": "rockets.e.com"}, "spec": spec}
    with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        assert client.post(path, json=tree).status_code == 201
        sandbox.kill()
        sandbox.start()
        assert client.get("/apis/e.com/v1/rockets").json()["kind"] == "RocketList"


@pytest.fixture
def command(tmp_path):
    started = []

    def start(*arguments):
        process = subprocess.Popen(
            [sys.executable, "-m", "server.sandbox", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_the_command_prints_its_url_first_and_says_that_it_runs_nothing(command):
    process = command()
    url = process.stdout.readline().strip()
    assert httpx.get(f"{url}/livez", trust_env=False).text == "ok"
    process.terminate()
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) == (
        0,
        "the sandbox stores objects, it runs no containers",
    )


def test_the_command_writes_its_ready_file_when_it_listens(command, tmp_path):
    ready = tmp_path / "ready.json"
    process = command("--ready-file", str(ready))
    url = process.stdout.readline().strip()
    process.stderr.readline()
    process.terminate()
    process.communicate(timeout=30)
    assert json.loads(ready.read_text()) == {"kubernetes": url}


def test_a_port_in_use_is_one_line_and_exit_code_1(sandbox, command):
    process = command("--port", sandbox.url.rpartition(":")[2])
    _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert said.count("\n") == 1
    assert "cannot be used" in said
