"""Where the programs are looked for, and what is said when they are not there."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODULES = "".join((HERE.parent / folder / "go.mod").read_text() for folder in ("kube", "charts"))


def _required(module):
    return re.search(rf"^\s*{re.escape(module)} (v\S+)", MODULES, re.MULTILINE)[1]


def _environment(**changes):
    ours = ("KUBEBUILDER_ASSETS", "HOOKLINE_KUBE_ASSETS", "XDG_CACHE_HOME", "CI")
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {name: str(value) for name, value in changes.items()}


def _test(**changes):
    test = f"{HERE / 'test_real_api.py'}::test_an_unknown_type_is_not_found"
    return subprocess.run(
        [sys.executable, "-m", "pytest", "--noconftest", "-p", "real_kube", test],
        env=_environment(PYTHONPATH=HERE.parent / "plugins", **changes),
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )


def _build(**changes):
    return subprocess.run(
        ["sh", HERE / "build.sh"],
        env=_environment(**changes),
        capture_output=True,
        text=True,
        check=False,
    )


def _program(file, says):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\necho '{says}'\n")
    file.chmod(0o755)


@pytest.mark.parametrize("variable", ["KUBEBUILDER_ASSETS", "HOOKLINE_KUBE_ASSETS"])
def test_without_the_programs_tests_skip_with_the_reason(tmp_path, variable):
    run = _test(**{variable: tmp_path})

    assert run.returncode == 0
    assert "1 skipped" in run.stdout
    assert f"no kube-apiserver in {tmp_path}: run `make kube`" in run.stdout


def test_without_the_programs_tests_fail_in_ci(tmp_path):
    run = _test(XDG_CACHE_HOME=tmp_path, CI="true")

    assert run.returncode == 1
    place = tmp_path / "hookline" / "kube" / _required("k8s.io/kubernetes")
    assert f"no kube-apiserver in {place}: run `make kube`" in run.stdout


def test_nothing_is_built_when_the_required_versions_are_there(tmp_path):
    kube, etcd = _required("k8s.io/kubernetes"), _required("go.etcd.io/etcd/server/v3")
    helm = _required("helm.sh/helm/v4")
    assets = tmp_path / "hookline" / "kube" / kube
    _program(assets / "kube-apiserver", f"Kubernetes {kube}")
    _program(assets / "etcd", f"etcd Version: {etcd.removeprefix('v')}")
    _program(assets / "kubectl", f"Client Version: {kube}")
    _program(assets / "helm", helm)

    run = _build(XDG_CACHE_HOME=tmp_path)

    assert run.returncode == 0, run.stderr
    assert run.stdout == (
        f"kube: kube-apiserver and kubectl {kube}, etcd {etcd} and helm {helm} "
        f"are ready in {assets}\n"
    )


def test_only_what_is_missing_is_built(tmp_path):
    assets = tmp_path / "assets"
    _program(assets / "kube-apiserver", f"Kubernetes {_required('k8s.io/kubernetes')}")
    _program(tmp_path / "bin" / "go", "this go builds nothing")
    _program(assets / "etcd", f"etcd Version: {_required('go.etcd.io/etcd/server/v3')[1:]}")
    _program(assets / "kubectl", f"Client Version: {_required('k8s.io/kubernetes')}")

    run = _build(HOOKLINE_KUBE_ASSETS=assets, PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    assert run.stdout.splitlines()[0] == "kube: building helm (some minutes the first time) ..."
    assert run.stdout.count("this go builds nothing") == 1
    assert run.returncode == 1
    assert "helm was built but does not report the version that is required" in run.stderr


def test_nothing_is_built_when_another_folder_is_named(tmp_path):
    _program(tmp_path / "kube-apiserver", "Kubernetes v1.2.3")
    _program(tmp_path / "etcd", "etcd Version: 1.2.3")
    _program(tmp_path / "kubectl", "Client Version: v1.2.3")
    _program(tmp_path / "helm", "v1.2.3")

    run = _build(KUBEBUILDER_ASSETS=tmp_path)

    assert run.returncode == 0, run.stderr
    assert "nothing to build" in run.stdout


def test_another_folder_must_hold_every_program(tmp_path):
    _program(tmp_path / "kube-apiserver", "Kubernetes v1.2.3")

    run = _build(KUBEBUILDER_ASSETS=tmp_path)

    assert run.returncode == 1
    assert f"KUBEBUILDER_ASSETS={tmp_path} has no etcd" in run.stderr
