"""Options that several commands share; each has an environment variable of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

import click

from hookline.names import DEFAULT_NAMESPACE
from server.folders import Folders

type Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

_FILE = click.Path(path_type=Path, dir_okay=False)
_FORMS = frozenset(("text", "json", "yaml"))  # of all commands
_FOLDER = click.Path(path_type=Path, file_okay=False)

nats = click.option(
    "--nats",
    "nats_url",
    envvar="HOOKLINE_NATS_URL",
    metavar="URL",
    help="nats://host:4222 (login: see docs/nats-login.md).",
)


@dataclass(frozen=True, slots=True)
class NatsFlags:
    """Who Hookline is on nats-server, and how TLS is done there: what the flags say."""

    creds: Path | None = None
    nkey: Path | None = None
    user: str | None = None
    password_file: Path | None = None
    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


_NATS_FLAGS: dict[str, str] = {
    "creds": "File of JWT and seed (.creds).",
    "nkey": "File with an nkey's seed.",
    "user": "User, with --nats-password-file.",
    "password_file": "File with the password.",
    "ca": "Authorities (PEM) of nats-server.",
    "cert": "Certificate (PEM) to show it.",
    "key": "The certificate's key (PEM).",
}


def nats_login(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags for the login; the command gets them as one, `nats_flags`."""

    @wraps(command)
    def gathered(*args: Any, **flags: Any) -> Any:
        given = {name: flags.pop(f"nats_{name}") for name in _NATS_FLAGS}
        return command(*args, nats_flags=NatsFlags(**given), **flags)

    for name, text in reversed(_NATS_FLAGS.items()):
        option = f"--nats-{name.replace('_', '-')}"
        gathered = click.option(
            option,
            envvar=f"HOOKLINE_NATS_{name.upper()}",
            type=click.STRING if name == "user" else _FILE,
            metavar="NAME" if name == "user" else "FILE",
            help=text,
            hidden=True,  # the help of a command fits a screen; --nats says where they stand
        )(gathered)
    return gathered


namespace = click.option(
    "--namespace",
    envvar="HOOKLINE_NAMESPACE",
    metavar="NS",
    default=DEFAULT_NAMESPACE,
    help="Whose events these are (default).",
)
data_dir = click.option(
    "--data-dir",
    envvar="HOOKLINE_DATA_DIR",
    type=_FOLDER,
    metavar="DIR",
    default=Path(".hookline"),
    help="Where dev keeps its data (.hookline).",
)


def folders(*, secrets: bool = True, hidden: bool = False) -> Decorator:
    """Add the folders for Secrets and ConfigMaps; the command gets them as one, `folders`.

    Args:
        secrets: whether the command looks at secrets at all.
        hidden: name the second one in the text of the first, where the help has to fit a screen.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def gathered(*args: Any, **flags: Any) -> Any:
            found = Folders(flags.pop("secrets_dir", None), flags.pop("config_maps_dir"))
            return command(*args, folders=found, **flags)

        what = "Folder with NAME/KEY files, for"
        with_maps = _folder("--config-maps-dir", f"{what} ConfigMaps.", hidden=hidden)(gathered)
        if not secrets:
            return with_maps
        brief = "NAME/KEY files, secrets (also --config-maps-dir)."
        text = brief if hidden else f"{what} secrets."
        return _folder("--secrets-dir", text)(with_maps)

    return decorate


def _folder(name: str, text: str, *, hidden: bool = False) -> Decorator:
    envvar = f"HOOKLINE_{name.removeprefix('--').replace('-', '_').upper()}"
    return click.option(name, envvar=envvar, type=_FOLDER, metavar="DIR", help=text, hidden=hidden)


class _Beside(click.Option):
    """An option that the help names beside another one, so that it fits a screen."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:  # noqa: ARG002  click's signature
        return None


def kubeconfig(envvar: str | None = "HOOKLINE_KUBECONFIG") -> Decorator:
    """Return the option for a kubeconfig.

    `dev` has no variable for it, so that no cluster is touched by accident.
    """
    return click.option(
        "--kubeconfig",
        envvar=envvar,
        type=_FILE,
        help="Where the cluster is (with --context NAME).",
    )


def context(envvar: str | None = "HOOKLINE_CONTEXT") -> Decorator:
    """Return the option for a context of the kubeconfig; the same goes for its variable."""
    return click.option(
        "--context",
        envvar=envvar,
        metavar="NAME",
        help="Context in the kubeconfig.",
        cls=_Beside,
    )


ready_file = click.option(
    "--ready-file",
    envvar="HOOKLINE_READY_FILE",
    type=_FILE,
    help="Written (JSON) when everything listens.",
)
log_level = click.option(
    "--log-level",
    envvar="HOOKLINE_LOG_LEVEL",
    type=click.Choice(["debug", "info", "warning", "error"], case_sensitive=False),
    metavar="LEVEL",
    default="info",
    help="debug, info (default), warning or error.",
)
lenient = click.option(
    "--lenient",
    envvar="HOOKLINE_LENIENT",
    is_flag=True,
    help="Unknown fields are warnings and are dropped.",
)


class _Output(click.Option):
    """The variable holds for all commands; those that lack its form print their usual one."""

    def resolve_envvar_value(self, ctx: click.Context) -> str | None:
        """Return what the variable says, unless it is a form that only other commands have."""
        value = super().resolve_envvar_value(ctx)
        forms = self.type.choices if isinstance(self.type, click.Choice) else ()
        return None if value in _FORMS and value not in forms else value


def output(*forms: str) -> Decorator:
    """Return the option for the form of what is printed; the first one is the default."""
    return click.option(
        "-o",
        "--output",
        cls=_Output,
        envvar="HOOKLINE_OUTPUT",
        type=click.Choice(forms),
        default=forms[0],
        show_default=True,
        help="Form of what is printed.",
    )


def port(name: str, envvar: str, default: int, what: str) -> Decorator:
    """Return the option for a port; 0 is any free one."""
    return _number(name, envvar, default, f"{what} ({default}; 0: any).", 0, 65535)


def number(name: str, envvar: str, default: int, what: str) -> Decorator:
    """Return the option for a number of at least 1."""
    return _number(name, envvar, default, f"{what} ({default}).", 1, None)


def _number(
    name: str, envvar: str, default: int, text: str, least: int, most: int | None
) -> Decorator:
    def check(_context: click.Context, _option: click.Parameter, value: int) -> int:
        # Not an IntRange: it would print its bounds into the help of every option.
        return int(click.IntRange(least, most).convert(value, _option, _context))

    return click.option(
        name, envvar=envvar, type=int, default=default, metavar="N", help=text, callback=check
    )


def text(name: str, envvar: str, metavar: str, default: str | None, what: str) -> Decorator:
    """Return the option for some text."""
    return click.option(
        name,
        envvar=envvar,
        default=default,
        metavar=metavar,
        help=what if default is None else f"{what} ({default}).",
    )


def flag(name: str, envvar: str, what: str) -> Decorator:
    """Return an option that is there or not."""
    return click.option(name, envvar=envvar, is_flag=True, help=what)


def paths(*, required: bool) -> Decorator:
    """Return the argument for files and folders of manifests."""
    return click.argument(
        "paths",
        metavar="PATH..." if required else "[PATH]...",
        nargs=-1,
        required=required,
        type=click.Path(path_type=Path),
    )


def example(*lines: str) -> str:
    """Return the end of a command's help: what to type, line by line as given."""
    return "\n".join(["\b", f"Example:  {lines[0]}", *(f"          {line}" for line in lines[1:])])
