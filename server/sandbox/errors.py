"""What keeps the sandbox from starting, said in one line."""

from hookline.errors import HooklineError


class SandboxError(HooklineError):
    """The sandbox cannot start: its file or its port is in use, or the file is no store of ours."""
