"""Secrets of the cluster: found where nothing nearer has them, and named where they are missing."""

import asyncio
import json
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from hookline.kube.config import connect
from hookline.kube.errors import KubeConfigError
from hookline.manifest import Document, Named, Place
from hookline.secrets import MissingSecretError, SecretKey, Secrets
from server.secret_keeper import SecretKeeper

HERE = Place(Document("hooks.yaml", 1, {}), ("spec",))


def named(name="login", key="token"):
    return Named("Secret", name, key, HERE)


@pytest.fixture
def keep(cluster):
    """Return a keeper that follows what is named in the cluster's namespace."""

    async def start(secrets, *all_named, kube=None):
        async def reach():
            return kube or cluster.kube

        keeper = SecretKeeper(secrets, reach)
        await keeper.follow([("", each) for each in all_named or (named(),)])
        return keeper

    return start


async def test_a_secret_is_found_in_the_cluster_and_a_rotated_one_at_the_next_look(cluster, keep):
    cluster.put_secret("login", token="one", other="")
    secrets = Secrets(namespace=cluster.namespace)
    keeper = await keep(secrets)
    assert secrets.value("login", "token") == b"one"

    read = secrets.reader(SecretKey(name="login", key="token"))
    cluster.put_secret("login", token="two")
    await keeper.look()
    assert read() == b"two"


async def test_it_is_looked_at_again_and_again(cluster, keep):
    secrets = Secrets(namespace=cluster.namespace)

    async def reach():
        return cluster.kube

    keeper = SecretKeeper(secrets, reach, every=0.02)
    await keeper.follow([("", named())])
    assert len(keeper.problems()) == 1
    running = asyncio.create_task(keeper.run())
    cluster.put_secret("login", token="late")
    async with asyncio.timeout(30):
        while True:
            if not keeper.problems():
                break
            await asyncio.sleep(0.01)
    running.cancel()
    assert secrets.value("login", "token") == b"late"


async def test_a_document_comes_before_a_file_and_a_file_before_the_cluster(
    cluster, keep, tmp_path: Path
):
    cluster.put_secret("login", token="cluster")
    secrets = Secrets(directory=tmp_path, namespace=cluster.namespace)
    keeper = await keep(secrets)
    assert secrets.value("login", "token") == b"cluster"

    (tmp_path / "login").mkdir()
    (tmp_path / "login" / "token").write_text("file\n")
    assert secrets.value("login", "token") == b"file"

    document = Secrets({("login", "token"): b"document"}, tmp_path).local
    secrets.local = document
    assert secrets.value("login", "token") == b"document"

    secrets.local = Secrets(directory=tmp_path).local
    (tmp_path / "login" / "token").unlink()
    await keeper.look()
    assert secrets.value("login", "token") == b"cluster"


@pytest.mark.parametrize("there", [{}, {"other": "x"}])
async def test_a_missing_one_is_temporary_and_each_place_is_named(cluster, keep, there, tmp_path):
    if there:
        cluster.put_secret("login", **there)
    secrets = Secrets(directory=tmp_path, namespace=cluster.namespace)
    with capture_logs() as logs:
        keeper = await keep(secrets)
    with pytest.raises(MissingSecretError) as caught:
        secrets.value("login", "token")

    said = str(caught.value)
    assert "no document has it" in said
    assert str(tmp_path / "login" / "token") in said
    assert f"Secret {cluster.namespace}/login in the cluster" in said
    assert keeper.problems() == [said]
    assert [(line["problem"], line["named_at"]) for line in logs] == [(said, "hooks.yaml:1: spec")]


async def test_one_that_is_deleted_counts_no_more(cluster, keep):
    cluster.put_secret("login", token="one")
    secrets = Secrets(namespace=cluster.namespace)
    keeper = await keep(secrets)
    cluster.delete_secret("login")
    await keeper.look()
    with pytest.raises(MissingSecretError, match="there is no Secret"):
        secrets.value("login", "token")


