"""Events, in one order for everybody who watches."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from clusterwright.store.rows import EventRow
from clusterwright.store.tables import events

WRITERS = 4_200_001
"""Key of the advisory lock that orders writers of events."""


def add(connection: Connection, rows: Iterable[EventRow]) -> None:
    """Append. On PostgreSQL writers take turns: a watcher never sees a number before a smaller one."""
    values = [{k: v for k, v in vars(row).items() if k != "seq"} for row in rows]
    if values and connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(WRITERS)))
    if values:
        connection.execute(events.insert(), values)


def after(
    connection: Connection, seq: int, cluster_name: str | None = None, limit: int = 500
) -> list[EventRow]:
    """Events younger than `seq`, oldest first."""
    query = select(events).where(events.c.seq > seq).order_by(events.c.seq).limit(limit)
    if cluster_name:
        query = query.where(events.c.cluster_name == cluster_name)
    return [EventRow(**row._mapping) for row in connection.execute(query)]


def latest(connection: Connection, cluster_name: str | None, limit: int) -> list[EventRow]:
    """The newest events, oldest of them first."""
    query = select(events).order_by(events.c.seq.desc()).limit(limit)
    if cluster_name:
        query = query.where(events.c.cluster_name == cluster_name)
    return [EventRow(**row._mapping) for row in connection.execute(query)][::-1]


def last_seq(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(events.c.seq), 0))).scalar_one())
