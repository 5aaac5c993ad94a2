"""A real server over a database with as many clusters as one is meant to hold, none of them due."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select, update

from clusterwright.engine.report import ended
from clusterwright.spec.cluster import Cluster
from clusterwright.store import clusters, operations, tables
from clusterwright.store.database import Database, open_database, sqlite_url
from clusterwright.store.rows import AccountFacts, OperationRow, OperationState, ZoneFact
from clusterwright.store.status import Condition, Phase, Status, Task, TaskState
from tests.bench.fleet import renamed
from tests.processes import Process, running

ZONES = ("us-east-1a", "us-east-1b")
FACTS = AccountFacts("111122223333", "aws", tuple(ZoneFact(zone, f"id-{zone}") for zone in ZONES))
NEVER = 1e6
TASKS = 28
"""About as many as the creation of the quickstart cluster has."""
CONDITIONS = ("NetworkReady", "ControlPlaneReady", "NodesReady", "LayersReady", "Ready")
OUTPUTS = {"endpoint": "https://example.eks.amazonaws.com", "certificate": "x" * 600, "vpc": "vpc-0123456789"}


@dataclass(frozen=True)
class FullServer:
    process: Process
    http: httpx.Client
    database: Database
    """The same file from outside, as another writer."""
    name: str
    """One of its clusters."""
    rows: int


@contextmanager
def full_server(home: Path, pattern: Cluster, rows: int) -> Iterator[FullServer]:
    data = home / "data"
    data.mkdir(parents=True)
    with ExitStack() as stack:
        database = open_database(sqlite_url(data / "clusterwright.db"))
        stack.callback(database.close)
        fill(database, pattern, rows)
        process = stack.enter_context(running(home, "server", "--port", "0", "--data-dir", str(data)))
        bearer = {"Authorization": f"Bearer {(data / 'token').read_text().strip()}"}
        http = httpx.Client(base_url=process.url, headers=bearer, timeout=60, trust_env=False)
        yield FullServer(process, stack.enter_context(http), database, name_of(rows // 2), rows)


def name_of(number: int) -> str:
    return f"cluster-{number:05}"


def fill(database: Database, pattern: Cluster, rows: int) -> None:
    """One row as it is after a creation, then copies of it. Nothing is due."""
    now = time.time()
    with database.transaction() as connection:
        clusters.insert(connection, "first", renamed(pattern, name_of(0)), now)
        clusters.learn(connection, "first", FACTS)
        clusters.finish(connection, "first", status(now), observed=1, look_at=now)
        operations.start(connection, creation("first", name_of(0), now))
        connection.execute(update(tables.clusters).values(due=now + NEVER))
        for table in (tables.clusters, tables.operations):
            first = connection.execute(select(table)).one()._mapping
            copies = [copy(table.name, dict(first), number) for number in range(1, rows)]
            connection.execute(table.insert(), copies)


def copy(table: str, row: dict[str, Any], number: int) -> dict[str, Any]:
    uid, name = f"uid-{number}", name_of(number)
    if table == "operations":
        return row | {"id": f"operation-{number}", "cluster": uid, "cluster_name": name}
    document = {**row["document"], "metadata": {**row["document"]["metadata"], "name": name}}
    return row | {"uid": uid, "name": name, "document": document}


def status(now: float) -> Status:
    conditions = (Condition(type=kind, status=True, reason="AsWanted", since=now) for kind in CONDITIONS)
    return Status(phase=Phase.RUNNING, conditions=tuple(conditions), outputs=OUTPUTS)


def creation(uid: str, name: str, now: float) -> OperationRow:
    row = OperationRow(
        str(uuid.uuid4()),
        uid,
        name,
        "create",
        1,
        OperationState.DONE,
        finished_tasks(now),
        1.0,
        0.0,
        now,
        now + 900,
    )
    return ended(row, now + 900)


def finished_tasks(now: float) -> tuple[Task, ...]:
    return tuple(
        Task(
            key=f"+subnet/private-us-east-1{number}",
            verb="create",
            resource=f"subnet/private-us-east-1{number}",
            state=TaskState.DONE,
            reason="does not exist",
            id=f"subnet-0123456789{number}",
            started_at=now,
            ended_at=now + number,
            elapsed_seconds=number,
        )
        for number in range(TASKS)
    )
