"""What one creation and one deletion ask of AWS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.bench.lab import Lab, apart, new_core
from tests.bench.line import Line
from tests.bench.steady_calls import by_action
from tests.lifecycle.world import example

READS = ("Describe", "Get", "List", "AssumeRole")


def measure(lab: Lab) -> Iterator[Line]:
    with new_core(lab.home / "calls") as core:
        uid = core.apply(example("quickstart"))
        start = apart(core).seq()
        core.settle(uid)
        yield line("create", core.sandbox.calls(start), core.passes)
        start, passes = apart(core).seq(), core.passes
        core.delete(uid)
        core.bury(uid)
        yield line("delete", core.sandbox.calls(start), core.passes - passes)


def line(verb: str, calls: list[dict[str, Any]], passes: int) -> Line:
    writes = [call for call in calls if not call["action"].startswith(READS)]
    note = f"{len(writes)} of them write; {passes} passes; most: {by_action(calls, 1, most=4)}"
    return Line(f"{verb} quickstart, calls", len(calls), "", None, note)
