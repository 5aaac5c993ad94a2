"""Records of resources: intent before the call, id after it. The other half of ownership is the tag."""

from __future__ import annotations

from sqlalchemy import Connection, RowMapping, and_, select, update

from clusterwright.store.rows import ResourceRow, Stage
from clusterwright.store.tables import resources


def of(connection: Connection, cluster: str) -> dict[str, ResourceRow]:
    """Every record of a cluster, by reference."""
    query = select(resources).where(resources.c.cluster == cluster)
    return {row.ref: read(row._mapping) for row in connection.execute(query)}


def read(m: RowMapping) -> ResourceRow:
    values = {name: m[name] for name in ResourceRow.__dataclass_fields__}
    return ResourceRow(**{**values, "stage": Stage(str(m["stage"]))})


def put(connection: Connection, cluster: str, row: ResourceRow) -> None:
    """Write a record, new or not."""
    values = {name: getattr(row, name) for name in ResourceRow.__dataclass_fields__}
    values |= {"stage": row.stage.value, "outputs": dict(row.outputs)}
    where = and_(resources.c.cluster == cluster, resources.c.ref == row.ref)
    if connection.execute(update(resources).where(where).values(values)).rowcount == 0:
        connection.execute(resources.insert().values(cluster=cluster, **values))


def forgive(connection: Connection, cluster: str) -> None:
    """Forget past failures: somebody changed something, so everything is tried again at once."""
    where = resources.c.cluster == cluster
    connection.execute(update(resources).where(where).values(failures=0, retry_at=0.0, waived=""))
