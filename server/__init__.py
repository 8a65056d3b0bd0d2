"""THE ROOF: the hookline command, roles, reload, the HTTP API and the sandbox."""
