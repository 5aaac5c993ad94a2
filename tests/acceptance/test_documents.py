"""Wrong documents and unlucky commands: words with where, what and what to do, and nothing is made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.processes import Server, Stage, example, new_stage, opened, writes

WRONG = """\
apiVersion: clusterwright.dev/v1
kind: Cluster
metadata:
  name: wrong
spec:
  cloudAccount: sandbox
  profiles:
    - {name: eks-standard, version: 1.0.0}
  region: us-east-1
  placement:
    dynamic:
      cidr: 10.0.0.0/27
      availabilityZones: [us-east-1a, us-east-1x]
  nodePools:
    - name: default
      instanceTypez: [m6i.large]
      size:
        min: 7
        desired: 2
        max: 3
  fargateProfiles:
    - name: serverless
      selectors:
        - {namespace: a}
        - {namespace: b}
        - {namespace: c}
        - {namespace: d}
        - {namespace: e}
        - {namespace: f}
"""

FINDINGS = (
    (12, "spec.placement.dynamic.cidr", "10.0.0.0/27", "/24"),
    (13, "spec.placement.dynamic.availabilityZones[1]", "us-east-1x", "us-east-1f"),
    (16, "spec.nodePools[0].instanceTypez", "instanceTypez", "instanceTypes"),
    (18, "spec.nodePools[0].size.min", "7", "Lower min or raise max"),
    (23, "spec.fargateProfiles[0].selectors", "6", "another Fargate profile"),
)
"""Line, path, the value, a part of the remedy."""

UNKNOWN = "apiVersion: clusterwright.dev/v1\nkind: Klaster\nmetadata: {name: a}\n"
BOMB = "a: &a [x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "holds no document"),
    "only a comment": (b"# nothing\n---\n", "holds no document"),
    "garbage": (bytes(range(256)) * 20, "is not UTF-8"),
    "control characters": (b"a: \x01\x02\n", "not allowed in YAML"),
    "an unknown kind": (UNKNOWN.encode(), "Did you mean Cluster?"),
    "a YAML bomb": (BOMB.encode(), "aliases (*name) are not supported"),
    "2 MiB": (b"a: b # filler\n" * 150_000, "larger than 1 MiB"),
    "brackets without end": (b"[" * 100_000, "nested deeper"),
    "not a mapping": (b"[1, 2]\n", "must be a mapping"),
}
"""What a file holds, and what is said of it."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Server]]:
    with new_stage(tmp_path_factory.mktemp("documents")) as stage:
        server = stage.server()
        stage.register(server, example("quickstart"))
        yield stage, server


def test_a_document_with_five_mistakes_is_told_all_of_them_and_makes_nothing(
    world: tuple[Stage, Server],
) -> None:
    stage, server = world
    file = stage.home / "wrong.yaml"
    file.write_text(WRONG)
    before = stage.sandbox.seq()
    run = stage.run(server, "apply", "-f", str(file))
    assert run.status == 1
    assert run.out == ""
    told = run.err.splitlines()
    for line, path, value, remedy in FINDINGS:
        (one,) = [text for text in told if f"{file}:{line}: {path}: " in text]
        assert value in one
        assert remedy in one
    assert len(told) == 1 + len(FINDINGS), "one headline, and each mistake once"
    assert server.get("clusters")["items"] == []
    assert writes(stage.sandbox.calls(before)) == []


def test_one_wrong_document_keeps_the_right_ones_from_being_applied(world: tuple[Stage, Server]) -> None:
    stage, server = world
    file = stage.home / "both.yaml"
    file.write_text(example("quickstart") + "\n---\n" + WRONG)
    run = stage.run(server, "apply", "-f", str(file))
    assert run.status == 1
    assert server.get("clusters")["items"] == []


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_document_is_explained(world: tuple[Stage, Server], name: str) -> None:
    stage, server = world
    content, expected = FILES[name]
    file = stage.home / "odd.yaml"
    file.write_bytes(content)
    run = stage.run(server, "apply", "-f", str(file))
    assert (run.status, run.traceback) == (1, False), run.err
    assert expected in run.err


def test_a_file_that_cannot_be_read_is_explained(world: tuple[Stage, Server]) -> None:
    stage, server = world
    for name in (str(stage.home / "nowhere.yaml"), "/proc/self/mem"):
        run = stage.run(server, "apply", "-f", name)
        assert (run.status, run.traceback) == (1, False), run.err
        assert f"{name} cannot be read" in run.err


@pytest.mark.parametrize("token", ["wrong", "wröng", "line\nbreak"])
def test_a_wrong_token_is_refused_and_not_shown(world: tuple[Stage, Server], token: str) -> None:
    stage, server = world
    run = stage.run(server, "get", "clusters", token=token)
    assert (run.status, run.traceback) == (1, False), run.err
    assert "token" in run.err
    assert token.encode("unicode_escape").decode() not in run.err


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://127.0.0.1:port", "localhost"])
def test_a_server_that_is_not_there_is_named(world: tuple[Stage, Server], url: str) -> None:
    stage, server = world
    file = stage.home / "right.yaml"
    file.write_text(example("quickstart"))
    run = stage.run(server, "--server", url, "apply", "-f", str(file))
    assert (run.status, run.traceback) == (1, False), run.err
    assert url in run.err


def test_a_server_that_is_something_else_is_noticed(world: tuple[Stage, Server]) -> None:
    stage, server = world
    run = stage.run(server, "--server", stage.sandbox.url, "get", "clusters")
    assert (run.status, run.traceback) == (1, False), run.err
    assert "Check the address of the server" in run.err


def test_an_empty_token_file_lets_nobody_in(world: tuple[Stage, Server]) -> None:
    """As a server leaves it that is killed between making the file and writing into it."""
    stage, _ = world
    data = stage.home / "interrupted"
    data.mkdir(mode=0o700)
    (data / "token").touch()
    server = stage.server(data)
    assert len(server.token) > 30
    with opened(server.url) as nobody:
        assert nobody.get("/api/v1/clusters").status_code == 401
    assert server.get("clusters")["items"] == []
    assert server.process.stop() == 0
