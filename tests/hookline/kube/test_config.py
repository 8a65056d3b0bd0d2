"""Ways to a cluster that lead nowhere, and what they cost."""

import subprocess
import sys

import certifi
import pytest
import yaml

from hookline.errors import TemporaryError
from hookline.kube.config import connect
from hookline.kube.errors import KubeConfigError

ARGO = "argoproj.io/v1alpha1"

WITHOUT_CONTEXT = "clusters: []\ncontexts: []\nusers: []\ncurrent-context: x\n"


@pytest.mark.parametrize("text", ["", "a: [", "just text", "apiVersion: v1\n", WITHOUT_CONTEXT])
async def test_a_broken_kubeconfig_is_one_error_that_names_the_file(tmp_path, text):
    file = tmp_path / "config"
    file.write_text(text)

    with pytest.raises(KubeConfigError, match=str(file)):
        await connect(kubeconfig=str(file))


async def test_a_kubeconfig_that_is_not_there_is_named(tmp_path):
    with pytest.raises(KubeConfigError, match="nowhere"):
        await connect(kubeconfig=str(tmp_path / "nowhere"))


async def test_a_pod_without_its_account_is_told_so(monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")

    with pytest.raises(KubeConfigError, match="the pod's account"):
        await connect()


def test_the_door_is_cheap_until_it_is_opened():
    code = "import sys, hookline.kube.config; sys.exit('kubernetes' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_open_door_does_not_load_the_typed_api():
    code = """
import asyncio, sys
from hookline.kube.config import connect
client = asyncio.run(connect(server_url="http://127.0.0.1:1"))
sys.exit("kubernetes.aio.client.api.core_v1_api" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.fixture
def pod(kube_api, monkeypatch, tmp_path):
    """The environment and the files of a pod whose account may read Workflows; its token file."""
    rules = [{"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["list"]}]
    token = tmp_path / "token"
    token.write_text(kube_api.service_account("pods", "worker", rules) + "\n")
    host, _, port = kube_api.url.removeprefix("https://").partition(":")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
    where = "kubernetes.aio.config.incluster_config.SERVICE_{}_FILENAME"
    monkeypatch.setattr(where.format("TOKEN"), str(token))
    monkeypatch.setattr(where.format("CERT"), str(kube_api.ca_file))
    return token


async def test_a_pod_uses_its_own_account(pod):
    client = await connect()
    found = await client.list(ARGO, "Workflow", "pods", "a=b")
    await client.close()

    assert found == []


async def test_a_pods_token_that_was_wrong_is_read_again(pod):
    good = pod.read_text()
    pod.write_text("not yet a token")
    client = await connect()
    pod.write_text(good)
    found = await client.list(ARGO, "Workflow", "pods", "a=b")
    await client.close()

    assert found == []


async def test_a_server_with_another_certificate_is_no_answer(kube_api, tmp_path):
    config = yaml.safe_load(kube_api.kubeconfig().read_text())
    config["clusters"][0]["cluster"]["certificate-authority"] = certifi.where()
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(config))
    client = await connect(kubeconfig=str(file))
    with pytest.raises(TemporaryError) as caught:
        await client.list(ARGO, "Workflow", "default", "a=b")
    await client.close()

    assert caught.value.reason == "NoAnswer"
    assert "certificate" in str(caught.value).lower()
