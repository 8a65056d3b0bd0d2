"""The bounds of the HTTP servers: nobody outside can make the process grow or wait for ever."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds for each webhook port, `held_bytes` for all ports of a process together.

    Attributes:
        connections: open at a time; one more ends the one that is idle longest, and is answered 503
            when none is.
        headers: of one request; head_bytes: of their names and values, and of the URL (else 431).
        head_seconds: until a request's headers are there; body_seconds: then for its body (else
            408, also without a byte received).
        idle_seconds: between two requests on a kept connection.
        unread_seconds: a client may leave an answer unread.
        pipelined: requests waiting behind one that is worked on; the connection ends after them.
        held_bytes: of bodies that are not answered yet (else 503); no single one is larger (413).
        linger_seconds, linger_bytes: how long, how much of an unwanted body is read and thrown
            away, so that the client sees its answer.
        sweep_seconds: how often the deadlines are looked at.
    """

    connections: int = 500
    headers: int = 128
    head_bytes: int = 65536
    head_seconds: float = 10.0
    body_seconds: float = 10.0
    idle_seconds: float = 15.0
    unread_seconds: float = 10.0
    pipelined: int = 32
    held_bytes: int = 16 * 1024 * 1024
    linger_seconds: float = 2.0
    linger_bytes: int = 1024 * 1024
    sweep_seconds: float = 0.5
