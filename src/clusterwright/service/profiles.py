"""Cluster profiles. A published version never changes; a change is another version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from clusterwright.errors import Conflict, Finding, Invalid
from clusterwright.packs.select import profile_findings
from clusterwright.service import listing, operations, present
from clusterwright.service.core import Core
from clusterwright.service.drafts import Draft
from clusterwright.service.listing import Query
from clusterwright.service.views import Action, Listing, ProfileView
from clusterwright.service.world import ProfileKey, World, profile_key
from clusterwright.spec.profile import ClusterProfile
from clusterwright.store import clusters, profiles
from clusterwright.store.rows import ProfileRow


def get(core: Core, name: str, version: str | None) -> ProfileView:
    """One version, or the newest."""
    with core.look() as connection:
        row = profiles.get(connection, name, version)
        users = users_of(connection)
    return present.profile(row, users.get(profile_key(row.document), ()))


def find_all(core: Core, query: Query) -> Listing[ProfileView]:
    """Every version of every profile; the versions of one come newest first and on one page."""
    with core.look() as connection:
        names = profiles.names(connection)
        newest = [profiles.versions(connection, name) for name in names]
        users = users_of(connection)
    chosen, after = listing.page(newest, query, name_of, lambda rows: rows[0].document.metadata)
    items = tuple(
        present.profile(row, users.get(profile_key(row.document), ())) for rows in chosen for row in rows
    )
    return Listing(items=items, following=after)


def name_of(versions: list[ProfileRow]) -> str:
    return versions[0].document.metadata.name


def users_of(connection: Connection) -> Mapping[ProfileKey, tuple[str, ...]]:
    """The clusters that use each version."""
    newest = {name: "" for name in profiles.names(connection)}
    for name in newest:
        newest[name] = profiles.versions(connection, name)[0].document.spec.version
    users: dict[ProfileKey, tuple[str, ...]] = {}
    for cluster, name, version in clusters.profiles_in_use(connection):
        key = (name, version or newest.get(name, ""))
        users[key] = (*users.get(key, ()), cluster)
    return users


def delete(core: Core, name: str, version: str | None) -> ProfileView:
    with core.change() as connection:
        known = profiles.versions(connection, name)
        row = profiles.get(connection, name, version)
        if version is None and len(known) > 1:
            listed = ", ".join(one.document.spec.version for one in known)
            raise Conflict(
                f"Profile {name} has several versions: {listed}.", remedy=f"Name one, as in {name}@VERSION."
            )
        key = profile_key(row.document)
        users = users_of(connection).get(key, ())
        if users:
            message = f"Version {key[1]} of profile {name} is used by {', '.join(users)}."
            raise Conflict(message, remedy="Delete these clusters, or give them another version first.")
        profiles.remove(connection, *key)
    return present.profile(row, ())


@dataclass(frozen=True)
class ProfileChange:
    draft: Draft
    document: ClusterProfile
    action: Action

    def commit(self, core: Core, connection: Connection) -> None:
        if self.action is Action.CREATED:
            profiles.insert(connection, self.document, core.now())

    def view(self, core: Core) -> ProfileView:
        return get(core, *profile_key(self.document))


def prepare(world: World, draft: Draft, document: ClusterProfile) -> ProfileChange:
    published = world.stored_profiles.get(profile_key(document))
    if published is None:
        findings = profile_findings(document)
        if findings:
            raise Invalid(findings)
        return ProfileChange(draft, document, Action.CREATED)
    if published.document.model_dump() == document.model_dump():
        return ProfileChange(draft, document, Action.UNCHANGED)
    version = document.spec.version
    message = f"version {version} of {draft.name} is published and never changes"
    raise Invalid(
        (Finding("spec.version", message, "Publish the change as another version.", value=version),)
    )


def lead(core: Core, connection: Connection, document: ClusterProfile, begun: Collection[str]) -> None:
    """Clusters that name no version follow the newest: for them its coming is a change like any other.

    `begun`: the clusters that have an operation for it already.
    """
    name, version = profile_key(document)
    if profiles.get(connection, name, None).document.spec.version != version:
        return
    for cluster, used, wanted in clusters.profiles_in_use(connection):
        row = clusters.get(connection, cluster)
        if used == name and wanted is None and not row.deleting and cluster not in begun:
            operations.change(core, connection, row, row.document)
