"""Secrets never show: planted in everything that knows them, with every fault that could tell.

Logs (debug), metrics, health, decisions, dead letters, and what each command prints are searched.
"""

import asyncio
import base64
import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from hookline_processes import command, free_port, wait_until
from nats_users import new_key, operator

from hookline.errors import PermanentError, TemporaryError
from hookline.eventbus.bus import Bus
from hookline.eventbus.login import Login, pair
from hookline.eventbus.settings import BusSettings

pytestmark = pytest.mark.timeout(180)

WORDS = (
    "webhook-token", "wrong-token", "kube-token", "nats-password", "nats-url-password",
    "secure-header", "basic-password", "cookie", "proxy-login", "query", "body", "odd-secret",
)  # fmt: skip
CANARY = {word: f"canary-{number}-{word}" for number, word in enumerate(WORDS)}

MANIFESTS = """\
apiVersion: argoproj.io/v1alpha1
kind: EventBus
metadata: {name: default}
spec: {jetstreamExotic: {url: "NATS", accessSecret: {name: keys, key: nats}}}
---
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {name: hooks}
spec:
  webhook:
    push: {port: "PORT", endpoint: /push, method: POST, authSecret: {name: keys, key: webhook}}
    ask: {port: "PORT", endpoint: /ask, method: GET}
---
apiVersion: argoproj.io/v1alpha1
kind: Sensor
metadata: {name: all}
spec:
  dependencies:
    - {name: push, eventSourceName: hooks, eventName: push}
    - name: templated
      eventSourceName: hooks
      eventName: push
      filters:
        data: [{path: body, type: string, template: '{{ fail "x" }}', value: ["1"]}]
    - name: scripted
      eventSourceName: hooks
      eventName: push
      filters: {script: "error(event.body.secret)"}
    - name: shaped
      eventSourceName: hooks
      eventName: push
      transform: {jq: ".body.secret | error"}
  triggers:
    - template: {name: scripted, conditions: scripted, log: {}}
    - template: {name: shaped, conditions: shaped, log: {}}
    - template: {name: templated, conditions: templated, log: {}}
    - template:
        name: missing
        conditions: push
        k8s:
          operation: create
          source: {resource: {apiVersion: v1, kind: ConfigMap, metadata: {generateName: a-},
            data: {a: "${{ $.push.body.nothing }}"}}}
    - template:
        name: made
        conditions: push
        argoWorkflow:
          operation: submit
          source: {resource: {apiVersion: argoproj.io/v1alpha1, kind: Workflow,
            metadata: {generateName: a-}, spec: {entrypoint: main}}}
    - template:
        name: told
        conditions: push
        http:
          url: TARGET/echo
          method: POST
          secureHeaders:
            - {name: X-Key, valueFrom: {secretKeyRef: {name: keys, key: header}}}
          basicAuth: {username: {name: keys, key: user}, password: {name: keys, key: basic}}
    - template:
        name: led
        conditions: push
        http:
          url: TARGET/redirect
          method: POST
          secureHeaders:
            - {name: X-Key, valueFrom: {secretKeyRef: {name: keys, key: header}}}
    - template:
        name: broken
        conditions: push
        http:
          url: TARGET/broken
          method: POST
          secureHeaders:
            - {name: X-Key, valueFrom: {secretKeyRef: {name: keys, key: header}}}
---
apiVersion: v1
kind: Secret
metadata: {name: keys}
stringData: {webhook: WEBHOOK, user: ann, basic: BASIC, header: HEADER,
  nats: "{username: hookline, password: PASSWORD}"}
"""
ODD = """\
apiVersion: v1
kind: Secret
metadata: {name: odd}
stringData: {a: [SECRET], b: {c: SECRET}}
data: {d: SECRET}
---
apiVersion: v1
kind: Secret
metadata: {name: half}
stringData: {a: SECRET, a: SECRET}
---
apiVersion: v1
kind: Secret
stringData: {a: "SECRET
"""


