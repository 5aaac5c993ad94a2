"""`python -m tests.bench [--only NAME] [--quick]`: what Clusterwright measures, against what it should be."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

from tests import logs
from tests.bench import (
    create_calls,
    critical_path,
    event_latency,
    list_page,
    sandbox,
    startup,
    steady_calls,
    steady_cpu,
)
from tests.bench.lab import Lab
from tests.bench.line import Line

MEASUREMENTS: dict[str, Callable[[Lab], Iterator[Line]]] = {
    "critical_path": critical_path.measure,
    "create_calls": create_calls.measure,
    "steady_calls": steady_calls.measure,
    "steady_cpu": steady_cpu.measure,
    "startup": startup.measure,
    "list_page": list_page.measure,
    "event_latency": event_latency.measure,
    "sandbox": sandbox.measure,
}


def main() -> None:
    chosen = arguments()
    logs.quieten()
    say(header(chosen.quick))
    with tempfile.TemporaryDirectory(prefix="clusterwright-bench-") as home:
        lab = Lab(Path(home), chosen.quick)
        with lab.stack:
            for name in [chosen.only] if chosen.only else MEASUREMENTS:
                run(name, lab)
    say(f"\nload at the end {os.getloadavg()[0]:.1f}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.bench", description="Measured numbers.")
    parser.add_argument("--only", choices=MEASUREMENTS, help="one of them")
    parser.add_argument("--quick", action="store_true", help="less of everything, in about two minutes")
    return parser.parse_args()


def header(quick: bool) -> str:
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    machine = f"{platform.machine()}, {cores} cores (load {load:.1f} at the start)"
    lines = [
        f"Clusterwright bench{', quick' if quick else ''}: {machine}, Python {platform.python_version()}",
        "AWS is the sandbox here: its durations are draws from measured ones, and its answers come at once.",
        "Counts and ratios on the virtual clock hold anywhere; seconds and CPU are this machine's.",
    ]
    return "\n".join(lines)


def run(name: str, lab: Lab) -> None:
    """One measurement. What goes wrong with it is told, and the next one begins."""
    began = time.perf_counter()
    say(f"\n{name}")
    try:
        for line in MEASUREMENTS[name](lab):
            say(f"  {line}")
    except Exception:  # noqa: BLE001 (one that cannot be made must not cost the others)
        say(f"  not measured:\n{traceback.format_exc()}")
    say(f"  ({time.perf_counter() - began:.0f} s)")


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
