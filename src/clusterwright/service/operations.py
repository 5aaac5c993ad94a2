"""Operations: what was asked of a cluster, and how far it is. They outlive their cluster."""

from __future__ import annotations

from sqlalchemy import Connection

from clusterwright.errors import Missing
from clusterwright.service import present
from clusterwright.service.core import Core
from clusterwright.service.views import Listing, OperationBrief, OperationView
from clusterwright.spec.cluster import Cluster
from clusterwright.store import clusters, events, operations, resources
from clusterwright.store.rows import ClusterRow, EventRow, OperationRow, OperationState


def get(core: Core, id_: str) -> OperationView:
    with core.look() as connection:
        row = operations.by_id(connection, id_)
    if row is None:
        raise Missing(
            f"There is no operation {id_!r}.", remedy="`clusterwright get operations` lists the newest."
        )
    return present.operation(row, core.tools.clock)


def of_cluster(core: Core, name: str) -> OperationView:
    """The latest operation of a cluster, also after the cluster is gone."""
    with core.look() as connection:
        row = operations.newest_by_name(connection, name)
    if row is None:
        raise Missing(f"There is no cluster {name!r}.", remedy="`clusterwright get clusters` lists them.")
    return present.operation(row, core.tools.clock)


def find_all(core: Core, cluster: str | None, limit: int) -> Listing[OperationBrief]:
    """The newest first."""
    with core.look() as connection:
        rows = operations.page(connection, cluster, limit)
    return Listing(items=tuple(present.brief(row) for row in rows))


def change(core: Core, connection: Connection, row: ClusterRow, document: Cluster) -> None:
    """Give a cluster another document and begin to make it true."""
    generation = row.generation + 1
    clusters.replace(connection, row, document, generation=generation)
    resources.forgive(connection, row.uid)
    begin(core, connection, row, "update", generation)


def begin(core: Core, connection: Connection, row: ClusterRow, verb: str, generation: int) -> None:
    """A new operation, told to those who watch, worked on at once."""
    now = core.now()
    operation = OperationRow(
        id=core.tools.new_id(),
        cluster=row.uid,
        cluster_name=row.name,
        verb=verb,
        generation=generation,
        state=OperationState.RUNNING,
        tasks=(),
        progress=0.0,
        seconds_left=None,
        started_at=now,
        ended_at=None,
    )
    operations.start(connection, operation)
    note(core, connection, row, "Requested", f"{verb} of cluster {row.name} was asked for")
    core.engine.wake(row.uid, connection)


def note(core: Core, connection: Connection, row: ClusterRow, reason: str, message: str) -> None:
    event = EventRow(core.now(), row.uid, row.name, "Normal", reason, row.name, message)
    events.add(connection, [event])
