import asyncio
from contextlib import aclosing

import pytest

from hookline.errors import TemporaryError
from hookline.kube.errors import NotFoundError
from hookline.kube.watching import changes


async def chunks(*parts):
    for part in parts:
        yield part


async def read(*parts):
    return [change async for change in changes(chunks(*parts))]


LINE = b'{"type":"MODIFIED","object":{"metadata":{"name":"a"},"status":{"phase":"Failed"}}}\n'


async def test_changes_come_however_their_bytes_are_cut():
    found = await read(LINE[:7], LINE[7:30], LINE[30:] + LINE)
    assert [(c.type, c.object.metadata.name, c.object.status.phase) for c in found] == [
        ("MODIFIED", "a", "Failed")
    ] * 2


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b'{"type":"ERROR","object":{"kind":"Status","code":410}}\n', "expired"),
        (b"nonsense\n", "no change"),
        (b"x" * (17 * 1024 * 1024), "without end"),
    ],
)
async def test_what_is_no_change_ends_the_watch(line, told):
    with pytest.raises(TemporaryError, match=told):
        await read(line)


API, KIND = "argoproj.io/v1alpha1", "Workflow"
LABEL = {"labels": {"of": "us"}}


async def test_a_watch_goes_on_where_a_survey_ended(cluster):
    """On the sandbox and on a real API server."""
    cluster.put("first", **LABEL)
    cluster.put("stranger")
    selection = API, KIND, cluster.namespace, "of=us"
    found = await cluster.kube.survey(*selection)
    assert [seen.metadata.name for seen in found.items] == ["first"]
    cluster.put("second", **LABEL)
    cluster.delete("first")
    stream = cluster.kube.watch(*selection, found.metadata.resourceVersion)
    async with asyncio.timeout(30), aclosing(stream) as changes_:
        seen = [(c.type, c.object.metadata.name) async for c in islice(changes_, 2)]
    assert seen == [("ADDED", "second"), ("DELETED", "first")]


async def islice(stream, count):
    async for change in stream:
        yield change
        count -= 1
        if not count:
            return


async def test_a_refused_watch_says_why(cluster):
    stream = cluster.kube.watch(API, "Nonsense", cluster.namespace, "of=us", "1")
    with pytest.raises(NotFoundError, match="Nonsense"):
        await anext(stream)
