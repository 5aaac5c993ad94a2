"""How long people wait for a command and a server."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.lab import Lab
from tests.bench.line import Line
from tests.processes import PROGRAM, environment, running

HELP_GOAL = 0.25
SERVER_GOAL = 2.0


def measure(lab: Lab) -> Iterator[Line]:
    times = 1 if lab.quick else 3
    home = lab.home / "startup"
    home.mkdir()
    yield median("clusterwright --help", [helped(home) for _ in range(5)], HELP_GOAL)
    servers = [served(home, number) for number in range(times)]
    yield median("server, new data, until ready", servers, SERVER_GOAL)
    yield median("server, its data again, until ready", [served(home, 0) for _ in range(times)], SERVER_GOAL)


@dataclass(frozen=True)
class Start:
    """Seconds on the wall, and of CPU: the second hardly knows who else is at work."""

    wall: float
    cpu: float


def median(what: str, starts: list[Start], goal: float | None) -> Line:
    wall, cpu = [one.wall for one in starts], min(one.cpu for one in starts)
    note = f"median of {len(starts)}, fastest {min(wall):.3f}; {cpu:.2f} s of CPU"
    return Line(what, statistics.median(wall), "s", goal, note)


def helped(home: Path) -> Start:
    began, used = time.perf_counter(), os.times()
    subprocess.run([PROGRAM, "--help"], check=True, stdout=subprocess.DEVNULL, env=environment(home))
    now = os.times()
    cpu = now.children_user + now.children_system - used.children_user - used.children_system
    return Start(time.perf_counter() - began, cpu)


def served(home: Path, number: int) -> Start:
    return started(home, "server", "--port", "0", "--data-dir", str(home / f"data-{number}"))


def started(home: Path, *arguments: str) -> Start:
    with running(home, *arguments) as process:
        return Start(process.seconds, process.cpu)