class Echo(BaseHTTPRequestHandler):
    """Refuses everything, and says all that it was told, in several spellings."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        told = [*self.headers.values()]
        told += [
            base64.b64decode(value[6:]).decode() for value in told if value.startswith("Basic ")
        ]
        said = " ".join(told)
        if self.path == "/redirect":
            self.send_response(307)
            key = self.headers["X-Key"]
            self.send_header("Location", f"http://127.0.0.1:1/{key}?key={key}")
            self.end_headers()
        elif self.path == "/broken":
            self.wfile.write(f"HTTP/1.1 {self.headers['X-Key']}\r\n\r\n".encode())
        else:
            status = 422 if self.path == "/echo" else 403
            body = json.dumps({"kind": "Status", "message": said, "reason": "Odd"}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    do_GET = do_POST  # noqa: N815  names of the base class

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def echo():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def bus_server(make_nats_server):
    login = f"user: hookline, password: {CANARY['nats-password']}"
    return make_nats_server(f"authorization {{ {login} }}")


@pytest.fixture
def places(tmp_path: Path, echo: str, bus_server) -> dict[str, Path]:
    text = MANIFESTS
    for place, value in {
        "NATS": bus_server.url, "PORT": str(free_port()), "TARGET": echo,
        "WEBHOOK": CANARY["webhook-token"], "BASIC": CANARY["basic-password"],
        "HEADER": CANARY["secure-header"], "PASSWORD": CANARY["nats-password"],
    }.items():  # fmt: skip
        text = re.sub(rf"\b{place}\b", value, text)
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "all.yaml").write_text(text)
    (tmp_path / "odd.yaml").write_text(ODD.replace("SECRET", CANARY["odd-secret"]))
    (tmp_path / "password").write_text(CANARY["nats-password"])
    body = {"headers": {"Authorization": ["x"]}, "body": {"secret": CANARY["body"]}}
    (tmp_path / "event.json").write_text(json.dumps(body))
    kubeconfig = {
        "apiVersion": "v1", "kind": "Config", "current-context": "c",
        "clusters": [{"name": "c", "cluster": {"server": echo}}],
        "users": [{"name": "u", "user": {"token": CANARY["kube-token"]}}],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
    }  # fmt: skip
    (tmp_path / "kubeconfig").write_text(json.dumps(kubeconfig))
    return {name: tmp_path / name for name in ("manifests", "kubeconfig", "odd.yaml", "password")}


def seen(text: str, *allowed: str) -> set[str]:
    """Return the canaries that stand in a text, as they are or as base64."""
    forms = {word: (c, base64.b64encode(c.encode()).decode()) for word, c in CANARY.items()}
    return {
        word
        for word, spellings in forms.items()
        if word not in allowed and any(form in text for form in spellings)
    }


def send(process) -> list[str]:
    """Send events with the right and the wrong login; return the ids of those stored."""
    url, ids = process.url("push"), []
    right = {
        "Authorization": f"Bearer {CANARY['webhook-token']}",
        "Cookie": f"a={CANARY['cookie']}",
        "Proxy-Authorization": f"Basic {CANARY['proxy-login']}",
    }
    wrong = {"Authorization": f"Bearer {CANARY['wrong-token']}"}
    body = {"secret": CANARY["body"]}
    for _ in range(2):
        answer = httpx.post(url, json=body, headers=right)
        assert seen(answer.text) == set()
        ids.append(answer.json()["eventId"])
    answers = [
        httpx.post(url, json=body, headers=wrong),
        httpx.post(url, content=b'{"a": "' + CANARY["body"].encode(), headers=right),
        httpx.get(process.url("ask"), params={"token": CANARY["query"]}),
        httpx.get(process.url("ask") + "x", params={"token": CANARY["query"]}),
    ]
    assert [answer.status_code for answer in answers] == [401, 400, 200, 404]
    assert seen("".join(answer.text for answer in answers)) == set()
    return ids


async def everything_on(settings: BusSettings) -> str:
    """Return all messages of all streams, headers too."""
    bus = Bus(settings)
    await bus.start()
    texts = []
    for stream in ("default", "hookline-decisions", "hookline-deadletters"):
        state = (await bus.connection.api(f"STREAM.INFO.{stream}", {}))["state"]
        for number in range(state["first_seq"], state["last_seq"] + 1):
            with suppress(TemporaryError, PermanentError):  # replaced by a later record
                answer = await bus.connection.api(f"STREAM.MSG.GET.{stream}", {"seq": number})
                message = answer["message"]
                texts += [base64.b64decode(message.get(key, "")) for key in ("data", "hdrs")]
    await bus.close()
    return b"\n".join(texts).decode()


def test_no_canary_shows_anywhere_while_everything_fails(places, hookline, bus_server, tmp_path):
    flags = ("--nats-user", "hookline", "--nats-password-file", places["password"])
    flags = ("--nats", bus_server.url, *flags)
    process = hookline(
        "run", places["manifests"], "--kubeconfig", places["kubeconfig"],
        "--log-level", "debug", "--api-port", "0", "--host", "127.0.0.1",
    )  # fmt: skip
    ids = send(process)

    def decided():
        found = json.loads(command("explain", ids[0], *flags, "-o", "json").stdout)
        said = json.dumps(found)
        return said if all(f'"{name}"' in said for name in TRIGGERS) else None

    explained = wait_until(decided, "every trigger has a decision", 60)
    shown = {
        "log": process.said(),
        "metrics": httpx.get(f"{process.ready['api']}/metrics").text,
        "health": httpx.get(f"{process.ready['api']}/readyz?verbose").text,
        "ready file": json.dumps(process.ready),
    }
    for name, argv in {
        "explain": ("explain", ids[0], *flags),
        "audit": ("audit", *flags),
        "letters": ("deadletters", "list", *flags, "-o", "json"),
        "lint": ("lint", places["manifests"]),
        "odd": ("lint", places["odd.yaml"]),
        "render": ("render", places["manifests"] / "all.yaml", "--event", tmp_path / "event.json"),
    }.items():
        result = command(*argv)
        shown[name] = result.stdout + result.stderr
    # What a filter compared stands in explain and render; and render is given the event.
    told = ("body",)
    assert {name: seen(text, *(told if name in TOLD else ())) for name, text in shown.items()} == {
        name: set() for name in shown
    }
    assert seen(explained, *told) == set()
    login = Login(pair(lambda: b"hookline", places["password"].read_bytes), None, None, None, None)
    stored = asyncio.run(everything_on(BusSettings(bus_server.url, login=login)))
    assert '"deadLettered"' in stored
    # What the sender put into the event is in the event; his logins are not.
    assert seen(stored) == {"body", "query"}
    assert all(shown.values()), {name for name, text in shown.items() if not text}


TOLD = ("explain", "render")
TRIGGERS = ("scripted", "shaped", "templated", "missing", "made", "told", "led", "broken")


def test_a_login_that_is_refused_is_not_shown(bus_server, tmp_path):
    seed, creds = new_key("U")[0], operator()[1]
    password = CANARY["nats-url-password"]
    texts = {"nkey": seed, "nkey-broken": seed[:-3], "creds": creds, "creds-broken": creds[40:]}
    ways = [("--nats", bus_server.url.replace("//", f"//hookline:{password}@"))]
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        kind = name.partition("-")[0]
        ways.append(("--nats", bus_server.url, f"--nats-{kind}", str(tmp_path / name)))
    with ThreadPoolExecutor(len(ways)) as pool:
        results = list(pool.map(lambda way: command("audit", *way), ways))
    hidden = (password, seed[:20], creds.split("\n")[1], creds[-90:-60])
    for way, result in zip(ways, results, strict=True):
        said = result.stdout + result.stderr
        assert result.returncode == 1, way
        assert said, way
        assert [each for each in hidden if each in said] == [], way
