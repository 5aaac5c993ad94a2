"""Operations: what a user asked for, and its tasks until the plan is empty. They outlive their cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, and_, func, select, update

from clusterwright.store.rows import OperationRow, OperationState
from clusterwright.store.status import Task, TaskState
from clusterwright.store.tables import operations


def read(m: Mapping[str, Any]) -> OperationRow:
    values = {name: m[name] for name in OperationRow.__dataclass_fields__}
    tasks = tuple(Task.model_validate(task) for task in m["tasks"])
    values |= {"state": OperationState(str(m["state"])), "tasks": tasks}
    return OperationRow(**values)


def write(row: OperationRow) -> dict[str, object]:
    values = {name: getattr(row, name) for name in OperationRow.__dataclass_fields__}
    tasks = [task.model_dump(mode="json", by_alias=True, exclude_defaults=True) for task in row.tasks]
    return values | {"state": row.state.value, "tasks": tasks}


def start(connection: Connection, row: OperationRow) -> None:
    """A new operation. One that still runs is superseded; what it has under way goes on in the new one.

    What it had not begun, or failed to, comes back with the next plan if it is still wanted.
    """
    before = newest(connection, row.cluster)
    if before and before.state is OperationState.RUNNING:
        row = replace(row, tasks=tuple(task for task in before.tasks if task.state is TaskState.RUNNING))
    live = and_(operations.c.cluster == row.cluster, operations.c.state == OperationState.RUNNING.value)
    ended = {"state": OperationState.SUPERSEDED.value, "ended_at": row.started_at}
    connection.execute(update(operations).where(live).values(ended))
    connection.execute(operations.insert().values(write(row)))


def save(connection: Connection, row: OperationRow) -> None:
    connection.execute(update(operations).where(operations.c.id == row.id).values(write(row)))


def newest(connection: Connection, cluster: str) -> OperationRow | None:
    """The latest operation of a cluster, by uid."""
    return first(connection, ordered().where(operations.c.cluster == cluster))


def newest_by_name(connection: Connection, name: str) -> OperationRow | None:
    """The latest operation of a cluster of this name, even if the cluster is gone."""
    return first(connection, ordered().where(operations.c.cluster_name == name))


def by_id(connection: Connection, id_: str) -> OperationRow | None:
    return first(connection, ordered().where(operations.c.id == id_))


def briefs(connection: Connection, uids: Iterable[str]) -> dict[str, OperationRow]:
    """The latest operation of each of these clusters, by uid, without its tasks."""
    columns = [operations.c[name] for name in OperationRow.__dataclass_fields__ if name != "tasks"]
    order = (operations.c.started_at.desc(), operations.c.generation.desc())
    rank = func.row_number().over(partition_by=operations.c.cluster, order_by=order).label("rank")
    ranked = select(*columns, rank).where(operations.c.cluster.in_(list(uids))).subquery()
    rows = connection.execute(select(ranked).where(ranked.c.rank == 1))
    return {row.cluster: read({**row._mapping, "tasks": ()}) for row in rows}


def page(connection: Connection, cluster_name: str | None, limit: int) -> list[OperationRow]:
    """The newest operations, of one cluster or of all."""
    query = ordered().limit(limit)
    if cluster_name:
        query = query.where(operations.c.cluster_name == cluster_name)
    return [read({**row._mapping}) for row in connection.execute(query)]


def ordered() -> Select[tuple[object, ...]]:
    return select(operations).order_by(operations.c.started_at.desc(), operations.c.generation.desc())


def first(connection: Connection, query: Select[tuple[object, ...]]) -> OperationRow | None:
    row = connection.execute(query.limit(1)).one_or_none()
    return read({**row._mapping}) if row else None