async def test_the_namespace_is_that_of_who_names_it(cluster):
    cluster.put_secret("login", token="here")
    secrets = Secrets(namespace="another")

    async def reach():
        return cluster.kube

    keeper = SecretKeeper(secrets, reach, always=[("", named("bus"))])
    await keeper.follow([(cluster.namespace, named())])
    assert secrets.value("login", "token", cluster.namespace) == b"here"
    with pytest.raises(MissingSecretError, match="was not asked"):
        secrets.value("login", "token")
    with pytest.raises(MissingSecretError, match="another/bus"):
        secrets.value("bus", "token")


async def test_what_no_manifest_names_is_never_asked_for(cluster, keep):
    cluster.put_secret("crown", jewels="gold")
    secrets = Secrets(namespace=cluster.namespace)
    keeper = await keep(secrets)
    for _ in range(2):
        with pytest.raises(MissingSecretError, match="the Kubernetes API was not asked"):
            secrets.value("crown", "jewels")
        await keeper.look()


RULE = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["login"], "verbs": ["get"]}


async def test_a_missing_right_is_named_as_its_rule_and_counts_when_it_is_given(
    kube_api, tmp_path: Path
):
    namespace = kube_api.new_namespace()
    secret = {"metadata": {"name": "login"}, "stringData": {"token": "very-secret"}}
    path = f"/api/v1/namespaces/{namespace}/secrets"
    kube_api.admin.post(path, json=secret).raise_for_status()
    token = kube_api.service_account(namespace, "listens", [])
    secrets = Secrets(namespace=namespace)

    async def reach():
        return await connect(kubeconfig=kube_api.kubeconfig(token))

    keeper = SecretKeeper(secrets, reach)
    with capture_logs() as logs:
        await keeper.follow([("", named())])
        [problem] = keeper.problems()
        rule = '{apiGroups: [""], resources: ["secrets"], resourceNames: ["login"], verbs: ["get"]}'
        assert f"a Role in namespace {namespace} needs the rule {rule}" in problem

        kube_api.service_account(namespace, "listens", [RULE])
        await keeper.look()
        assert secrets.value("login", "token") == b"very-secret"

        # Who is refused later keeps what was there: only a Secret that is gone is gone.
        kube_api.service_account(namespace, "listens", [])
        await keeper.look()
        assert secrets.value("login", "token") == b"very-secret"
    await keeper.close()
    assert "very-secret" not in json.dumps(logs)
    assert {line["event"] for line in logs} == {"missing-secret", "secret-not-read"}


async def test_without_a_way_to_a_cluster_the_message_says_what_was_tried():
    secrets = Secrets()

    async def reach():
        raise KubeConfigError("no way to a Kubernetes API by the usual kubeconfig")

    keeper = SecretKeeper(secrets, reach)
    await keeper.follow([("", named())])
    with pytest.raises(MissingSecretError, match=r"no document has it.* by the usual kubeconfig"):
        secrets.value("login", "token")


async def test_nobody_asks_for_a_way_to_the_cluster_while_all_is_at_hand():
    asked = []

    async def reach():
        asked.append(1)
        raise KubeConfigError("none")

    keeper = SecretKeeper(Secrets({("login", "token"): b"x"}), reach)
    await keeper.follow([("", named()), ("", Named("ConfigMap", "no", "secret", HERE))])
    await keeper.look()
    assert (asked, keeper.problems()) == ([], [])


async def test_a_start_waits_only_so_long_for_a_cluster_that_does_not_answer():
    secrets = Secrets()

    async def reach():
        await asyncio.Event().wait()

    keeper = SecretKeeper(secrets, reach)
    async with asyncio.timeout(30):
        await keeper.follow([("", named())], within=0.01)
    with pytest.raises(MissingSecretError, match="has not answered yet"):
        secrets.value("login", "token")
