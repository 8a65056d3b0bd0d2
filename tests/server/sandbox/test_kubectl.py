"""The sandbox through `kubectl`, as people use it."""

import os
import re
import subprocess

import pytest
from real_kube import program

MANIFEST = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {generateName: coin-, labels: {a: b}}
spec: {entrypoint: main}
---
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: fixed, namespace: argo}
spec: {entrypoint: main}
status: {phase: Running}
"""


@pytest.fixture
def kubectl(sandbox, tmp_path):
    kubectl = program("kubectl")
    environment = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "KUBECONFIG": "/dev/null"}

    def run(*arguments, given=None):
        done = subprocess.run(
            [kubectl, "--server", sandbox.url, *arguments],
            env=environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done

    return run


def test_kubectl_creates_shows_watches_and_deletes(kubectl):
    created = kubectl("create", "--validate=false", "-f", "-", given=MANIFEST)
    assert re.fullmatch(
        r"workflow.argoproj.io/coin-\w{5} created\nworkflow.argoproj.io/fixed created\n",
        created.stdout,
    )
    assert "Warning: the Hookline sandbox stores this Workflow" in created.stderr

    rows = [line.split() for line in kubectl("get", "workflows", "-A").stdout.splitlines()]
    assert rows[0] == ["NAMESPACE", "NAME", "STATUS", "AGE"]
    assert [row[:2] for row in rows[1:]] == [["argo", "fixed"], ["default", rows[2][1]]]
    assert rows[1][2] == "Running"
    named = kubectl("get", "wf", "-l", "a=b", "-o", "name").stdout
    assert named.startswith("workflow.argoproj.io/coin-")
    assert "entrypoint: main" in kubectl("get", "wf", "fixed", "-n", "argo", "-o", "yaml").stdout

    watched = kubectl("get", "wf", "-A", "-w", "--request-timeout", "2s").stdout
    assert "fixed" in watched

    patch = '{"spec":{"entrypoint":"new"}}'
    kubectl("patch", "wf", "fixed", "-n", "argo", "--type", "merge", "-p", patch)
    kubectl("label", "wf", "fixed", "-n", "argo", "c=d")
    path = "{.spec.entrypoint} {.metadata.labels.c}"
    shown = kubectl("get", "wf", "fixed", "-n", "argo", "-o", f"jsonpath={path}").stdout
    assert shown == "new d"

    assert "deleted" in kubectl("delete", "wf", "fixed", "-n", "argo").stdout
    kubectl("delete", "wf", "--all")
    assert "No resources found" in kubectl("get", "workflows", "-A").stderr


def test_kubectl_applies_twice(kubectl):
    manifest = MANIFEST.partition("---\n")[2]
    for said in ("created", "unchanged"):
        done = kubectl("apply", "--validate=false", "-f", "-", given=manifest)
        assert said in done.stdout
    changed = manifest.replace("entrypoint: main", "entrypoint: other")
    done = kubectl("apply", "--validate=false", "-f", "-", given=changed)
    assert "configured" in done.stdout
    shown = kubectl("get", "wf", "fixed", "-n", "argo", "-o", "jsonpath={.spec.entrypoint}").stdout
    assert shown == "other"


def test_kubectl_finds_all_types_and_says_it_is_a_sandbox(kubectl):
    listed = kubectl("api-resources", "-o", "name").stdout.split()
    assert {"workflows.argoproj.io", "configmaps", "jobs.batch"} <= set(listed)
    assert "v1.36.0+hookline-sandbox" in kubectl("version").stdout
