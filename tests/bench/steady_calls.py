"""What clusters at rest ask of AWS, an hour long, so that what is asked once an hour counts in full.

A region's listings are shared by the clusters that look at about the same time, so density matters. The
goal is for 100 clusters in a region, whose passes come six seconds apart; the fleet here keeps that
distance, though it is smaller. A fleet that has passed before a listing is too old says nothing of that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from clusterwright.aws.scope import CALM
from clusterwright.engine.polling import STEADY
from tests.bench.fleet import Fleet
from tests.bench.lab import Lab, apart
from tests.bench.line import Line

GOAL = 5.0
REGION = 100


def measure(lab: Lab) -> Iterator[Line]:
    fleet = lab.fleet
    size = len(fleet.uids)
    yield density(fleet, f"calls a pass, {REGION} clusters in a region", STEADY / REGION, GOAL)
    yield density(fleet, f"calls a pass, {size} clusters in a region", STEADY / size, None)
    yield density(fleet, f"calls a pass, {size} clusters at one time", 0.0, None)


def density(fleet: Fleet, what: str, gap: float, goal: float | None) -> Line:
    fleet.prepare(gap)
    start = apart(fleet.core).seq()
    passes = fleet.hour(gap).passes
    calls = fleet.core.sandbox.calls(start)
    enough = gap * len(fleet.uids) >= CALM
    return Line(what, len(calls) / passes, "", goal if enough else None, by_action(calls, passes))


def by_action(calls: list[dict[str, Any]], passes: int, most: int = 40) -> str:
    counts = Counter(f"{call['service']}:{call['action']}" for call in calls)
    return ", ".join(f"{action} {number / passes:.3g}" for action, number in counts.most_common(most))
