"""The Helm chart: rendered and installed by the real helm, its pods run as plain processes."""

import base64
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from hookline_processes import command, free_port, wait_until
from real_kube import KubeApi, program

ROOT = Path(__file__).parents[2]
CHART = ROOT / "charts" / "hookline"

# Hookline, with the account of the pod in the folder that is the first argument: its place in a
# pod is fixed, and no place of this machine.
_IN_POD = """
import sys
from kubernetes.aio.config import incluster_config
folder = sys.argv.pop(1)
incluster_config.SERVICE_TOKEN_FILENAME = folder + "/token"
incluster_config.SERVICE_CERT_FILENAME = folder + "/ca.crt"
from server.cli import main
main()
"""


def helm(*argv: str | Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run helm with `text` as its input; it reads nothing of the user's."""
    return subprocess.run(
        [program("helm"), *map(str, argv)],
        input=text,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere"},
    )


def render(values: dict[str, Any] | None = None, namespace: str = "default") -> list[dict]:
    """Return the objects that the chart makes of some values for the release `hookline`.

    Values that it refuses are a ValueError with what helm says.
    """
    command = ("template", "hookline", CHART, "-n", namespace, "-f", "-")
    done = helm(*command, text=yaml.safe_dump(values or {}))
    if done.returncode:
        raise ValueError(done.stderr)
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def one(objects: list[dict], kind: str, name: str = "") -> dict:
    """Return the one object of a kind, or that whose name ends so."""
    [found] = [
        each for each in objects if each["kind"] == kind and each["metadata"]["name"].endswith(name)
    ]
    return found


class Release:
    """The chart, installed as the release `hookline` on a real API server."""

    def __init__(self, api: KubeApi, namespace: str) -> None:
        self.api, self.namespace = api, namespace
        self._kubeconfig = api.kubeconfig(namespace=namespace)

    def apply(self, values: dict[str, Any]) -> None:
        """Install it, or upgrade it to other values."""
        flags = ["--install", "-n", self.namespace, "--kubeconfig", self._kubeconfig, "-f", "-"]
        done = helm("upgrade", "hookline", CHART, *flags, text=yaml.safe_dump(values))
        assert done.returncode == 0, done.stderr

    def get(self, kind: str, name: str) -> dict[str, Any]:
        """Return an object of the release's namespace: `apis/apps/v1`, `deployments`, …"""
        group, plural = kind.rsplit("/", 1)
        path = f"/{group}/namespaces/{self.namespace}/{plural}/{name}"
        found: dict[str, Any] = self.api.admin.get(path).raise_for_status().json()
        return found

    def token(self, account: str) -> str:
        """Return a token of a service account, as a pod is given one."""
        path = f"/api/v1/namespaces/{self.namespace}/serviceaccounts/{account}/token"
        answer = self.api.admin.post(path, json={"spec": {}})
        token: str = answer.raise_for_status().json()["status"]["token"]
        return token


class Pod:
    """The container of a Deployment as a process: its args, env, mounts, ports and probes.

    What the machine would give it is put in place: folders for its volumes and for the token of its
    account, a free port for that of its API, the address of loopback. It may write no file at all
    (`ulimit -f 0`), which is stricter than a root file system that is read only.
    """

    def __init__(self, release: Release, role: str, folder: Path) -> None:
        self._release = release
        self._folder = folder
        self.log = folder / "log"
        deployment = release.get("apis/apps/v1/deployments", f"hookline-{role}")
        self.spec = deployment["spec"]["template"]["spec"]
        [self.container] = self.spec["containers"]
        [api] = [port for port in self.container["ports"] if port["name"] == "api"]
        self._ports = {port["name"]: port["containerPort"] for port in self.container["ports"]}
        self._ports["api"] = free_port()
        self._volumes = {volume["name"]: volume for volume in self.spec["volumes"]}
        self.mount()
        self.argv = [self._local(arg) for arg in self.container["args"]]
        self.argv = [
            arg.replace(f"--api-port={api['containerPort']}", f"--api-port={self._ports['api']}")
            for arg in self.argv
        ]
        self._start()

    def mount(self) -> None:
        """Write the volumes as the kubelet does: again, when their objects have changed."""
        for mount in self.container["volumeMounts"]:
            volume = self._volumes[mount["name"]]
            place = self._place(mount["mountPath"])
            place.mkdir(parents=True, exist_ok=True)
            if files := self._files(volume):
                _exchange(place, files)

    def _files(self, volume: dict[str, Any]) -> dict[str, bytes]:
        if "configMap" in volume:
            found = self._release.get("api/v1/configmaps", volume["configMap"]["name"])
            return {name: text.encode() for name, text in found.get("data", {}).items()}
        if "secret" in volume:
            return self._secret(volume["secret"]["secretName"])
        assert "emptyDir" in volume
        return {}

    def _secret(self, name: str) -> dict[str, bytes]:
        data = self._release.get("api/v1/secrets", name)["data"]
        return {key: base64.b64decode(value) for key, value in data.items()}

    def _place(self, path: str) -> Path:
        return self._folder / path.removeprefix("/")

    def _local(self, text: str) -> str:
        return re.sub(r"(?:(?<==)|^)/[\w/-]+", lambda path: str(self._place(path[0])), text)

    def _environment(self) -> dict[str, str]:
        found = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOOKLINE_HOST": "127.0.0.1"}
        found |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"}  # the image's
        for variable in self.container["env"]:
            value = variable.get("value")
            if value is None:
                wanted = variable["valueFrom"]["secretKeyRef"]
                value = self._secret(wanted["name"])[wanted["key"]].decode()
            found[variable["name"]] = self._local(value)
        api = httpx.URL(self._release.api.url)
        found |= {"KUBERNETES_SERVICE_HOST": api.host, "KUBERNETES_SERVICE_PORT": str(api.port)}
        return found

    def _account(self) -> Path:
        """Put the token of the pod's account into a folder, if the pod gets one."""
        folder = self._place("account")
        folder.mkdir()
        if self.spec["automountServiceAccountToken"]:
            token = self._release.token(self.spec["serviceAccountName"])
            (folder / "token").write_text(token)
            (folder / "ca.crt").write_bytes(self._release.api.ca_file.read_bytes())
        return folder

    def _start(self) -> None:
        hookline = [sys.executable, "-c", _IN_POD, self._account(), *self.argv]
        with self.log.open("ab") as output:
            self._writer = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=output)
        self.process = subprocess.Popen(
            ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *hookline],
            stdin=subprocess.DEVNULL,
            stdout=self._writer.stdin,
            stderr=self._writer.stdin,
            start_new_session=True,
            cwd="/",
            env=self._environment(),
        )
        assert self._writer.stdin is not None
        self._writer.stdin.close()

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        """Run a `hookline` command as `kubectl exec` does: with nothing but the pod's variables."""
        return command(*argv, cwd="/", env=self._environment())

    def ask(self, probe: str) -> httpx.Response:
        """Ask one of the container's probes as the kubelet does."""
        get = self.container[probe]["httpGet"]
        return httpx.get(f"http://127.0.0.1:{self._ports[get['port']]}{get['path']}")

    def url(self, port: str, path: str) -> str:
        """Return the URL of a path on a named port."""
        return f"http://127.0.0.1:{self._ports[port]}{path}"

    def wait_ready(self) -> "Pod":
        """Wait until all probes are content."""
        probes = ("startupProbe", "livenessProbe", "readinessProbe")
        wait_until(
            lambda: all(self.ask(probe).is_success for probe in probes) or self._check(),
            f"the pod is ready, see {self.log}",
        )
        return self

    def _check(self) -> bool:
        """Fail when the process has ended, with what it said."""
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return False

    def end(self) -> int:
        """End it as the kubelet does, and return the exit code; too late is a TimeoutExpired."""
        self.process.terminate()
        code = self.process.wait(self.spec["terminationGracePeriodSeconds"])
        self._writer.wait(10)
        return code

    def kill(self) -> None:
        """Kill -9. Harmless when it is gone already."""
        self.process.kill()
        self.process.wait(30)
        self._writer.wait(10)


def _exchange(place: Path, files: dict[str, bytes]) -> None:
    """Put files behind the link `..data`, which is replaced in one step."""
    version = place / f"..{len(list(place.glob('..[0-9]*')))}"
    version.mkdir()
    for name, content in files.items():
        (version / name).write_bytes(content)
    half = place / "..data_tmp"
    half.symlink_to(version.name)
    half.replace(place / "..data")
    for name in files:
        if not (place / name).is_symlink():
            (place / name).symlink_to(f"..data/{name}")


@pytest.fixture
def release(kube_api: KubeApi) -> Release:
    """The chart on a real API server, in a namespace of this test's own; not yet installed."""
    return Release(kube_api, kube_api.new_namespace())


@pytest.fixture
def pod(release: Release, tmp_path: Path) -> Iterator[Callable[[str], Pod]]:
    """Return a function that starts one more pod of a role."""
    started: list[Pod] = []

    def start(role: str) -> Pod:
        folder = tmp_path / f"pod-{len(started)}"
        folder.mkdir()
        started.append(Pod(release, role, folder))
        return started[-1]

    yield start
    for each in started:
        each.kill()
