"""The API of the sandbox as an ASGI application: what `kubectl` and our own client speak to."""

from collections.abc import Awaitable, Callable

from server.sandbox import creation, discovery, routes, verbs
from server.sandbox.objects import Objects
from server.sandbox.status import StatusError, no_such_path
from server.sandbox.store import Store
from server.sandbox.visitors import stranger
from server.sandbox.watches import Watch
from server.sandbox.wire import (
    Message,
    Receive,
    Request,
    Response,
    Send,
    as_json,
    as_text,
    failure,
    page_not_found,
)

type App = Callable[[Message, Receive, Send], Awaitable[None]]

_HEALTH = frozenset({"healthz", "livez", "readyz"})


def create_app(
    store: Store, *, auto_namespaces: bool = True, this_machine_only: bool = False
) -> App:
    """Return the API over a store.

    Args:
        store: where the objects are; the caller closes it, which ends all watches.
        auto_namespaces: make a missing namespace when something is created in it, instead of
            refusing with 404 as a real server does.
        this_machine_only: refuse what can come from a web page (403).
    """
    objects = Objects(store, auto_namespaces=auto_namespaces)
    creation.create_first_namespaces(objects)

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request.read(scope, receive)
        if this_machine_only and (refusal := stranger(request.headers)):
            await failure(refusal).send(send)
        else:
            await _serve(objects, request, send)

    return app


async def _serve(objects: Objects, request: Request, send: Send) -> None:
    try:
        answer = await _answer(objects, request)
    except StatusError as error:
        answer = failure(error)
    except Exception as error:  # noqa: BLE001 - a fault of ours is an answer, the server lives on
        answer = _fault(request, error)
    if isinstance(answer, Watch):
        await answer.run(request.receive, send)
    else:
        await answer.send(send)


def _fault(request: Request, error: Exception) -> Response:
    """Log a fault of ours; returns what the caller is told."""
    import structlog  # noqa: PLC0415 - slow to import, and next to never needed

    path = "/".join(request.segments)
    log = structlog.get_logger(__name__)
    log.error("the sandbox failed", method=request.method, path=path, exc_info=error)
    message = "Internal error occurred: the log of the sandbox has it"
    return failure(StatusError(500, "InternalError", message))


async def _answer(objects: Objects, request: Request) -> Response | Watch:
    if request.segments[0] == "openapi":
        raise no_such_path()
    if len(request.segments) == 1 and request.segments[0] in _HEALTH:
        return as_text("ok")
    if found := discovery.document(request.segments, objects.catalogue):
        return as_json(found)
    target = routes.target(request.segments, objects.catalogue)
    if target is None:
        return page_not_found()
    if target.name:
        return await verbs.on_object(objects, request, target)
    return await verbs.on_collection(objects, request, target)
