"""Cluster profiles, one row per published version. A version never changes once it is here."""

from __future__ import annotations

from typing import TypeAlias

from sqlalchemy import Connection, and_, select

from clusterwright.errors import Missing
from clusterwright.spec.document import to_json
from clusterwright.spec.model import Reading
from clusterwright.spec.profile import ClusterProfile
from clusterwright.store.rows import ProfileRow
from clusterwright.store.tables import profiles


def versions(connection: Connection, name: str) -> list[ProfileRow]:
    """Every version of a profile, newest first by SemVer precedence."""
    query = select(profiles).where(profiles.c.name == name)
    rows = [
        ProfileRow(ClusterProfile.model_validate(row.document, context=Reading.RULES_LATER), row.created_at)
        for row in connection.execute(query)
    ]
    return sorted(rows, key=lambda row: precedence(row.document.spec.version), reverse=True)


Precedence: TypeAlias = tuple[tuple[int, ...], bool, tuple[tuple[bool, int, str], ...]]


def precedence(version: str) -> Precedence:
    """A release comes after its own pre-releases, numbers in those before words (semver.org, item 11)."""
    core, _, rest = version.partition("+")[0].partition("-")
    words = tuple((not part.isdigit(), int(part) if part.isdigit() else 0, part) for part in rest.split("."))
    return tuple(int(part) for part in core.split(".")), not rest, words


def get(connection: Connection, name: str, version: str | None) -> ProfileRow:
    """One version, or the newest."""
    rows = versions(connection, name)
    matching = [row for row in rows if version in (None, row.document.spec.version)]
    if matching:
        return matching[0]
    known = ", ".join(row.document.spec.version for row in rows)
    if known:
        raise Missing(f"Profile {name} has no version {version}.", remedy=f"There are: {known}.")
    raise Missing(
        f"There is no profile {name!r}.", remedy="Apply it first; `clusterwright get profiles` lists them."
    )


def names(connection: Connection) -> list[str]:
    query = select(profiles.c.name).distinct().order_by(profiles.c.name)
    return list(connection.execute(query).scalars())


def insert(connection: Connection, document: ClusterProfile, now: float) -> None:
    connection.execute(
        profiles.insert().values(
            name=document.metadata.name,
            version=document.spec.version,
            document=to_json(document),
            created_at=now,
        )
    )


def remove(connection: Connection, name: str, version: str) -> None:
    where = and_(profiles.c.name == name, profiles.c.version == version)
    connection.execute(profiles.delete().where(where))
