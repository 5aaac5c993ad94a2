"""Many documents of one text: all are checked before any is stored, and stored in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import Connection

from clusterwright.errors import Finding, Invalid
from clusterwright.service import accounts, clusters, profiles
from clusterwright.service.clusters import ClusterChange
from clusterwright.service.core import Core
from clusterwright.service.drafts import Draft, from_body, from_text
from clusterwright.service.profiles import ProfileChange
from clusterwright.service.views import AccountView, Action, Applied, ClusterView, FindingView, ProfileView
from clusterwright.service.world import World, survey
from clusterwright.spec.account import CloudAccount
from clusterwright.spec.document import warnings
from clusterwright.spec.profile import ClusterProfile

ORDER = ("CloudAccount", "ClusterProfile", "Cluster")
"""Each kind refers to those before it."""


class Change(Protocol):
    """What one document will do."""

    @property
    def draft(self) -> Draft: ...

    @property
    def action(self) -> Action: ...

    def commit(self, core: Core, connection: Connection) -> None: ...

    def view(self, core: Core) -> AccountView | ProfileView | ClusterView: ...


def read_text(core: Core, text: str) -> tuple[Draft, ...]:
    return from_text(text, lambda name: accounts.stored_secret(core, name))


def read_body(core: Core, data: object, kind: str, name: str) -> Draft:
    """The document of a request to an address that names its kind and its object."""
    draft = from_body(data, lambda account: accounts.stored_secret(core, account))
    wrong = [
        Finding(path, f"is {found}, but the address says {wanted}", f"Write {wanted}.", value=found)
        for path, found, wanted in (("kind", draft.kind, kind), ("metadata.name", draft.name, name))
        if found != wanted
    ]
    if wrong:
        raise Invalid(tuple(wrong))
    return draft


def apply(core: Core, drafts: Sequence[Draft]) -> tuple[Applied, ...]:
    """Store all or none. What is not stored yet is created, the rest is changed to what is written."""
    changes = prepare(core, survey(core, drafts), drafts)
    begun = {c.row.name for c in changes if isinstance(c, ClusterChange) and c.asks_work}
    with core.change() as connection:
        for change in changes:
            change.commit(core, connection)
        for change in changes:
            if isinstance(change, ProfileChange) and change.action is Action.CREATED:
                profiles.lead(core, connection, change.document, begun)
    return tuple(applied(core, change) for change in changes)


def validate(core: Core, drafts: Sequence[Draft]) -> tuple[Applied, ...]:
    """What `apply` would do. Changes nothing."""
    return tuple(
        Applied(kind=c.draft.kind, name=c.draft.name, action=c.action, warnings=advice(c.draft))
        for c in prepare(core, survey(core, drafts), drafts)
    )


def prepare(core: Core, world: World, drafts: Sequence[Draft]) -> list[Change]:
    """Raises with every finding of all documents."""
    changes: list[Change] = []
    findings: list[Finding] = []
    for draft in sorted(drafts, key=lambda draft: ORDER.index(draft.kind)):
        try:
            changes.append(prepare_one(core, world, draft))
        except Invalid as error:
            findings += [draft.placed(finding) for finding in error.findings]
    if findings:
        raise Invalid(tuple(findings), refusal(drafts))
    return changes


def refusal(drafts: Sequence[Draft]) -> str:
    if len(drafts) == 1:
        return f"{drafts[0].kind} {drafts[0].name} is not valid."
    return "The documents are not valid; none of them was applied."


def prepare_one(core: Core, world: World, draft: Draft) -> Change:
    document = draft.document
    if isinstance(document, CloudAccount):
        return accounts.prepare(core, world, draft)
    if isinstance(document, ClusterProfile):
        return profiles.prepare(world, draft, document)
    return clusters.prepare(core, world, draft, document)


def applied(core: Core, change: Change) -> Applied:
    view = change.view(core)
    operation = view.status.operation if isinstance(view, ClusterView) else None
    return Applied(
        kind=change.draft.kind,
        name=change.draft.name,
        action=change.action,
        object=view,
        operation=operation,
        warnings=advice(change.draft),
    )


def advice(draft: Draft) -> tuple[FindingView, ...]:
    return tuple(FindingView.of(draft.placed(finding)) for finding in warnings(draft.document))
