"""Whatever is sent, the sandbox answers, and can be started again with what it stored."""

import copy
from contextlib import closing
from typing import Any

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from server.sandbox.app import create_app
from server.sandbox.store import Store

VALUES = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**63), 2**64 - 1) | some.text(max_size=5),
    lambda inner: some.lists(inner, max_size=2) | some.dictionaries(some.text(max_size=3), inner),
    max_leaves=4,
)
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "rockets.e.com", "labels": {"a": "b"}, "finalizers": ["e.com/hold"]},
    "spec": {
        "group": "e.com",
        "scope": "Cluster",
        "names": {
            "kind": "Rocket",
            "plural": "rockets",
            "singular": "rocket",
            "shortNames": ["rk"],
            "categories": ["all"],
        },
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "additionalPrinterColumns": [
                    {"name": "Fuel", "type": "date", "jsonPath": ".spec.fuel", "priority": 1}
                ],
            }
        ],
    },
}
APPLY = {"Content-Type": "application/apply-patch+yaml"}
PATCHES = (
    "application/merge-patch+json",
    "application/json-patch+json",
    "application/strategic-merge-patch+json",
    APPLY["Content-Type"],
)
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
ROCKETS = "/apis/e.com/v1/rockets"


def places(tree, path=()):
    """Return the path of every value in a tree."""
    inner: list[Any] = []
    if isinstance(tree, dict):
        inner = list(tree.items())
    elif isinstance(tree, list):
        inner = list(enumerate(tree))
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


@some.composite
def spoilt(draw, tree):
    """A tree with other values in one or two places."""
    tree = copy.deepcopy(tree)
    for _ in range(draw(some.integers(1, 2))):
        *path, last = draw(some.sampled_from([path for path in places(tree) if path]))
        node = tree
        for step in path:
            node = node[step]
        node[last] = draw(VALUES)
    return tree


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(definition=spoilt(DEFINITION), patch=VALUES, options=VALUES)
async def test_no_body_makes_it_fail(definition, patch, options):
    with closing(Store(None)) as store:
        transport = httpx.ASGITransport(create_app(store))
        async with httpx.AsyncClient(transport=transport, base_url="http://box") as client:
            answers = [await client.post(DEFINITIONS, json=definition)]
            name = answers[0].json().get("metadata", {}).get("name", "rockets.e.com")
            path = f"{DEFINITIONS}/{name}"
            answers += [
                await client.patch(path, json=patch, headers={"Content-Type": media_type})
                for media_type in PATCHES
            ]
            query = {"fieldManager": "hostile"}
            answers += [
                await client.patch(path, json=body, headers=APPLY, params=query)
                for body in (definition, patch)
            ]
            headers = {"Accept": "application/json;as=Table;v=v1;g=meta.k8s.io"}
            answers.append(await client.get(DEFINITIONS, headers=headers))
            answers.append(await client.post(ROCKETS, json=definition))
            answers.append(await client.get("/apis"))
            create_app(store)
            answers.append(await client.request("DELETE", path, json=options))
    assert max(answer.status_code for answer in answers) < 500
