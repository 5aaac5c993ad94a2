"""Cluster rows: documents, generations, when to look next, and whose pass is alive.

A pass holds a token. Whatever it writes goes through `guard`, so a pass that was taken for dead and lives
on changes nothing.
"""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import Connection, Row, and_, case, func, or_, select, update

from clusterwright.errors import Conflict, Missing
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.document import to_json
from clusterwright.spec.model import Reading
from clusterwright.store.rows import AccountFacts, ClusterRow, SubnetFact, ZoneFact
from clusterwright.store.status import Status
from clusterwright.store.tables import clusters


class LostRun(Conflict):
    """Another pass took over; what this one decided no longer counts."""

    code = "lost-run"


def read(row: Row[tuple[object, ...]]) -> ClusterRow:
    m = row._mapping
    return ClusterRow(
        uid=m["uid"],
        document=Cluster.model_validate(m["document"], context=Reading.RULES_LATER),
        version=m["version"],
        generation=m["generation"],
        observed=m["observed"],
        approved=m["approved"],
        deleting=m["deleting"],
        due=m["due"],
        running=m["run_token"] is not None,
        facts=read_facts(m["facts"]),
        status=Status.model_validate(m["status"]),
        created_at=m["created_at"],
    )


def read_facts(data: dict[str, object] | None) -> AccountFacts | None:
    if data is None:
        return None
    zones = tuple(ZoneFact(**zone) for zone in data["zones"])  # type: ignore[attr-defined]  # as written
    subnets = tuple(SubnetFact(**subnet) for subnet in data.get("subnets", ()))  # type: ignore[attr-defined]
    cidr = str(data.get("vpc_cidr", ""))
    return AccountFacts(str(data["account"]), str(data["partition"]), zones, cidr, subnets)


def find(connection: Connection, name: str) -> ClusterRow | None:
    row = connection.execute(select(clusters).where(clusters.c.name == name)).one_or_none()
    return read(row) if row else None


def get(connection: Connection, name: str) -> ClusterRow:
    row = find(connection, name)
    if row is None:
        raise Missing(f"There is no cluster {name!r}.", remedy="`clusterwright get clusters` lists them.")
    return row


def by_uid(connection: Connection, uid: str) -> ClusterRow | None:
    row = connection.execute(select(clusters).where(clusters.c.uid == uid)).one_or_none()
    return read(row) if row else None


def page(connection: Connection, after: str, limit: int, search: str = "") -> list[ClusterRow]:
    """Up to `limit` clusters in name order, after the name `after`."""
    query = select(clusters).where(clusters.c.name > after).order_by(clusters.c.name).limit(limit)
    if search:
        # Not LIKE: it knows patterns, and ignores case on SQLite only.
        query = query.where(func.replace(clusters.c.name, search, "") != clusters.c.name)
    return [read(row) for row in connection.execute(query)]


def using_account(connection: Connection, account: str) -> list[str]:
    query = select(clusters.c.name).where(clusters.c.account == account).order_by(clusters.c.name)
    return list(connection.execute(query).scalars())


def phases(connection: Connection) -> dict[str, int]:
    """How many clusters are in each phase."""
    phase = clusters.c.status["phase"].as_string()
    return {row[0]: row[1] for row in connection.execute(select(phase, func.count()).group_by(phase))}


def profiles_in_use(connection: Connection) -> list[tuple[str, str, str | None]]:
    """Cluster, profile and version (None: the newest) for every profile that a cluster names."""
    rows = connection.execute(select(clusters.c.name, clusters.c.document).order_by(clusters.c.name))
    return [
        (row.name, ref["name"], ref.get("version"))
        for row in rows
        for ref in row.document["spec"]["profiles"]
    ]


def insert(connection: Connection, uid: str, document: Cluster, now: float) -> None:
    """A new cluster, due at once."""
    connection.execute(
        clusters.insert().values(
            uid=uid,
            name=document.metadata.name,
            account=document.spec.cloud_account,
            document=to_json(document),
            version=1,
            generation=1,
            observed=0,
            approved=0,
            deleting=False,
            due=now,
            status=Status().model_dump(mode="json", by_alias=True),
            created_at=now,
        )
    )


