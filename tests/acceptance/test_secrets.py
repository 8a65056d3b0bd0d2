"""Secrets of a running process: rotated at each place without a restart, and never said."""

import base64
from pathlib import Path

import httpx
import pytest
from hookline_processes import free_port, wait_until

SOURCE = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {{name: hooks}}
spec:
  webhook:
    document: {{port: "{port}", endpoint: /document, method: POST, authSecret: {{name: a, key: t}}}}
    file: {{port: "{port}", endpoint: /file, method: POST, authSecret: {{name: b, key: t}}}}
    cluster: {{port: "{port}", endpoint: /cluster, method: POST, authSecret: {{name: c, key: t}}}}
"""
DOCUMENT = """\
apiVersion: v1
kind: Secret
metadata: {{name: a}}
stringData: {{t: {value}}}
"""
EVENTS = ("document", "file", "cluster")


class Places:
    """The three places, each with one secret."""

    def __init__(self, kube_api, folder: Path) -> None:
        self.api, self.folder, self.namespace = kube_api, folder, kube_api.new_namespace()
        (folder / "manifests").mkdir()
        (folder / "secrets" / "b").mkdir(parents=True)
        source = SOURCE.format(port=free_port())
        (folder / "manifests" / "hooks.yaml").write_text(source)

    def put(self, value: str) -> None:
        """Put a secret into each place, anew."""
        for path, text in (
            ("manifests/secret.yaml", DOCUMENT.format(value=value)),
            ("secrets/b/t", f"{value}\n"),
        ):
            half = self.folder / "half"
            half.write_text(text)
            half.replace(self.folder / path)
        data = {"t": base64.b64encode(value.encode()).decode()}
        path = f"/api/v1/namespaces/{self.namespace}/secrets"
        self.api.admin.delete(f"{path}/c")
        body = {"metadata": {"name": "c"}, "data": data}
        self.api.admin.post(path, json=body).raise_for_status()


def statuses(process, value: str) -> list[int]:
    headers = {"Authorization": f"Bearer {value}"}
    return [httpx.post(process.url(event), json=1, headers=headers).status_code for event in EVENTS]


@pytest.fixture
def places(kube_api, tmp_path: Path) -> Places:
    return Places(kube_api, tmp_path)


def test_a_rotated_secret_counts_at_each_of_the_three_places_without_a_restart(
    places: Places, nats_server, hookline
):
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["c"], "verbs": ["get"]}
    token = places.api.service_account(places.namespace, "listens", [rule])
    places.put("very-secret-one")
    process = hookline(
        "run", places.folder / "manifests", "--role", "source", "--nats", nats_server.url,
        "--kubeconfig", places.api.kubeconfig(token), "--namespace", places.namespace,
        "--secrets-dir", places.folder / "secrets", "--log-level", "debug",
        "--api-port", "0", "--host", "127.0.0.1",
    )  # fmt: skip
    wait_until(lambda: statuses(process, "very-secret-one") == [200, 200, 200], "all are found")

    places.put("very-secret-two")
    wait_until(lambda: statuses(process, "very-secret-two") == [200, 200, 200], "all are rotated")
    assert statuses(process, "very-secret-one") == [401, 401, 401]
    assert "very-secret" not in process.said()


def test_without_a_way_to_kubernetes_it_goes_on_and_says_where_it_looked(
    places: Places, nats_server, hookline
):
    places.put("very-secret-one")
    nowhere = places.folder / "no-kubeconfig"
    process = hookline(
        "run", places.folder / "manifests", "--role", "source", "--nats", nats_server.url,
        "--kubeconfig", nowhere, "--secrets-dir", places.folder / "secrets",
        "--api-port", "0", "--host", "127.0.0.1",
    )  # fmt: skip
    assert statuses(process, "very-secret-one") == [200, 200, 503]
    answer = f"no way to a Kubernetes API by {nowhere}"
    wait_until(lambda: answer in process.said(), "it says that there is no cluster")
    ready = httpx.get(f"{process.ready['api']}/readyz?verbose")
    assert ready.status_code == 200
    for said in (ready.text, process.said()):
        assert "secret c, key t: no document has it" in said
        assert f"{places.folder}/secrets/c/t cannot be read" in said
        assert answer in said
    assert "very-secret" not in process.said() + ready.text


BUS = """\
apiVersion: argoproj.io/v1alpha1
kind: EventBus
metadata: {{name: default}}
spec:
  jetstreamExotic:
    url: {url}
    accessSecret: {{name: c, key: t}}
"""


def test_a_login_on_the_bus_comes_from_the_cluster_even_when_it_is_put_there_late(
    places: Places, make_nats_server, hookline
):
    server = make_nats_server("authorization { user: hookline, password: very-secret-word }")
    (places.folder / "manifests" / "bus.yaml").write_text(BUS.format(url=server.url))
    process = hookline(
        "run", places.folder / "manifests", "--role", "source",
        "--kubeconfig", places.api.kubeconfig(), "--namespace", places.namespace,
        "--api-port", "0", "--host", "127.0.0.1", wait=False,
    )  # fmt: skip
    wait_until(lambda: f"there is no Secret {places.namespace}/c" in process.said(), "it is missed")
    places.put("{username: hookline, password: very-secret-word}")
    wait_until(lambda: '"ready"' in process.said(), "ready, with the login of the cluster")
    assert "very-secret" not in process.said()
