"""Plans without deeds: what a pass would do for a document, or for a cluster as it is."""

from __future__ import annotations

from collections.abc import Mapping

from clusterwright.blueprint.build import build
from clusterwright.engine.clock import passed
from clusterwright.engine.facts import for_blueprint, learn
from clusterwright.engine.observe import Observer
from clusterwright.engine.reconcile import Reconciler
from clusterwright.engine.records import last_applied
from clusterwright.graph.plan import Plan, plan
from clusterwright.graph.render import render
from clusterwright.graph.resource import AnyRef, Found, Resource
from clusterwright.service import documents
from clusterwright.service.clusters import ClusterChange
from clusterwright.service.core import Core
from clusterwright.service.views import PlanView
from clusterwright.service.world import World, survey
from clusterwright.store import clusters, resources
from clusterwright.store.rows import ClusterRow, ResourceRow


def of_text(core: Core, text: str) -> tuple[PlanView, ...]:
    """One plan per cluster document, as if the text's accounts and profiles were applied."""
    drafts = documents.read_text(core, text)
    world = survey(core, drafts)
    changes = documents.prepare(core, world, drafts)
    return tuple(
        view(core, change.row, plan_for(core, world, change.row))
        for change in changes
        if isinstance(change, ClusterChange)
    )


def of_cluster(core: Core, name: str) -> PlanView:
    """What is left to do for a cluster as it is written now; also shows drift."""
    with core.look() as connection:
        row = clusters.get(connection, name)
    return view(core, row, plan_for(core, survey(core), row))


def view(core: Core, row: ClusterRow, steps: Plan) -> PlanView:
    return PlanView(
        cluster=row.name,
        empty=steps.empty,
        needs_approval=len(steps.unapproved()),
        steps=[core.tools.codec.dump_step(step) for step in steps.steps],
        text=render(steps),
    )


def plan_for(core: Core, world: World, row: ClusterRow) -> Plan:
    wanted = {} if row.deleting else desired(core, world, row)
    records = recorded(core, row.uid)
    applied = last_applied(core.tools.codec, records)
    return plan(wanted.values(), found(core, world, row, {**applied, **wanted}, records), applied)


def desired(core: Core, world: World, row: ClusterRow) -> dict[AnyRef, Resource]:
    account = world.accounts[row.document.spec.cloud_account]
    calls = core.tools.accounts.calls(account, row.document.spec.region)
    facts = learn(calls, row.document.spec.placement, row.facts)
    built = build(row.document, world.profiles, for_blueprint(row.uid, facts))
    return {resource.ref: resource for resource in built}


def recorded(core: Core, uid: str) -> dict[AnyRef, ResourceRow]:
    with core.look() as connection:
        stored = resources.of(connection, uid)
    return {core.tools.codec.load_ref(ref): record for ref, record in stored.items()}


def found(
    core: Core,
    world: World,
    row: ClusterRow,
    wants: Mapping[AnyRef, Resource],
    records: dict[AnyRef, ResourceRow],
) -> Mapping[AnyRef, Found]:
    """What is there. Of a cluster that was never worked on, nothing."""
    if not records:
        return {}
    account = world.accounts[row.document.spec.cloud_account]
    calls = core.tools.accounts.calls(account, row.document.spec.region)
    scope = Reconciler(core.tools).scope(row, calls, records)
    observer = Observer(core.tools.driver_for, core.tools.pool)
    nothing_calm: frozenset[AnyRef] = frozenset()
    seen = observer.observe(scope, wants, records, nothing_calm, lambda at: passed(core.tools.clock, at))
    return seen.found
