"""Clusters. Nothing here talks to AWS but the question for zones; the engine does the work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import structlog
from sqlalchemy import Connection

from clusterwright.blueprint.build import check
from clusterwright.blueprint.stack import stack_findings
from clusterwright.engine import facts
from clusterwright.engine.facts import for_blueprint, knows
from clusterwright.errors import AwsError, Conflict, Finding, Invalid
from clusterwright.service import listing, operations, present
from clusterwright.service.core import Core
from clusterwright.service.drafts import Draft
from clusterwright.service.listing import Query
from clusterwright.service.views import Action, ClusterView, Listing
from clusterwright.service.world import World, account_finding, check_version
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.document import to_json
from clusterwright.store import accounts, clusters, resources
from clusterwright.store import operations as stored_operations
from clusterwright.store.rows import AccountFacts, ClusterRow
from clusterwright.store.status import Status

log = structlog.get_logger()


def get(core: Core, name: str) -> ClusterView:
    with core.look() as connection:
        row = clusters.get(connection, name)
        briefs = stored_operations.briefs(connection, [row.uid])
    return present.cluster(row, briefs.get(row.uid))


def find_all(core: Core, query: Query) -> Listing[ClusterView]:
    with core.look() as connection:

        def fetch(after: str, size: int) -> list[ClusterRow]:
            return clusters.page(connection, after, size, query.search)

        rows = listing.walk(fetch, name_of, query)
        items, after = listing.page(rows, query, name_of, lambda row: row.document.metadata)
        briefs = stored_operations.briefs(connection, [row.uid for row in items])
    return Listing(items=tuple(present.cluster(row, briefs.get(row.uid)) for row in items), following=after)


def name_of(row: ClusterRow) -> str:
    return row.name


def count_by_phase(core: Core) -> Mapping[str, int]:
    with core.look() as connection:
        return clusters.phases(connection)


def delete(core: Core, name: str) -> ClusterView:
    """Begin to delete; asking again changes nothing."""
    with core.change() as connection:
        row = clusters.get(connection, name)
        if row.document.spec.control_plane.deletion_protection and not row.deleting:
            raise Conflict(
                f"Cluster {name} is protected from deletion.",
                remedy="Set spec.controlPlane.deletionProtection to false and apply it first.",
            )
        if not row.deleting:
            clusters.start_delete(connection, row)
            resources.forgive(connection, row.uid)
            operations.begin(core, connection, row, "delete", row.generation + 1)
    return get(core, name)


def approve(core: Core, name: str) -> ClusterView:
    """Agree to all that the present generation replaces or restarts."""
    with core.change() as connection:
        row = clusters.get(connection, name)
        clusters.approve(connection, row, row.generation)
        resources.forgive(connection, row.uid)
        operations.note(core, connection, row, "Approved", f"the changes of cluster {name} were approved")
        core.engine.wake(row.uid, connection)
    return get(core, name)


@dataclass(frozen=True)
class ClusterChange:
    """`row` is as it will be; its version is the one to replace."""

    draft: Draft
    row: ClusterRow
    action: Action
    asks_work: bool

    def commit(self, core: Core, connection: Connection) -> None:
        document = self.row.document
        if self.action is Action.CREATED:
            # Somebody may have deleted the account since this was prepared.
            accounts.get(connection, document.spec.cloud_account, core.tools.box)
            clusters.insert(connection, self.row.uid, document, core.now())
            if self.row.facts:
                clusters.learn(connection, self.row.uid, self.row.facts)
            operations.begin(core, connection, self.row, "create", 1)
        elif self.action is Action.CONFIGURED and self.asks_work:
            operations.change(core, connection, self.row, document)
        elif self.action is Action.CONFIGURED:
            clusters.replace(connection, self.row, document, generation=self.row.generation)

    def view(self, core: Core) -> ClusterView:
        return get(core, self.draft.name)


def prepare(core: Core, world: World, draft: Draft, document: Cluster) -> ClusterChange:
    """Decide what a document means for its cluster, and refuse it when it cannot be built."""
    with core.look() as connection:
        before = clusters.find(connection, draft.name)
    check_version(draft, before.version if before else None)
    if before and before.deleting:
        remedy = "Wait until it is gone, or give the new one another name."
        raise Conflict(f"Cluster {draft.name} is being deleted.", remedy=remedy)
    if before and to_json(before.document) == to_json(document):
        return ClusterChange(draft, before, Action.UNCHANGED, asks_work=False)
    known = learn(core, world, document, before)
    row = replace(before or fresh(core, document), document=document, facts=known)
    findings = tuple(problems(row, world, before))
    if findings:
        raise Invalid(findings)
    action = Action.CONFIGURED if before else Action.CREATED
    return ClusterChange(draft, row, action, before is None or differs(before.document, document))


def differs(before: Cluster, after: Cluster) -> bool:
    """Whether they mean something else, not only are written otherwise."""
    return before.spec.model_dump() != after.spec.model_dump()


def fresh(core: Core, document: Cluster) -> ClusterRow:
    return ClusterRow(
        uid=core.tools.new_id(),
        document=document,
        version=1,
        generation=1,
        observed=0,
        approved=0,
        deleting=False,
        due=None,
        running=False,
        facts=None,
        status=Status(),
        created_at=core.now(),
    )


def learn(core: Core, world: World, document: Cluster, before: ClusterRow | None) -> AccountFacts | None:
    """What must be known of the account. Without an answer the document is taken: a pass will say why."""
    old = before.facts if before else None
    if old and knows(old, document.spec.placement):
        return old
    account = world.accounts.get(document.spec.cloud_account)
    if account is None:
        return None
    try:
        calls = core.tools.accounts.calls(account, document.spec.region)
        return facts.learn(calls, document.spec.placement, old)
    except AwsError as error:
        log.warning("account cannot be asked", account=account.name, error=str(error))
        return None


def problems(row: ClusterRow, world: World, before: ClusterRow | None) -> Iterator[Finding]:
    document = row.document
    yield from account_finding(document.spec.cloud_account, world)
    if before:
        yield from fixed_findings(before.document, document)
    if row.facts:
        yield from check(document, world.profiles, for_blueprint(row.uid, row.facts))
    else:
        yield from stack_findings(document, world.profiles)


def fixed_findings(before: Cluster, after: Cluster) -> Iterator[Finding]:
    """What a cluster keeps for its life."""
    for path, old, new in zip(FIXED, fixed(before), fixed(after), strict=True):
        if old != new:
            message = f"is {old} and cannot change"
            yield Finding(path, message, f"Write {old}, or make another cluster.", value=new)


FIXED = (
    "spec.cloudAccount",
    "spec.region",
    "spec.placement",
    "spec.placement.dynamic.cidr",
    "spec.placement.static.vpcId",
)


def fixed(cluster: Cluster) -> tuple[str, ...]:
    placement = cluster.spec.placement
    return (
        cluster.spec.cloud_account,
        cluster.spec.region,
        "dynamic" if placement.dynamic else "static",
        placement.dynamic.cidr if placement.dynamic else "",
        placement.static.vpc_id if placement.static else "",
    )
