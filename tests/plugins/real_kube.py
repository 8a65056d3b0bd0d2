"""A real Kubernetes API for tests: kube-apiserver and etcd on loopback, RBAC on.

Each pytest process that asks for `kube_api` has its own. `make kube` builds the two programs;
without them the tests that need them skip, and fail where `CI=true`. No controllers run: a deleted
namespace stays Terminating, nothing is collected, and no workflow makes progress.
"""

import json
import os
import re
import secrets
import shutil
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import port_choice
import pytest
import yaml
from guarded import Guarded

_KUBE = Path(__file__).parents[1] / "kube"
_DEADLINE = 90.0  # seconds; a start takes a few on an idle machine
# Below the range from which systems give ports to connections, so that a port stays free while
# its server is down.
_PORTS = range(20_000, 30_000)
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
# The groups of the rights that every service account has, whatever its roles.
_EVERYBODYS = {"authentication.k8s.io", "authorization.k8s.io"}


def _assets() -> Path:
    """The folder that holds the programs, or should."""
    for name in ("KUBEBUILDER_ASSETS", "HOOKLINE_KUBE_ASSETS"):
        if folder := os.environ.get(name):
            return Path(folder).resolve()
    modules = (_KUBE / "go.mod").read_text()
    found = re.search(r"^\s*k8s\.io/kubernetes (v\S+)", modules, re.MULTILINE)
    assert found, "tests/kube/go.mod requires no k8s.io/kubernetes"
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "hookline" / "kube" / found[1]


def _free_port() -> int:
    return port_choice.free_port(_PORTS)


