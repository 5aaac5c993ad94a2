"""What passes over clusters at rest cost us. The sandbox is another process and does not count."""

from __future__ import annotations

from collections.abc import Iterator

from clusterwright.engine.polling import STEADY
from tests.bench.lab import Lab, apart
from tests.bench.line import Line
from tests.bench.steady_calls import REGION

CLUSTERS = 10_000
GOAL = 0.5
HOURS = 3
"""The best counts: whoever else uses the machine makes the others dearer."""


def measure(lab: Lab) -> Iterator[Line]:
    fleet, sandbox = lab.fleet, apart(lab.fleet.core).process
    fleet.prepare(STEADY / REGION)
    elsewhere = sandbox.cpu
    hours = [fleet.hour(STEADY / REGION) for _ in range(HOURS)]
    cost = min(hours, key=lambda hour: hour.cpu)
    theirs = (sandbox.cpu - elsewhere) / HOURS / cost.passes
    yield Line("passes a second, one after another", cost.passes / cost.wall, "/s")
    each = " ".join(f"{hour.cpu / hour.passes * 1000:.1f}" for hour in hours)
    note = f"the least of {each}; {theirs * 1000:.1f} ms more of the sandbox do not count"
    yield Line("CPU of a steady pass", cost.cpu / cost.passes * 1000, "ms", None, note)
    share = cost.cpu / cost.passes * CLUSTERS / STEADY
    yield Line(f"cores for {CLUSTERS} clusters at rest", share, "cores", GOAL, "extrapolated")
