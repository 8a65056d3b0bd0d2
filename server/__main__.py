"""`python -m server` is the `hookline` command."""

from server.cli import main

main()
