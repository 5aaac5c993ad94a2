"""`clusterwright demo`, as somebody sees it who tries it for the first time."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.acceptance.processes import PATIENCE, environment, eventually, spawned

DEMO = ["-m", "clusterwright", "demo"]
LONGEST = 120.0


def surroundings(home: Path) -> dict[str, str]:
    """With a place for temporary files that a test can look into."""
    (home / "tmp").mkdir()
    return environment(home) | {"TMPDIR": str(home / "tmp")}


def lives(group: int) -> bool:
    """Whether a process of the group is left."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_demo_ends_with_nothing_left(tmp_path: Path) -> None:
    with spawned(tmp_path, "demo", DEMO, surroundings(tmp_path), group=True) as demo:
        assert demo.popen.wait(LONGEST) == 0, demo.said()
        said = demo.said()
        assert "cluster/team-a is ready" in said
        assert "cluster/team-a is deleted" in said
        assert "nothing of the cluster" in said
        assert "Traceback" not in said
        assert not lives(demo.popen.pid)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_demo_that_is_kept_says_how_to_look_around_and_goes_on_ctrl_c(tmp_path: Path) -> None:
    with spawned(tmp_path, "demo", [*DEMO, "--keep"], surroundings(tmp_path), group=True) as demo:

        def waits() -> bool:
            assert demo.popen.poll() is None, demo.said()
            return "Ctrl-C ends the demo" in demo.said()

        eventually(waits, "the demo waits", LONGEST, pause=0.3)
        said = demo.said()
        for hint in (
            "export CLUSTERWRIGHT_SERVER=http://127.0.0.1:",
            "clusterwright describe cluster team-a",
            "aws eks describe-cluster --name team-a",
            "/_sandbox/objects",
        ):
            assert hint in said
        assert "cluster/team-a is deleted" not in said

        os.killpg(demo.popen.pid, signal.SIGINT)  # as a terminal sends it: to all of the group
        assert demo.popen.wait(PATIENCE) in (0, 130), demo.said()
        assert "Traceback" not in demo.said()
        assert "has a defect" not in demo.said()
        assert not lives(demo.popen.pid)
    assert list((tmp_path / "tmp").iterdir()) == []


def test_ctrl_c_in_the_middle_leaves_nothing_either(tmp_path: Path) -> None:
    with spawned(tmp_path, "demo", DEMO, surroundings(tmp_path), group=True) as demo:
        eventually(lambda: "create eks_cluster" in demo.said(), "the demo creates its cluster", LONGEST)
        os.killpg(demo.popen.pid, signal.SIGINT)
        assert demo.popen.wait(PATIENCE) == 130, demo.said()
        assert "Traceback" not in demo.said()
        assert not lives(demo.popen.pid)
    assert list((tmp_path / "tmp").iterdir()) == []
