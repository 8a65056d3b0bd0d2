"""The commands of a page, run for real: `hookline dev` on copies with free ports, curl as httpx."""

import argparse
import json
import re
import shlex
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from hookline_processes import HooklineProcess, command, free_port, wait_until

ROOT = Path(__file__).parents[2]
_API_PORT, _NATS_PORT = "7788", "7789"
_MADE = "my-secrets"  # the folder that pages make
_READS_BUS = ("explain", "audit", "forget", "publish", "deadletters")

_CURL = argparse.ArgumentParser("curl")
_CURL.add_argument("url")
_CURL.add_argument("-H", dest="headers", action="append", default=[])
_CURL.add_argument("-d", dest="body")
_CURL.add_argument("-i", action="store_true")
_CURL.add_argument("--cacert")


@dataclass(frozen=True)
class Step:
    """One command of a page; `shown` is the output that the page has for it, or empty."""

    line: str
    shown: str


def steps(page: str) -> list[Step]:
    """Return the commands in the fences of a page, in order.

    A fence whose first line is no command is the output of the last command before it, the first
    such one. A fence with a language is neither.
    """
    found: list[Step] = []
    fences = re.findall(r"^```(\w*)\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    for body in (body for language, body in fences if not language):
        lines = body.replace("\\\n", " ").splitlines()
        if is_command(lines[0]):
            found += [Step(line.partition("  # ")[0], "") for line in lines if is_command(line)]
        elif found and not found[-1].shown:
            found[-1] = Step(found[-1].line, body)
    return found


def is_command(line: str) -> bool:
    """Return whether a line is typed into a shell."""
    return re.match(r"(curl|mkdir|openssl|\S*hookline) ", line) is not None


def same(text: str) -> str:
    """Return an output without what is new each time: times, hashes, made ids, addresses."""
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)", "TIME", text)
    text = re.sub(r"\b[a-z2-7]{26}\b|\b[0-9a-f]{32}\b", "HASH", text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _is_id(word: str) -> bool:
    """Return whether a word stands for the id that the last answer had: each time another."""
    return word == "ID" or re.fullmatch(r"[0-9a-f]{32}", word) is not None


class Rehearsal:
    """One page's commands against one running `hookline dev`.

    Attributes:
        process: the `dev`, once it was started; folder: its data and the copies of manifests.
        ports: the page's ports to those that are used instead.
    """

    def __init__(self, folder: Path, root: Path = ROOT) -> None:
        self.folder = folder
        self.process: HooklineProcess | None = None
        self._root = root
        self.ports = {port: str(free_port()) for port in (_API_PORT, _NATS_PORT)}
        self._last_id = ""

    def run(self, step: Step) -> str:
        """Do one step, and return what it says; fails where the page shows something else.

        A command that reads the bus is repeated until it shows what the page has.
        """
        program, *argv = shlex.split(step.line)
        if program == "curl":
            return self._compared(self._curl(argv, refused='"error"' in step.shown), step)
        if program in {"mkdir", "openssl"}:
            words = [program, *map(self._here, argv)]
            return subprocess.run(words, check=True, capture_output=True, text=True).stdout
        if argv[0] == "dev":
            self._dev(argv)
            return ""
        return self._hookline(argv, step)

    def _compared(self, said: str, step: Step) -> str:
        assert not step.shown or same(said) == same(step.shown), step.line
        return said

    def _hookline(self, argv: list[str], step: Step) -> str:
        if argv[0] in _READS_BUS:
            argv = [*argv, "--data-dir", str(self.folder / "data")]
        rest = [self._last_id if _is_id(word) else self._here(word) for word in argv[1:]]
        argv = [argv[0], *rest]

        def tried() -> str | None:
            result = command(*argv)
            if result.returncode != 0 and argv[0] in _READS_BUS:
                return None  # not there yet
            assert result.returncode == 0, f"{step.line}: {result.stderr}"
            fits = not step.shown or same(result.stdout) == same(step.shown)
            return result.stdout or " " if fits else None

        return wait_until(tried, f"{step.line} says what the page shows")

    def _dev(self, argv: list[str]) -> None:
        argv = [self._copy(word) if self._is_manifest(word) else self._here(word) for word in argv]
        data = ["--data-dir", str(self.folder / "data")]
        nats, api = self.ports[_NATS_PORT], self.ports[_API_PORT]
        ports = ["--nats-port", nats, "--api-port", api, "--kube-port", "0"]
        self.process = HooklineProcess([*argv, *data, *ports], self.folder / "process").start()

    def _is_manifest(self, word: str) -> bool:
        path = self._root / word
        return path.suffix == ".yaml" or bool(path.is_dir() and [*path.glob("*.yaml")])

    def _copy(self, word: str) -> str:
        """Copy manifests, with other ports, and return where they are."""
        source = self._root / word
        target = self.folder / "manifests"
        target.mkdir(parents=True, exist_ok=True)
        for path in source.glob("*.yaml") if source.is_dir() else [source]:
            text = path.read_text("utf-8")
            for port in re.findall(r'port: "(\d+)"', text):
                self.ports.setdefault(port, str(free_port()))
            (target / path.name).write_text(self._ported(text))
        return str(target)

    def _ported(self, text: str) -> str:
        known = "|".join(self.ports)
        return re.sub(rf"\b({known})\b", lambda found: self.ports[found[1]], text)

    def _here(self, word: str) -> str:
        if word.startswith(_MADE):
            return str(self.folder / word)
        before, equals, name = word.rpartition("=")  # --event DEP=FILE
        path = self._root / name
        return f"{before}{equals}{path}" if name and path.exists() else self._ported(word)

    def _curl(self, argv: list[str], *, refused: bool) -> str:
        call = _CURL.parse_args(argv)
        verify = ssl.create_default_context(cafile=self._here(call.cacert)) if call.cacert else True
        headers = [tuple(re.split(r": *", header, maxsplit=1)) for header in call.headers]
        body = call.body
        if body and body.startswith("@"):
            body = (self._root / body[1:]).read_text("utf-8")
        if body and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        url = self._ported(call.url)
        with httpx.Client(verify=verify) as client:
            answer = client.request("POST" if body else "GET", url, headers=headers, content=body)
        assert refused or answer.status_code == 200, answer.text
        self._last_id = answer.json().get("eventId", self._last_id)
        return answer.text

    def ledger(self) -> dict[str, int]:
        """Return what `hookline audit` adds up."""
        result = command("audit", "--data-dir", self.folder / "data", "-o", "json")
        return dict(json.loads(result.stdout))

    def objects(self, plural: str = "workflows") -> list[dict[str, Any]]:
        """Return the objects of a kind in the sandbox, the oldest first."""
        assert self.process is not None
        url = f"{self.process.ready['kubernetes']}/apis/argoproj.io/v1alpha1/{plural}"
        items = httpx.get(url).json()["items"]
        return sorted(items, key=lambda item: int(item["metadata"]["resourceVersion"]))

    def parameters(self, count: int) -> list[dict[str, str]]:
        """Return the parameters of all Workflows when everything is decided: `count` of them."""
        wait_until(lambda: len(self.objects()) >= count, f"{count} Workflows: {self._tail()}")
        wait_until(lambda: self.ledger()["pending"] == 0, f"all is decided: {self._tail()}")
        found = [item["spec"]["arguments"]["parameters"] for item in self.objects()]
        return [{each["name"]: each["value"] for each in one} for one in found]

    def _tail(self) -> str:
        return self.process.tail() if self.process else "not started"

    def close(self) -> None:
        """End what was started."""
        if self.process:
            self.process.kill()
