"""Documents that change while the one before is still being made true; what people must agree to first."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.processes import Object, Server, Stage, eventually, example, new_stage, writes

SIZE = "size: {min: 1, desired: 2, max: 3}"
BATCH = """\
    - name: batch
      instanceTypes: [m6i.large]
      size: {min: 1, desired: 1, max: 2}
"""


def document(name: str, network: int) -> str:
    """The quickstart under another name and in another network."""
    text = example("quickstart").replace("name: hello", f"name: {name}")
    return text.replace("cidr: 10.0.0.0/16", f"cidr: 10.{network}.0.0/16")


def larger(text: str) -> str:
    """One node more, one pool more."""
    return text.rstrip("\n").replace(SIZE, "size: {min: 1, desired: 3, max: 5}") + "\n" + BATCH


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Server]]:
    with new_stage(tmp_path_factory.mktemp("updates")) as stage:
        server = stage.server()
        stage.register(server, example("quickstart"))
        yield stage, server


def of(stage: Stage, name: str) -> list[Object]:
    """Everything that carries the tag of a cluster of this name."""
    return [o for o in stage.sandbox.objects() if o["tags"].get("clusterwright.dev/cluster") == name]


def control_plane(stage: Stage, name: str) -> str:
    return next(
        (o["state"] for o in stage.sandbox.objects() if (o["kind"], o["name"]) == ("cluster", name)), ""
    )


def nodes(stage: Stage, name: str, pool: str) -> list[Object]:
    mine = {"eks:cluster-name": name, "eks:nodegroup-name": pool}
    return [
        o
        for o in stage.sandbox.objects()
        if o["kind"] == "instance" and mine.items() <= o["tags"].items() and o["state"] == "running"
    ]


def node_groups(stage: Stage, name: str) -> list[str]:
    made = [c for c in writes(stage.sandbox.calls()) if c["action"] == "CreateNodegroup"]
    return [c["params"]["nodegroupName"] for c in made if c["params"]["clusterName"] == name]


def test_a_document_that_changes_during_the_create_is_followed_at_once(world: tuple[Stage, Server]) -> None:
    stage, server = world
    text = document("grows", 1)
    server.apply(text)
    eventually(lambda: control_plane(stage, "grows") == "CREATING", "the control plane is on its way")
    server.apply(larger(text))

    def begun() -> bool:
        return any(o["name"].startswith("grows-batch") for o in of(stage, "grows"))

    eventually(begun, "something of the second document exists", pause=0.01)
    assert control_plane(stage, "grows") == "CREATING", "the first one is far from done"
    assert not server.is_ready("grows")
    server.await_ready("grows")
    states = [(o["verb"], o["state"]) for o in server.get("operations?cluster=grows")["items"]]
    assert states == [("update", "done"), ("create", "superseded")]
    assert sorted(node_groups(stage, "grows")) == ["batch", "default"], "each once"
    assert len(nodes(stage, "grows", "default")) == 3
    assert len(nodes(stage, "grows", "batch")) == 1


def test_a_delete_during_the_create_leaves_nothing(world: tuple[Stage, Server]) -> None:
    stage, server = world
    server.apply(document("short-lived", 2))
    eventually(lambda: control_plane(stage, "short-lived") == "CREATING", "the control plane is on its way")
    server.delete("short-lived")
    server.await_gone("short-lived")
    assert of(stage, "short-lived") == []
    assert nodes(stage, "short-lived", "default") == []


def test_a_pool_is_replaced_only_after_somebody_agreed(world: tuple[Stage, Server]) -> None:
    stage, server = world
    text = document("careful", 3)
    server.apply(text)
    server.await_ready("careful")
    old = {node["id"] for node in nodes(stage, "careful", "default")}
    file = stage.home / "careful.yaml"
    file.write_text(text.replace("[m6i.large]", "[m5.large]"))

    diff = stage.run(server, "diff", "-f", str(file))
    assert diff.status == 1
    assert "needs your approval" in diff.out
    assert "m6i.large" in diff.out
    assert "m5.large" in diff.out
    before = stage.sandbox.seq()
    assert stage.run(server, "apply", "-f", str(file)).status == 0
    eventually(lambda: "needs-approval" in {t["state"] for t in server.tasks("careful")}, "it asks")
    waits = stage.run(server, "wait", "cluster/careful")
    assert waits.status == 1
    assert "clusterwright cluster approve careful" in waits.err
    assert writes_about(stage, before, "careful") == []
    assert {node["id"] for node in nodes(stage, "careful", "default")} == old

    assert stage.run(server, "cluster", "approve", "careful").status == 0
    server.await_ready("careful")
    done = writes_about(stage, before, "careful")
    assert [c["action"] for c in done if "Nodegroup" in c["action"]] == ["DeleteNodegroup", "CreateNodegroup"]
    new = {node["id"] for node in nodes(stage, "careful", "default")}
    assert len(new) == 2
    assert new.isdisjoint(old)


def writes_about(stage: Stage, since: int, name: str) -> list[Object]:
    """Calls for this cluster's pools; other clusters of the world go on meanwhile."""
    return [c for c in writes(stage.sandbox.calls(since)) if c["params"].get("clusterName", "") == name]
