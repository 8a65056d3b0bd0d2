"""An EventSource of the kind `nats`, and a client of the same server."""

import nats
import pytest


@pytest.fixture
def source(read_source):
    """Return an EventSource `bus` with one event `said` of a server's subject."""

    def build(url, name="bus", **own):
        settings = {"url": url, "subject": "orders.*", "jsonBody": True} | own
        found, mistakes = read_source(name, nats={"said": settings})
        assert mistakes == []
        return found

    return build


@pytest.fixture
async def client(nats_server):
    """A plain client of the test's server."""
    client = await nats.connect(nats_server.url)
    yield client
    await client.close()