def _until(what: str, happened: Callable[[], bool], *programs: Guarded) -> None:
    """Wait for a condition; a program that ends meanwhile, or the deadline, is an error."""
    end = time.monotonic() + _DEADLINE
    while not happened():
        for program in programs:
            program.check()
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not so after {_DEADLINE:.0f} s")
        time.sleep(0.03)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class KubeApi:
    """A running API server: where it is, and what tests do with it."""

    def __init__(self, assets: Path, folder: Path) -> None:
        self._assets, self._folder = assets, folder
        self._port, etcd_port = _free_port(), _free_port()
        self._etcd_url = f"http://127.0.0.1:{etcd_port}"
        self.url = f"https://127.0.0.1:{self._port}"
        self.ca_file = folder / "certs" / "apiserver.crt"
        self.admin_token = secrets.token_hex(16)
        tokens = folder / "tokens.csv"
        tokens.write_text(f"{self.admin_token},admin,admin,system:masters\n")
        self._etcd = Guarded(self._etcd_argv(), folder / "etcd.log")
        self._server: Guarded | None = None
        self._listed = ["/api/v1/namespaces", "/api/v1/configmaps"]
        try:
            _until("etcd listens", lambda: _listens(etcd_port), self._etcd)
            self.start()
            self._make_types()
        except BaseException:
            self.stop()
            raise

    def start(self) -> None:
        """Start the API server, where it was before; return when it is ready."""
        if self._server is None:
            self._server = Guarded(self._server_argv(), self._folder / "kube-apiserver.log")
            # It listens only after it has written its certificates.
            _until("kube-apiserver listens", lambda: _listens(self._port), self._server)
            _until("kube-apiserver is ready", self._is_ready, self._server, self._etcd)
            # For a moment more it answers lists by 429, "storage is (re)initializing".
            _until("the types are listed", self._are_listed, self._server, self._etcd)

    def kill(self) -> None:
        """Kill -9 the API server; etcd keeps the objects for the next `start`."""
        if self._server is not None:
            self._server.kill()
            self._server = None

    def stop(self) -> None:
        """End both for good and remove what they stored."""
        self.kill()
        self._etcd.kill()
        if "admin" in vars(self):
            self.admin.close()
        shutil.rmtree(self._folder / "etcd", ignore_errors=True)

    @cached_property
    def admin(self) -> httpx.Client:
        """A client that may do everything; its paths are relative to `url`."""
        return self.client(self.admin_token)

    def client(self, token: str) -> httpx.Client:
        """A client of the API with this bearer token; the caller closes it."""
        return httpx.Client(
            base_url=self.url,
            verify=ssl.create_default_context(cafile=str(self.ca_file)),
            headers={"Authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
        )

    def kubeconfig(self, token: str | None = None, namespace: str | None = None) -> Path:
        """Write a kubeconfig file for the admin, or for the owner of `token`."""
        cluster = {"server": self.url, "certificate-authority": str(self.ca_file)}
        context = {"cluster": "test", "user": "test"} | (
            {"namespace": namespace} if namespace else {}
        )
        file = self._folder / f"kubeconfig-{secrets.token_hex(4)}"
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": "test", "user": {"token": token or self.admin_token}}],
            "contexts": [{"name": "test", "context": context}],
            "current-context": "test",
        }
        file.write_text(yaml.safe_dump(content))
        return file

    def new_namespace(self) -> str:
        """Make a namespace that no other test has, and return its name."""
        name = f"test-{secrets.token_hex(4)}"
        self._apply(f"/api/v1/namespaces/{name}", "v1", "Namespace")
        return name

    def service_account(self, namespace: str, name: str, rules: list[dict[str, Any]]) -> str:
        """Make a service account (and its namespace) that has these rights there, and no other.

        Called again with other rules it changes the rights. Returns a token, good for an hour,
        when the rights are in force.
        """
        rbac = "rbac.authorization.k8s.io/v1"
        home, roles = f"/api/v1/namespaces/{namespace}", f"{_RBAC}/namespaces/{namespace}"
        self._apply(home, "v1", "Namespace")
        self._apply(f"{home}/serviceaccounts/{name}", "v1", "ServiceAccount")
        self._apply(f"{roles}/roles/{name}", rbac, "Role", rules=rules)
        self._apply(
            f"{roles}/rolebindings/{name}",
            rbac,
            "RoleBinding",
            roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
            subjects=[{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
        )
        answer = self.admin.post(f"{home}/serviceaccounts/{name}/token", json={"spec": {}})
        token: str = answer.raise_for_status().json()["status"]["token"]
        with self.client(token) as client:
            # RBAC reads roles through a cache that lags behind a little.
            wanted = sorted(_rule(rule) for rule in rules)
            _until("the rights are in force", lambda: _rights(client, namespace) == wanted)
        return token

    def _apply(self, path: str, api_version: str, kind: str, **fields: Any) -> None:
        metadata = {"name": path.rpartition("/")[2]}
        answer = self.admin.patch(
            path,
            params={"fieldManager": "tests", "force": "true"},
            headers={"Content-Type": "application/apply-patch+yaml"},
            content=json.dumps(
                {"apiVersion": api_version, "kind": kind, "metadata": metadata} | fields
            ),
        )
        answer.raise_for_status()

    def _make_types(self) -> None:
        crds = list(yaml.safe_load_all((_KUBE / "crds.yaml").read_text()))
        path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
        for crd in crds:
            self.admin.post(path, json=crd).raise_for_status()
        names = [crd["spec"]["names"]["plural"] for crd in crds]
        self._listed += [f"/apis/argoproj.io/v1alpha1/{plural}" for plural in names]
        _until("the types are served", self._are_listed)

    def _are_listed(self) -> bool:
        with suppress(httpx.TransportError):
            return all(self.admin.get(path).is_success for path in self._listed)
        return False

    def _is_ready(self) -> bool:
        with suppress(httpx.TransportError):
            return self.admin.get("/readyz").is_success
        return False

    def _etcd_argv(self) -> list[str | Path]:
        return [
            self._assets / "etcd",
            f"--data-dir={self._folder / 'etcd'}",
            f"--listen-client-urls={self._etcd_url}",
            f"--advertise-client-urls={self._etcd_url}",
            "--listen-peer-urls=http://127.0.0.1:0",
            "--unsafe-no-fsync",  # it need not outlive the machine
        ]

    def _server_argv(self) -> list[str | Path]:
        certs = self._folder / "certs"
        return [
            self._assets / "kube-apiserver",
            f"--etcd-servers={self._etcd_url}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self._port}",
            f"--cert-dir={certs}",
            # It makes this pair itself, before it looks for the key that signs tokens.
            f"--service-account-signing-key-file={certs / 'apiserver.key'}",
            f"--service-account-key-file={certs / 'apiserver.key'}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--token-auth-file={self._folder / 'tokens.csv'}",
            "--authorization-mode=RBAC",
            "--disable-admission-plugins=ServiceAccount",  # no controller makes the default ones
            "--service-cluster-ip-range=10.0.0.0/24",
            "--endpoint-reconciler-type=none",  # it refuses to publish a loopback address
        ]


def _rule(rule: dict[str, Any]) -> str:
    members = ("apiGroups", "resources", "resourceNames", "verbs")
    return json.dumps([sorted(rule.get(member) or []) for member in members])


def _rights(client: httpx.Client, namespace: str) -> list[str]:
    """What the owner of the client's token may do in the namespace, beside what everybody may."""
    answer = client.post(
        "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
        json={"spec": {"namespace": namespace}},
    )
    if answer.is_error:  # the account itself may not be in the cache yet
        return [answer.text]
    rules = answer.json()["status"]["resourceRules"]
    return sorted(_rule(rule) for rule in rules if not _EVERYBODYS & set(rule["apiGroups"]))


def program(name: str) -> Path:
    """Return one of the programs that `make kube` builds; without it skip, and fail in CI."""
    path = _assets() / name
    if shutil.which(path) is None:
        missing = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        missing(f"no {name} in {path.parent}: run `make kube`")
    return path


@pytest.fixture(scope="session")
def kube_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KubeApi]:
    """A real API server, RBAC on, with the types of Argo Workflows."""
    for name in ("kube-apiserver", "etcd"):
        program(name)
    api = KubeApi(_assets(), tmp_path_factory.mktemp("kube"))
    yield api
    api.stop()
