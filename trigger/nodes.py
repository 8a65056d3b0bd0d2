"""The nodes in a Workflow's status: those that wait at a suspend step, and how they go on.

Plain, or packed by the controller because they are many (base64 of gzip); those that it has put
into its database are out of reach.
"""

import base64
import binascii
import gzip
import io
import zlib
from typing import Any

import msgspec

from hookline.errors import PermanentError

type Tree = dict[str, Any]

LARGEST = 64 * 1024 * 1024
_MAGIC = b"\x1f\x8b"


def resumed(status: Tree, message: str, moment: str) -> Tree:
    """Return the merge patch of a status after which all waiting nodes have succeeded.

    Args:
        status: the Workflow's, as it stands.
        message: what the nodes say afterwards, behind what they said before.
        moment: now, in RFC 3339.

    Raises:
        PermanentError: the nodes are in a database (`Offloaded`), packed in an unknown way
            (`Unreadable`), or a value that a node waits for is missing (`NotSupplied`).
    """
    if status.get("offloadNodeStatusVersion"):
        raise PermanentError(
            "the nodes of this Workflow are in the database of Argo: only its server can resume it",
            reason="Offloaded",
        )
    nodes, packed = status.get("nodes") or {}, status.get("compressedNodes")
    is_packed = not nodes and bool(packed)
    if is_packed:
        nodes = unpack(str(packed))
    changes = {
        key: _succeeded(node, message, moment) for key, node in nodes.items() if is_waiting(node)
    }
    if not changes:
        return {}
    if not is_packed:
        return {"nodes": changes}
    return {"compressedNodes": pack(nodes | {key: nodes[key] | changes[key] for key in changes})}


def is_waiting(node: Any) -> bool:
    """Return whether a node is a suspend step that the Workflow stands at."""
    return (
        isinstance(node, dict) and node.get("type") == "Suspend" and node.get("phase") == "Running"
    )


def unpack(text: str) -> Tree:
    """Return the nodes that `compressedNodes` holds, by their ids; PermanentError (Unreadable)."""
    try:
        raw = base64.b64decode(text, validate=True)
        if not raw.startswith(_MAGIC):
            raise _unreadable("they are packed with another algorithm than gzip")
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            plain = packed.read(LARGEST + 1)
        if len(plain) > LARGEST:
            raise _unreadable(f"they are larger than {LARGEST} bytes")
        return msgspec.json.decode(plain, type=dict[str, Any])
    except (binascii.Error, OSError, EOFError, zlib.error, msgspec.MsgspecError) as error:
        raise _unreadable(str(error)) from error


def pack(nodes: Tree) -> str:
    """Return nodes as `compressedNodes` holds them."""
    return base64.b64encode(gzip.compress(msgspec.json.encode(nodes), mtime=0)).decode()


def _succeeded(node: Tree, message: str, moment: str) -> Tree:
    """Return what changes in a node that goes on."""
    said = f"{node['message']}; {message}" if node.get("message") else message
    change = {"phase": "Succeeded", "message": said, "finishedAt": moment}
    outputs = node.get("outputs")
    if not isinstance(outputs, dict) or not outputs.get("parameters"):
        return change
    parameters = [_supplied(each) for each in outputs["parameters"]]
    return change | {"outputs": {**outputs, "parameters": parameters}}


def _supplied(parameter: Tree) -> Tree:
    """Return an output with its default in the place of the value that nobody has supplied."""
    source = parameter.get("valueFrom")
    if not isinstance(source, dict) or source.get("supplied") is None:
        return parameter
    if source.get("default") is None:
        raise PermanentError(
            f"the output {parameter.get('name')} has not been supplied and has no default",
            reason="NotSupplied",
        )
    rest = {key: value for key, value in parameter.items() if key != "valueFrom"}
    return rest | {"value": source["default"]}


def _unreadable(why: str) -> PermanentError:
    return PermanentError(f"the nodes of this Workflow cannot be read: {why}", reason="Unreadable")
