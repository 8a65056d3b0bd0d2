"""The `hookline` command; a subcommand is imported only when it is called."""

import importlib
import pkgutil
import sys

import click

from hookline import __version__
from hookline.errors import HooklineError
from server import commands
from server.options import example

_INTERRUPTED = 130
# What the list of commands says, in its order; a command's own help stands in its module.
_SUMMARIES = {
    "dev": "Run everything on this machine, with a sandbox.",
    "run": "Serve event sources and sensors, in production.",
    "lint": "Check manifests: every mistake at once.",
    "render": "Show what a sensor would create for an event.",
    "explain": "Say what became of an event, and why.",
    "audit": "Add up every event: launched, filtered, lost.",
    "deadletters": "See what was given up, and try it once more.",
    "publish": "Say a message on a subject of NATS.",
    "forget": "Remove the state of what is gone for good.",
    "schema": "Print the JSON Schema of manifests for editors.",
}


class _Commands(click.Group):
    """The commands that exist below `server.commands`, one a file."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        found = {module.name for module in pkgutil.iter_modules(commands.__path__)}
        return [name for name in _SUMMARIES if name in found] + sorted(found - _SUMMARIES.keys())

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(f"server.commands.{name}").command
        if not isinstance(command, click.Command):
            raise TypeError(f"server.commands.{name}.command is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            rows = [(name, _SUMMARIES.get(name, "")) for name in self.list_commands(ctx)]
            formatter.write_dl(rows)


@click.group(
    "hookline",
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog=example("hookline dev examples/coinflip"),
)
@click.version_option(__version__, prog_name="hookline", message="%(prog)s %(version)s")
def hookline() -> None:
    """Turn events into Kubernetes work: webhooks in, Argo Workflows out."""


def main() -> None:
    """Run the command and exit: 1 with the message of a known error, 2 on wrong usage."""
    try:
        code = hookline.main(prog_name="hookline", standalone_mode=False)
    except HooklineError as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(_INTERRUPTED)
    sys.exit(code if isinstance(code, int) else 0)
