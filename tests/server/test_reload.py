"""What a change of the files makes of what was loaded."""

import asyncio

from server.folders import Folders
from server.reload import Manifests
from server.watch import changes

SOURCE = """\
apiVersion: argoproj.io/v1alpha1
kind: EventSource
metadata: {name: hooks}
spec:
  webhook:
    push: {endpoint: /push, port: "12000", method: POST, authSecret: {name: a, key: t}}
---
apiVersion: v1
kind: Secret
metadata: {name: a}
stringData: {t: one}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: m}
data: {k: one}
"""


def test_a_broken_file_keeps_its_objects_with_the_secrets_and_config_maps_beside_them(tmp_path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "t").write_text("from a file")
    file, other = tmp_path / "hooks.yaml", tmp_path / "other.yaml"
    file.write_text(SOURCE)
    manifests = Manifests([tmp_path], "default", folders=Folders(secrets=tmp_path))
    manifests.first(strict=True)

    file.write_text("a: [")
    other.write_text(SOURCE.replace("hooks", "more").replace("one", "two").replace(": a}", ": c}"))
    loaded = manifests.again()
    assert sorted(each.name for each in loaded.sources) == ["hooks", "more"]
    found = [loaded.secrets.value(name, "t") for name in "abc"]
    assert found == [b"one", b"from a file", b"two"]
    assert loaded.config_maps.find("m", "k") == b"one"

    file.write_text(SOURCE.replace("one", "mended"))
    loaded = manifests.again()
    assert loaded.secrets.value("a", "t") == b"mended"


async def test_a_change_between_the_first_load_and_the_watch_is_seen(tmp_path):
    """A process that waits for the bus at its start has read its files long before it watches."""
    file = tmp_path / "hooks.yaml"
    file.write_text(SOURCE)
    manifests = Manifests([tmp_path], "default")
    manifests.first(strict=True)
    file.write_text(SOURCE.replace("hooks", "others"))

    stop = asyncio.Event()
    seen = aiter(changes(manifests.paths, stop, manifests.seen))
    await asyncio.wait_for(anext(seen), 30)
    assert [each.name for each in manifests.again().sources] == ["others"]
    stop.set()
