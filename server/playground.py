"""What `hookline dev` brings along: a nats-server and a sandbox Kubernetes, on loopback."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import structlog

from hookline.kube.client import KubeClient
from hookline.kube.errors import AlreadyExistsError
from hookline.manifest import Document
from server.nats_server import NatsServer
from server.ports import free_port
from server.sandbox.app import Running, serve

log = structlog.get_logger(__name__)
_encode = msgspec.json.encode


@dataclass(slots=True)
class Playground:
    """The parts that dev starts itself; those that are given from outside are None."""

    nats: NatsServer | None = None
    sandbox: Running | None = None

    async def start_nats(self, folder: Path, port: int) -> str:
        """Start a nats-server with its files in `folder`; return its URL."""
        server = NatsServer(folder, free_port(port, "nats-server", "--nats-port"))
        self.nats = server
        await server.start()
        return server.url

    async def start_sandbox(self, file: Path, port: int) -> str:
        """Start the sandbox with its objects in `file`; return its URL."""
        wanted = free_port(port, "the sandbox Kubernetes", "--kube-port")
        self.sandbox = await serve(file, "127.0.0.1", wanted)
        return self.sandbox.url

    async def stop(self) -> None:
        """Stop what was started."""
        if self.sandbox is not None:
            await self.sandbox.stop()
        if self.nats is not None:
            await self.nats.stop()


async def put(kube: KubeClient, documents: list[Document], namespace: str) -> None:
    """Create the documents in the sandbox; one that is there already is made anew."""
    for document in documents:
        api_version = str(document.body.get("apiVersion") or "")
        home = document.namespace or namespace
        body = _encode(document.body)
        where = (api_version, document.kind, home)
        try:
            await kube.create(*where, body)
        except AlreadyExistsError:
            await kube.delete(*where, document.name)
            await kube.create(*where, body)
        log.info("in the sandbox", object=f"{document.kind} {home}/{document.name}")
