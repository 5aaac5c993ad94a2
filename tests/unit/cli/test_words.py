"""What people read and write: durations, tables, places in files, kinds, a moving view."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer
from rich.console import Console

from clusterwright.cli.files import Unreadable, gather
from clusterwright.cli.kinds import ACCOUNT, CLUSTER, PROFILE, kind_of, split
from clusterwright.cli.live import Glimpse, fitting, render
from clusterwright.cli.say import columns, duration, sentence
from clusterwright.cli.shapes import Task, Tasks
from clusterwright.cli.wait import seconds
from clusterwright.errors import Finding


@pytest.mark.parametrize(
    ("given", "shown"),
    [(None, "-"), (0.4, "0s"), (59.6, "1m"), (750, "12m30s"), (7200, "2h"), (100_000, "1d3h")],
)
def test_a_duration_has_two_parts(given: float | None, shown: str) -> None:
    assert duration(given) == shown


@pytest.mark.parametrize(("text", "expected"), [("90s", 90), ("40m", 2400), ("1h30m", 5400), ("7", 7)])
def test_a_timeout_is_read(text: str, expected: float) -> None:
    assert seconds(text) == expected


@pytest.mark.parametrize("text", ["", "soon", "1d"])
def test_a_wrong_timeout_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        seconds(text)


def test_columns_are_aligned() -> None:
    assert columns([["NAME", "A"], ["x", "long"]]) == "NAME   A\nx      long"


def test_a_kind_has_many_names() -> None:
    assert kind_of("clusters") is kind_of("Cluster") is kind_of("cl") is CLUSTER
    assert kind_of("ClusterProfiles") is PROFILE
    assert split("account/prod", None) == (ACCOUNT, "prod")
    with pytest.raises(typer.BadParameter):
        kind_of("pod")


def test_a_value_is_shown_unless_it_was_already() -> None:
    told = sentence(Finding("a.b", "is wrong", "Mend it.", 3, "x"))
    assert told == "line 3: a.b: is wrong (found: x). Mend it."
    assert "found" not in sentence(Finding("a.b", "x is wrong", "Mend it.", 3, "x"))


def test_findings_are_placed_in_their_files(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("a: 1\nb: 2")
    (tmp_path / "two.yml").write_text("c: 3\n")
    (tmp_path / "notes.txt").write_text("no")
    text = gather([str(tmp_path)])
    assert text.whole == "a: 1\nb: 2\n---\nc: 3\n"
    assert text.place(Finding("", "", line=2)).endswith("one.yaml:2")
    assert text.place(Finding("", "", line=4)).endswith("two.yml:1")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"nothing\.yaml"):
        gather([str(tmp_path / "nothing.yaml")])
    with pytest.raises(Unreadable, match="holds no"):
        gather([str(tmp_path)])


def task(key: str, state: str) -> Task:
    return {
        "key": key,
        "verb": "create",
        "resource": key,
        "state": state,
        "reason": "",
        "waitingFor": ["vpc/vpc ready"] if state == "waiting" else [],
        "message": "",
        "id": None,
        "usualSeconds": 1.0,
        "startedAt": None if state == "waiting" else "2026-01-01T00:00:00Z",
        "endedAt": None,
        "elapsedSeconds": 3.0,
    }


def operation(*tasks: Task) -> Tasks:
    return {
        "id": "1",
        "cluster": "hello",
        "generation": 1,
        "verb": "create",
        "state": "running",
        "progress": 0.5,
        "secondsLeft": 90.0,
        "startedAt": "2026-01-01T00:00:00Z",
        "endedAt": None,
        "tasks": list(tasks),
    }


def test_the_view_shows_steps_and_what_they_wait_for() -> None:
    console = Console(width=120, height=40, record=True)
    with console.capture() as shown:
        tasks = (task("vpc/vpc", "running"), task("subnet/a", "waiting"))
        console.print(render(Glimpse(None, operation(*tasks)), console))
    text = shown.get()
    assert "50%, 1m30s left" in text
    assert "waits for vpc/vpc ready" in text


def test_finished_steps_make_room_for_open_ones() -> None:
    tasks = [task(f"a/{n}", "done") for n in range(9)] + [task(f"b/{n}", "waiting") for n in range(3)]
    shown, rest = fitting(tasks, 5)
    assert [one["state"] for one in shown] == ["done"] * 2 + ["waiting"] * 3
    assert rest == "7 more done"


def test_a_cluster_that_only_waits_for_approval_does_not_get_ready() -> None:
    seen = Glimpse(None, operation(task("a/a", "needs-approval")))
    assert seen.stuck("ready") == "the cluster is gone"
    assert seen.reached("deleted")
