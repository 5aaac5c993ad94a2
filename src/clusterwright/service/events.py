"""Events, and what a watcher of one cluster is told: news since the last look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from clusterwright.engine.clock import Clock
from clusterwright.errors import Missing
from clusterwright.service import present
from clusterwright.service.core import Core
from clusterwright.service.views import EventView, Listing
from clusterwright.store import clusters, events, operations
from clusterwright.store.rows import ClusterRow, EventRow, OperationRow

BATCH = 500


def find_all(core: Core, cluster: str | None, after: int | None, limit: int) -> Listing[EventView]:
    """The newest, or those after a sequence number; the oldest of them first."""
    with core.look() as connection:
        if after is None:
            rows = events.latest(connection, cluster, limit)
        else:
            rows = events.after(connection, after, cluster, limit)
    return Listing(items=tuple(present.event(row) for row in rows))


@dataclass(frozen=True)
class Look:
    """What one cluster looks like at one moment, and its events since the look before."""

    seq: int
    events: tuple[EventRow, ...]
    row: ClusterRow | None
    operation: OperationRow | None

    @property
    def over(self) -> bool:
        return self.row is None and len(self.events) < BATCH


@dataclass(frozen=True)
class News:
    """One message to a watcher; `data` is JSON."""

    type: Literal["task", "status", "event", "end"]
    seq: int
    data: str


def look(core: Core, name: str, after: int | None, uid: str | None = None) -> Look:
    """`after`: the last event seen; None begins with the present. `uid`: the cluster meant, if known."""
    with core.look() as connection:
        seq = events.last_seq(connection) if after is None else after
        fresh = tuple(events.after(connection, seq, name, BATCH))
        row = clusters.find(connection, name)
        operation = operations.newest_by_name(connection, name)
    if row is None and operation is None:
        raise Missing(f"There is no cluster {name!r}.", remedy="`clusterwright get clusters` lists them.")
    if uid is not None and row is not None and row.uid != uid:
        row = None
    return Look(fresh[-1].seq if fresh else seq, fresh, row, operation)


def news(before: Look | None, now: Look, clock: Clock) -> Iterator[News]:
    """Tasks and status that differ from the look before (all, at the first), new events, and the end."""
    for one in now.events:
        yield News("event", one.seq, present.event(one).model_dump_json(by_alias=True))
    known = {task.key: task for task in before.operation.tasks} if before and before.operation else {}
    for task in now.operation.tasks if now.operation else ():
        if known.get(task.key) != task:
            yield News("task", now.seq, present.task(task, clock).model_dump_json(by_alias=True))
    if now.row and (before is None or status(before) != status(now)):
        shown = present.cluster_status(now.row, now.operation)
        yield News("status", now.seq, shown.model_dump_json(by_alias=True))
    if now.over:
        yield News("end", now.seq, "{}")


def status(seen: Look) -> object:
    return present.cluster_status(seen.row, seen.operation) if seen.row else None
