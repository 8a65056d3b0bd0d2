"""A real Apache Kafka of one node (KRaft) for the tests that ask; it dies with the test run."""

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path

import pytest
from nats_servers import _free_port

_DEADLINE = 90.0  # seconds; a start takes about six
_POM = Path(__file__).parents[1] / "kafka" / "pom.xml"
_CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg"
_CONFIG = """
process.roles=broker,controller
node.id=1
listeners=PLAIN://127.0.0.1:{plain},SASL://127.0.0.1:{sasl},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map=PLAIN:PLAINTEXT,SASL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAIN
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller}
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=\\
 org.apache.kafka.common.security.plain.PlainLoginModule required user_ann="s3cret";
log.dirs={folder}/data
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
auto.create.topics.enable=false
message.max.bytes=100000
"""


def _jars() -> Path:
    version = ET.parse(_POM).findtext(".//{*}dependency/{*}version")  # noqa: S314  our own file
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "hookline" / "kafka" / str(version)
    return Path(os.environ.get("HOOKLINE_KAFKA_ASSETS") or folder)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class KafkaServer:
    """A running broker: `url` takes anybody, `guarded` only ann with the password s3cret."""

    def __init__(self, folder: Path, jars: Path) -> None:
        self._java = ["java", "-Xmx256m", "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*"]
        plain, sasl, controller = (_free_port() for _ in range(3))
        self.url, self.guarded = f"127.0.0.1:{plain}", f"127.0.0.1:{sasl}"
        self._config = folder / "server.properties"
        self._config.write_text(
            _CONFIG.format(plain=plain, sasl=sasl, controller=controller, folder=folder)
        )
        self._log = folder / "log"
        self._run("kafka.tools.StorageTool", "format", "-t", _CLUSTER, "-c", str(self._config))

    def _run(self, *argv: str) -> None:
        subprocess.run([*self._java, *argv], check=True, capture_output=True, timeout=_DEADLINE)

    def start(self) -> None:
        """Start it; returns when it accepts connections."""
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*self._java, "kafka.Kafka", str(self._config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,  # noqa: PLW1509  one call into libc, no lock taken
            )
        end = time.monotonic() + _DEADLINE
        while time.monotonic() < end:
            assert self._process.poll() is None, f"Kafka ended:\n{self._log.read_text()[-2000:]}"
            host, port = self.url.split(":")
            with suppress(OSError), socket.create_connection((host, int(port)), 1):
                return
            time.sleep(0.05)
        raise TimeoutError(f"Kafka is not ready:\n{self._log.read_text()[-2000:]}")

    def stop(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait(10)


@pytest.fixture(scope="session")
def kafka(tmp_path_factory):
    """A broker for all tests of this process; each makes topics of its own."""
    jars = _jars()
    if shutil.which("java") is None or not any(jars.glob("kafka_2.13-*.jar")):
        why = f"no Apache Kafka in {jars}: run `make kafka` (needs Java and Maven)"
        if os.environ.get("CI") == "true":
            pytest.fail(why)
        pytest.skip(why)
    server = KafkaServer(tmp_path_factory.mktemp("kafka"), jars)
    server.start()
    yield server
    server.stop()
