"""Clusters of one account and region, all as wanted and at rest."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import reduce

from clusterwright.engine.polling import STEADY
from clusterwright.spec.cluster import Cluster
from clusterwright.store import clusters
from tests.lifecycle.world import World, example

STRIDE = 60.0
"""Seconds between looks while the fleet is built: how fast it gets there is measured elsewhere."""
HOUR = 3600.0
"""The longest that any answer is kept, so this is what an average must cover."""


@dataclass(frozen=True)
class Cost:
    """What passes took of this process, in seconds."""

    passes: int
    wall: float
    cpu: float

    def plus(self, other: Cost) -> Cost:
        return Cost(self.passes + other.passes, self.wall + other.wall, self.cpu + other.cpu)


@dataclass(frozen=True)
class Fleet:
    core: World
    uids: tuple[str, ...]

    def prepare(self, gap: float) -> None:
        """Everything is read anew, in the order and at the distance in which the next hour will read it."""
        self.core.wait(HOUR)
        self.round(gap)

    def hour(self, gap: float) -> Cost:
        """A pass of each cluster every ten minutes, `gap` seconds apart, for an hour."""
        rounds = []
        for _ in range(int(HOUR / STEADY)):
            self.core.wait(STEADY - gap * len(self.uids))
            rounds.append(self.round(gap))
        return reduce(Cost.plus, rounds)

    def round(self, gap: float) -> Cost:
        cost = Cost(0, 0.0, 0.0)
        for uid in self.uids:
            began, used = time.perf_counter(), time.process_time()
            self.core.reconciler.reconcile(uid)
            cost = cost.plus(Cost(1, time.perf_counter() - began, time.process_time() - used))
            self.core.wait(gap)
        return cost


def settled(core: World, pattern: Cluster, size: int) -> Fleet:
    core.apply(example("quickstart").partition("kind: Cluster\n")[0].rpartition("---")[0])
    uids = tuple(core.put_cluster(renamed(pattern, f"bench-{number}")) for number in range(size))
    while restless(core, uids):
        core.wait(STRIDE)
        with core.database.transaction() as connection:
            due = clusters.due(connection, core.clock.now(), size)
        for uid in due:
            core.reconciler.reconcile(uid)
    return Fleet(core, uids)


def renamed(pattern: Cluster, name: str) -> Cluster:
    return pattern.model_copy(update={"metadata": pattern.metadata.model_copy(update={"name": name})})


def restless(core: World, uids: tuple[str, ...]) -> list[str]:
    rows = [core.row(uid) for uid in uids]
    return [row.uid for row in rows if row and row.observed != row.generation]
