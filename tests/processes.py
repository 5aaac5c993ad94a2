"""The real programs as processes of ours, timed from start to the line in which they say they are ready."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = str(Path(sys.executable).parent / "clusterwright")
PATIENCE = 60


@dataclass(frozen=True)
class Process:
    """One that is ready."""

    url: str
    seconds: float
    """From its start until it was."""
    id: int

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has used (proc(5): utime and stime)."""
        fields = Path(f"/proc/{self.id}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(home: Path, *arguments: str) -> Iterator[Process]:
    """`clusterwright ARGUMENTS` until the end of the `with`."""
    began = time.perf_counter()
    with (home / "errors.log").open("ab") as errors:
        child = subprocess.Popen(
            [PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=errors, text=True, env=environment(home)
        )
    try:
        assert child.stdout is not None
        line = child.stdout.readline()
        if " ready at " not in line:
            raise RuntimeError(f"{arguments[0]} did not start: {(home / 'errors.log').read_text()}")
        yield Process(line.split(" ready at ")[1].split()[0], time.perf_counter() - began, child.pid)
    finally:
        child.terminate()
        child.wait(PATIENCE)
        if child.stdout:
            child.stdout.close()


def sandbox_arguments(seed: int) -> tuple[str, ...]:
    """With a clock that only we move."""
    return ("sandbox", "--port", "0", "--speed", "0", "--seed", str(seed))


def environment(home: Path) -> Mapping[str, str]:
    """Without what would lead to other accounts, servers or files."""
    ours = ("AWS_", "CLUSTERWRIGHT_", "XDG_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    no_account = {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}
    return kept | no_account | {"HOME": str(home)}
