"""Ways to a cluster that lead nowhere, and what they cost."""

import subprocess
import sys

import pytest

from hookline.kube.config import connect
from hookline.kube.errors import KubeConfigError

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
