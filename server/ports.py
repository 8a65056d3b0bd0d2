"""Ports that this process wants: whether they are free, said in one line when they are not."""

import socket

from hookline.errors import HooklineError


class PortTakenError(HooklineError):
    """Somebody else listens on a port that we need."""


def free_port(port: int, what: str, flag: str) -> int:
    """Return `port` when it can be had on loopback (0 gives any free one).

    Args:
        port: the wanted port.
        what: who wants it, for the message.
        flag: the flag that changes it.

    Raises:
        PortTakenError: it is taken; the message names the flag.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTakenError(
                f"port {port} for {what} is taken: stop what listens there, "
                f"or choose another with {flag}"
            ) from error
        return int(probe.getsockname()[1])