def replace(connection: Connection, row: ClusterRow, document: Cluster, *, generation: int) -> None:
    """A changed document. Fails when somebody else changed it since `row` was read."""
    values = {"document": to_json(document), "generation": generation, "version": row.version + 1}
    change(connection, row, values)


def start_delete(connection: Connection, row: ClusterRow) -> None:
    change(connection, row, {"deleting": True, "generation": row.generation + 1, "version": row.version + 1})


def approve(connection: Connection, row: ClusterRow, generation: int) -> None:
    change(connection, row, {"approved": generation, "version": row.version + 1})


def change(connection: Connection, row: ClusterRow, values: dict[str, object]) -> None:
    where = and_(clusters.c.uid == row.uid, clusters.c.version == row.version)
    if connection.execute(update(clusters).where(where).values(values)).rowcount == 0:
        raise Conflict(
            f"Cluster {row.name} changed since it was read.",
            remedy="Read it again and apply your change anew.",
        )


def wake(connection: Connection, uid: str, at: float) -> None:
    """Look at the cluster at `at` or earlier."""
    sooner = case((or_(clusters.c.due.is_(None), clusters.c.due > at), at), else_=clusters.c.due)
    connection.execute(update(clusters).where(clusters.c.uid == uid).values(due=sooner))


def due(connection: Connection, now: float, limit: int) -> list[str]:
    """The uids whose time has come, longest waiting first."""
    query = select(clusters.c.uid).where(clusters.c.due <= now).order_by(clusters.c.due).limit(limit)
    return list(connection.execute(query).scalars())


def next_due(connection: Connection) -> float | None:
    return connection.execute(select(func.min(clusters.c.due))).scalar()


def running(connection: Connection) -> list[str]:
    query = select(clusters.c.uid).where(clusters.c.run_token.is_not(None))
    return list(connection.execute(query).scalars())


def recover(connection: Connection, now: float) -> int:
    """After a crash of the only process: what it was working on is due again."""
    abandoned = clusters.c.run_token.is_not(None)
    return connection.execute(update(clusters).where(abandoned).values(run_token=None, due=now)).rowcount


def claim(connection: Connection, uid: str, token: str) -> ClusterRow | None:
    """Begin a pass: from now on only `token` may write. None when the cluster is gone."""
    taken = update(clusters).where(clusters.c.uid == uid).values(run_token=token, due=None)
    connection.execute(taken)
    return by_uid(connection, uid)


def guard(connection: Connection, uid: str, token: str) -> None:
    """Raise unless the pass with this token is the live one; holds the row until the transaction ends."""
    alive = and_(clusters.c.uid == uid, clusters.c.run_token == token)
    if connection.execute(update(clusters).where(alive).values(run_token=token)).rowcount == 0:
        raise LostRun()


def learn(connection: Connection, uid: str, facts: AccountFacts) -> None:
    connection.execute(update(clusters).where(clusters.c.uid == uid).values(facts=asdict(facts)))


def finish(connection: Connection, uid: str, status: Status, *, observed: int | None, look_at: float) -> None:
    """End a pass. A wake that came meanwhile is kept: the earlier of both times wins.

    With `observed` the document is true; an approval was for what is done now, and for nothing later.
    """
    sooner = case((clusters.c.due < look_at, clusters.c.due), else_=look_at)
    values: dict[str, object] = {
        "status": status.model_dump(mode="json", by_alias=True),
        "run_token": None,
        "due": sooner,
    }
    if observed is not None:
        values |= {"observed": observed, "approved": 0}
    connection.execute(update(clusters).where(clusters.c.uid == uid).values(values))


def remove(connection: Connection, uid: str) -> None:
    connection.execute(clusters.delete().where(clusters.c.uid == uid))
