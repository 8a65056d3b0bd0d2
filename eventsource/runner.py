"""Runs event sources: opens their ports, exchanges them at a reload, drains them at the end."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import structlog

from eventsource.certificate import Certificate
from eventsource.emitter import Emitter, Publish, ids
from eventsource.http import Application, Held, Route, RouteTable
from eventsource.limits import Limits
from eventsource.listening import Listener, Listeners
from eventsource.server import HttpServer, ListenError
from eventsource.source import Endpoint, Receive, Surroundings
from eventsource.spec import EventSource, SourceEvent
from hookline.metrics import Metrics
from hookline.secrets import SecretKey, Secrets

log = structlog.get_logger(__name__)
_TRY_AGAIN = 1.0
_REOPEN = "reopen ports"
_LEAVE = 20.0  # seconds for the requests on a port that a reload takes away
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104  only shown


@dataclass(frozen=True)
class _Plan:
    """Routes by port, and what cannot be served because another has its place."""

    ports: dict[int, list[Route]]
    problems: dict[str, str]


class SourceRunner:
    """Makes events of what callers send.

    Args:
        publish: stores an event on the bus.
        host: address that all ports are bound to.
        secrets: where bearer tokens, certificates and logins come from.
        metrics: what is counted, under its namespace.
        limits: bounds of the HTTP servers.
        shared: other processes of ours listen on the same ports.
    """

    def __init__(
        self,
        publish: Publish,
        *,
        host: str,
        secrets: Secrets,
        metrics: Metrics,
        limits: Limits | None = None,
        shared: bool = False,
    ) -> None:
        self._publish = publish
        self._host = host
        self._shared = shared
        self._secrets = secrets
        self._metrics = metrics
        self._limits = limits or Limits()
        self._held = Held()
        self._ids: Iterator[str] = ids()
        self._servers: dict[int, HttpServer] = {}
        self._leaving: set[HttpServer] = set()
        self._closed: dict[int, ListenError] = {}
        self._shown: dict[int, tuple[SecretKey, SecretKey] | None] = {}
        self._plan = _Plan({}, {})
        self._listeners = Listeners()
        self._sources: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, sources: Iterable[EventSource]) -> None:
        """Listen for all events; ListenError (PortTakenError) when a port cannot be had."""
        await self._serve(list(sources))
        if self._closed:
            first = next(iter(self._closed.values()))
            await self.drain(0)
            raise first

    async def replace(self, sources: Iterable[EventSource]) -> None:
        """Serve these sources instead of the ones before; what both have is served throughout.

        A port that cannot be had is a problem in `listening` and tried again for ever.
        """
        await self._serve(list(sources))
        if self._closed and not any(task.get_name() == _REOPEN for task in self._tasks):
            self._spawn(asyncio.create_task(self._keep_trying(), name=_REOPEN))

    async def drain(self, deadline: float) -> None:
        """Stop accepting, finish what is in flight within `deadline` seconds, cut the rest."""
        servers = [*self._servers.values(), *self._leaving]
        await asyncio.gather(
            self._listeners.stop(deadline), *(server.drain(deadline) for server in servers)
        )
        for task in self._tasks:
            task.cancel()
        self._servers.clear()
        self._closed.clear()
        self._plan = _Plan({}, {})
        self._count([])

    def listening(self) -> dict[str, str | None]:
        """Return each `source/event` with the problem that keeps it from being called, or None."""
        found: dict[str, str | None] = {**self._plan.problems, **self._listeners.problems()}
        for port, routes in self._plan.ports.items():
            problem = self._closed.get(port)
            for route in routes:
                found[f"{route.source}/{route.event}"] = None if problem is None else str(problem)
        return found

    def urls(self) -> list[dict[str, str]]:
        """Return where each event is called: `eventSource`, `event` and `url`."""
        host = _EVERYWHERE.get(self._host, self._host)
        return [
            {
                "eventSource": route.source,
                "event": route.event,
                "url": f"{_scheme(route)}://{host}:{port}{route.endpoint.path}",
            }
            for port, routes in self._plan.ports.items()
            for route in routes
        ]

    def _lay_out(self, sources: list[EventSource]) -> _Plan:
        plan = _Plan({}, {})
        taken: dict[tuple[int, str, str], str] = {}
        for source in sources:
            for event in source.events:
                where = event.endpoint
                if where is None or event.receive is None:
                    continue
                owner = f"{source.name}/{event.name}"
                key = (where.port, where.path, where.method)
                problem = _clash(plan.ports.get(where.port), where)
                if problem is None and taken.setdefault(key, owner) == owner:
                    route = self._route(source, event, where, event.receive)
                    plan.ports.setdefault(where.port, []).append(route)
                    continue
                plan.problems[owner] = problem or (
                    f"{where.method} {where.path} on port {where.port} belongs to {taken[key]}"
                )
                log.error("not-listening", source=owner, problem=plan.problems[owner])
        return plan

    def _route(
        self, source: EventSource, event: SourceEvent, where: Endpoint, receive: Receive
    ) -> Route:
        emitter = self._emitter(source, event)
        secret = self._secret(source.namespace)
        pair = where.certificate
        return Route(
            source=source.name,
            event=event.name,
            endpoint=where,
            receive=receive,
            emit=emitter,
            token=None if where.token is None else secret(where.token),
            failed=emitter.failed,
            certificate=None if pair is None else _both(*map(secret, pair)),
        )

    def _emitter(self, source: EventSource, event: SourceEvent) -> Emitter:
        return Emitter(self._publish, self._metrics, self._ids, source.name, event)

    def _secret(self, namespace: str) -> Callable[[SecretKey], Callable[[], bytes]]:
        """Return what gives the reader of a secret for sources of a namespace."""
        return lambda key: self._secrets.reader(key, namespace)

    def _wanted(self, sources: list[EventSource]) -> Iterator[Listener]:
        for source in sources:
            for event in source.events:
                if event.listen is not None:
                    emitter = self._emitter(source, event)
                    at = Surroundings(
                        namespace=self._metrics.namespace,
                        source=source.name,
                        event=event.name,
                        secret=self._secret(source.namespace),
                        say=lambda _: None,
                        failed=emitter.failed,
                        new_id=lambda: next(self._ids),
                    )
                    owner = f"{source.name}/{event.name}"
                    yield Listener(owner, event.kind, event.source, event.listen, emitter, at)

    async def _serve(self, sources: list[EventSource]) -> None:
        await self._listeners.replace(self._wanted(sources))
        self._plan = self._lay_out(sources)
        self._leave()
        for port, routes in self._plan.ports.items():
            if server := self._servers.get(port):
                server.application.table = RouteTable(routes)
            else:
                await self._open(port, routes)
        self._count(sources)

    async def _open(self, port: int, routes: list[Route]) -> None:
        wanted_by = ", ".join(f"{route.source}/{route.event}" for route in routes)
        count = _Answers(self._metrics, port)
        application = Application(RouteTable(routes), self._limits, self._held, count)
        read = routes[0].certificate
        certificate = None if read is None else Certificate(read, port)
        owner = f"EventSource {wanted_by}"
        server = HttpServer(self._host, port, application, owner, certificate, shared=self._shared)
        try:
            await server.open()
        except ListenError as error:
            self._closed[port] = error
        else:
            self._closed.pop(port, None)
            self._servers[port] = server
            self._shown[port] = routes[0].endpoint.certificate

    async def _keep_trying(self) -> None:
        while self._closed:
            for port, error in self._closed.items():
                log.error("not-listening", every=f"port:{port}", port=port, problem=str(error))
            await asyncio.sleep(_TRY_AGAIN)
            for port in list(self._closed):
                await self._open(port, self._plan.ports[port])

    def _leave(self) -> None:
        for port in [port for port in self._servers if not self._stays(port)]:
            server = self._servers.pop(port)
            server.stop_listening()
            self._leaving.add(server)
            self._spawn(asyncio.create_task(self._retire(server)))
        for port in {*self._closed} - {*self._plan.ports}:
            del self._closed[port]

    def _stays(self, port: int) -> bool:
        """Whether a port goes on: it is wanted, and with the certificate that it shows."""
        routes = self._plan.ports.get(port)
        return routes is not None and routes[0].endpoint.certificate == self._shown[port]

    async def _retire(self, server: HttpServer) -> None:
        await server.drain(_LEAVE)
        self._leaving.discard(server)

    def _spawn(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _count(self, sources: list[EventSource]) -> None:
        running = self._metrics.running
        for name in self._sources - {source.name for source in sources}:
            running.labels(self._metrics.namespace, name).set(0)
        for source in sources:
            running.labels(self._metrics.namespace, source.name).set(len(source.events))
        self._sources = {source.name for source in sources}


def _both(
    certificate: Callable[[], bytes], key: Callable[[], bytes]
) -> Callable[[], tuple[bytes, bytes]]:
    return lambda: (certificate(), key())


def _clash(routes: list[Route] | None, where: Endpoint) -> str | None:
    """Return why a port that has these routes cannot serve another one, if it cannot."""
    if routes is None or routes[0].endpoint.certificate == where.certificate:
        return None
    first = routes[0]
    return f"port {where.port} has another certificate, of {first.source}/{first.event}"


def _scheme(route: Route) -> str:
    return "http" if route.endpoint.certificate is None else "https"


class _Answers:
    """Counts the answers of one port by status."""

    def __init__(self, metrics: Metrics, port: int) -> None:
        self._metrics = metrics
        self._port = str(port)
        self._by_status: dict[int, Callable[[], None]] = {}

    def __call__(self, status: int) -> None:
        count = self._by_status.get(status)
        if count is None:
            labels = (self._metrics.namespace, self._port, str(status))
            count = self._by_status[status] = self._metrics.requests.labels(*labels).inc
        count()
