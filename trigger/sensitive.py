"""Fields that decide what is run, and where: lint tells when an event writes into one.

`allowSensitive: true` on the trigger says that it is meant.
"""

from collections.abc import Collection, Sequence

from hookline.manifest import Place
from trigger.action import Setting
from trigger.blueprint import Blueprint
from trigger.notes import below
from trigger.parameters import ParameterBlock

SENSITIVE = "sensitive"
# Actions whose object says what is run.
RUNNING = ("argoWorkflow", "k8s")
_FIELDS = frozenset(
    (
        *("command", "args", "image", "serviceAccount", "serviceAccountName", "podSpecPatch"),
        *("hostNetwork", "hostPID", "hostIPC", "hostPath", "hostAliases", "hostUsers"),
        *("hostname", "subdomain", "nodeName", "securityContext"),
    )
)
_PAIRS = (["script", "source"], ["source", "inline"])
# What holds such fields: an event that writes a whole block writes them too.
_BLOCKS = frozenset(
    (
        *("spec", "templates", "template", "jobTemplate", "workflowSpec", "templateDefaults"),
        *("container", "containers", "initContainers", "ephemeralContainers", "sidecars"),
        *("script", "containerSet", "volumes", "executor", "resource"),
    )
)
# What a Kubernetes object holds for people and programs to read.
_DATA = frozenset(("labels", "annotations", "arguments", "data", "stringData", "env"))


def check_object(
    source: Place,
    parameters: tuple[Sequence[ParameterBlock], Place],
    blueprint: Blueprint,
    at: Setting,
) -> None:
    """Note what of an event gets into a sensitive field of an object.

    Args:
        source: where the object stands.
        parameters: what is written into it, and where their list stands.
        blueprint: the object, compiled.
        at: the trigger's setting.
    """
    check_parameters(*parameters, at)
    for path in blueprint.template.paths:
        field = _sensitive([str(step) for step in path], whole=False)
        if field:
            note_sensitive(field, below(source, path), at)


def check_parameters(
    blocks: Sequence[ParameterBlock], place: Place, at: Setting, kinds: Collection[str] = ()
) -> None:
    """Note parameters that write event data into a sensitive field; `place` is their list's.

    With `kinds` only destinations in actions of these names count.
    """
    for index, block in enumerate(blocks):
        src, steps = block.src, block.dest.split(".")
        reads = src.data_key or src.data_template or src.context_key or src.context_template
        if (kinds and steps[0] not in kinds) or (not reads and src.value is not None):
            continue
        field = _sensitive(steps, whole=src.use_raw_data)
        if field:
            note_sensitive(field, place / index / "dest", at)


def _sensitive(steps: list[str], *, whole: bool) -> str:
    """Return the sensitive field that a path leads into, or empty.

    `whole` says that what is written there can be an object.
    """
    names = [step.removeprefix(":") for step in steps]
    for index, name in enumerate(names):
        if name in _DATA:
            return ""
        if name in _FIELDS or [*names[index - 1 : index], name] in _PAIRS:
            return name
    last = next((name for name in reversed(names) if not _is_index(name)), "")
    return last if whole and last in _BLOCKS else ""


def _is_index(name: str) -> bool:
    return name.removeprefix("-").isdecimal() or name == "#"


def note_sensitive(field: str, place: Place, at: Setting) -> None:
    """Note that an event writes into a field, unless the trigger allows it."""
    if at.allow_sensitive:
        return
    place.warn(
        f"an event writes into {field}: whoever sends it decides what is run, or where",
        code=SENSITIVE,
        suggestion="hand the value over as an argument of the Workflow or in env, or write "
        "allowSensitive: true beside template",
    )
