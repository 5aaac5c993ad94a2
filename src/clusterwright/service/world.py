"""What a document may refer to: everything stored, and what the same text brings along."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from clusterwright.errors import Conflict, Finding
from clusterwright.service.core import Core
from clusterwright.service.drafts import Draft
from clusterwright.spec.account import CloudAccount
from clusterwright.spec.profile import ClusterProfile
from clusterwright.store import accounts, profiles
from clusterwright.store.rows import AccountRow, ProfileRow

ProfileKey = tuple[str, str]


@dataclass(frozen=True)
class World:
    """`stored_*` is what the database holds; `accounts` and `profiles` are as they will be."""

    stored_accounts: Mapping[str, AccountRow]
    stored_profiles: Mapping[ProfileKey, ProfileRow]
    accounts: Mapping[str, AccountRow]
    profiles: tuple[ClusterProfile, ...]


def survey(core: Core, drafts: Iterable[Draft] = ()) -> World:
    """Look once; the drafts of accounts and profiles count as if they were applied already."""
    with core.look() as connection:
        stored = {row.name: row for row in accounts.page(connection, core.tools.box)}
        published = {
            profile_key(row.document): row
            for name in profiles.names(connection)
            for row in profiles.versions(connection, name)
        }
    coming = dict(stored)
    templates = {key: row.document for key, row in published.items()}
    for document in (draft.document for draft in drafts):
        if isinstance(document, CloudAccount):
            coming[document.metadata.name] = changed_account(core, stored, document)
        elif isinstance(document, ClusterProfile):
            templates.setdefault(profile_key(document), document)
    return World(stored, published, coming, tuple(templates.values()))


def changed_account(core: Core, stored: Mapping[str, AccountRow], document: CloudAccount) -> AccountRow:
    """The row as it will be. The external id is issued once and stays."""
    row = stored.get(document.metadata.name)
    if row:
        return replace(row, document=document)
    return AccountRow(core.tools.new_id(), document, 1, secrets.token_urlsafe(24), core.now())


def profile_key(document: ClusterProfile) -> ProfileKey:
    return document.metadata.name, document.spec.version


def check_version(draft: Draft, current: int | None) -> None:
    """Refuse a document that was read before somebody else changed the object."""
    wanted = draft.resource_version
    if wanted is None or wanted == str(current):
        return
    what = f"{draft.kind} {draft.name}"
    if current is None:
        raise Conflict(
            f"{what} does not exist any more.", remedy="Remove metadata.resourceVersion to make it anew."
        )
    raise Conflict(
        f"{what} changed since it was read: it is at version {current}, not {wanted}.",
        remedy="Read it again and apply your change anew.",
    )


def account_finding(name: str, world: World) -> Iterable[Finding]:
    if name not in world.accounts:
        known = ", ".join(sorted(world.accounts))
        remedy = f"Accounts: {known}." if known else "Apply the account first."
        yield Finding("spec.cloudAccount", f"there is no cloud account {name}", remedy, value=name)
