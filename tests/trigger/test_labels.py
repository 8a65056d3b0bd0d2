"""Waiting for labels, in the sandbox and in a real cluster."""

import asyncio
import itertools

import pytest

from hookline.errors import PermanentError, TemporaryError
from hookline.kube.config import connect
from hookline.kube.errors import NotFoundError
from trigger.action import LeaseLostError
from trigger.labels import LabelWait
from trigger.retry import RetryStrategy

ARGO = "argoproj.io/v1alpha1"
PATIENT = RetryStrategy(duration=0.05, factor=1.0, jitter=0.0, steps=10_000)
MERGE = {"Content-Type": "application/merge-patch+json"}


def _wait(*, required=False, backoff=PATIENT, **labels):
    return LabelWait(labels or {"done": "yes"}, backoff, required)


def _always():
    return True


def _few(steps):
    return RetryStrategy(duration=0.01, factor=1.0, jitter=0.0, steps=steps)


@pytest.fixture
def mine(cluster):
    """The Workflow `mine`: put it there with labels, label it, name it."""
    path = f"/apis/{ARGO}/namespaces/{cluster.namespace}/workflows/mine"

    class Mine:
        def put(self, **labels):
            cluster.put("mine", labels=labels)
            return self.reference()

        def label(self, **labels):
            patch = {"metadata": {"labels": labels}}
            cluster.request("PATCH", path, json=patch, headers=MERGE).raise_for_status()

        def reference(self):
            metadata = cluster.request("GET", path).raise_for_status().json()["metadata"]
            named = {"namespace": cluster.namespace, "name": "mine", "uid": metadata["uid"]}
            return {"apiVersion": ARGO, "kind": "Workflow"} | named

    return Mine()


async def test_an_object_with_all_labels_is_done_at_the_first_look(cluster, mine):
    reference = mine.put(done="yes", by="me", other="x")
    wait = _wait(backoff=_few(1), required=True, done="yes", by="me")

    assert await wait.wait(cluster.kube, reference, _always) == ""


async def test_it_looks_until_the_labels_are_there(cluster, mine):
    reference = mine.put(done="no")
    waiting = asyncio.create_task(_wait(required=True).wait(cluster.kube, reference, _always))
    for labels in ({"other": "yes"}, {"done": "yes-too"}, {"done": "yes"}):
        assert not waiting.done()
        mine.label(**labels)

    assert await asyncio.wait_for(waiting, 30) == ""


async def test_when_time_is_up_it_is_done_without_them_and_says_so(cluster, mine):
    reference = mine.put(done="no")
    remark = await _wait(backoff=_few(3), done="yes", by="me").wait(
        cluster.kube, reference, _always
    )

    assert remark == f"Workflow {cluster.namespace}/mine lacks done=yes, by=me after 3 looks"


async def test_required_labels_that_do_not_come_are_a_failure(cluster, mine):
    reference = mine.put()
    with pytest.raises(TemporaryError, match="lacks done=yes after 2 looks") as caught:
        await _wait(backoff=_few(2), required=True).wait(cluster.kube, reference, _always)

    assert (caught.value.reason, caught.value.whole_target) == ("LabelsMissing", False)


@pytest.mark.parametrize("again", [False, True])
async def test_an_object_that_is_gone_ends_it(cluster, mine, again):
    """An object of the same name is another one."""
    reference = mine.put(done="no")
    cluster.delete("mine")
    if again:
        mine.put(done="yes")
    remark = await _wait().wait(cluster.kube, reference, _always)
    with pytest.raises(PermanentError) as caught:
        await _wait(required=True).wait(cluster.kube, reference, _always)

    assert remark == str(caught.value) == f"Workflow {cluster.namespace}/mine is gone"
    assert caught.value.reason == "ObjectGone"


async def test_a_type_that_is_gone_is_tried_again(cluster, mine):
    reference = {**mine.put(), "kind": "Nothing"}
    with pytest.raises(NotFoundError) as caught:
        await _wait().wait(cluster.kube, reference, _always)

    assert caught.value.missing == "type"


async def test_who_may_not_wait_any_longer_makes_way(cluster, mine):
    reference = mine.put()
    asked = itertools.count()
    with pytest.raises(LeaseLostError):
        await _wait().wait(cluster.kube, reference, lambda: next(asked) < 2)


async def test_who_may_not_wait_any_longer_is_woken(cluster, mine):
    """However long the pause is that it sleeps in."""
    reference = mine.put()
    may = [True]
    wait = _wait(backoff=RetryStrategy(duration=3600.0, steps=2))
    waiting = asyncio.create_task(wait.wait(cluster.kube, reference, lambda: may[0]))
    await asyncio.sleep(0)
    may[0] = False
    with pytest.raises(LeaseLostError):
        await asyncio.wait_for(waiting, 30)


async def test_a_server_that_does_not_answer_is_tried_again(faulty_api, cluster, mine):
    reference = mine.put()
    api = faulty_api("http://127.0.0.1:1")
    api.stop()
    kube = await connect(server_url=api.url)
    with pytest.raises(TemporaryError) as caught:
        await _wait().wait(kube, reference, _always)
    await kube.close()

    assert (caught.value.reason, caught.value.whole_target) == ("NoAnswer", True)
