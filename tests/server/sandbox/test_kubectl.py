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
WORKFLOW = """\
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: applied}
spec: {entrypoint: main}
"""
SETTINGS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: applied, labels: {a: b}}
data: {branch: main}
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


@pytest.fixture(params=["sandbox", "kubernetes"])
def apply(request, tmp_path):
    """`kubectl apply`, on the sandbox and on a real API server; returns what it says."""
    program("kubectl")
    kubectl = request.getfixturevalue("kubectl")
    namespace = ["-n", "argo"]
    if request.param == "kubernetes":
        real = request.getfixturevalue("kube_api")
        namespace = ["--kubeconfig", real.kubeconfig(), "-n", real.new_namespace()]
        namespace = ["--server", real.url, *namespace]

    def run(*arguments, given):
        flags = ["--validate=false", *namespace, *arguments]
        return kubectl("apply", *flags, "-f", "-", given=given).stdout

    return run


@pytest.mark.parametrize("manifest", [WORKFLOW, SETTINGS])
@pytest.mark.parametrize("flags", [[], ["--server-side"]])
def test_kubectl_applies_again_and_again(apply, manifest, flags):
    said = [apply(*flags, given=manifest) for _ in range(2)]
    said.append(apply(*flags, "-o", "yaml", given=manifest.replace("main", "other")))
    if not flags:
        assert "created" in said[0]
        assert "unchanged" in said[1]
    assert "other" in said[2]


def test_kubectl_finds_all_types_and_says_it_is_a_sandbox(kubectl):
    listed = kubectl("api-resources", "-o", "name").stdout.split()
    assert {"workflows.argoproj.io", "configmaps", "jobs.batch"} <= set(listed)
    assert "v1.36.0+hookline-sandbox" in kubectl("version").stdout
