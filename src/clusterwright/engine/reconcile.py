"""One pass over one cluster: observe, plan, run what is ready, record, say when to come back.

Level-triggered: it never asks what changed, only what is different from what is wanted. It holds no thread
while AWS works and no transaction while it talks to AWS. Process death costs one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import structlog
from sqlalchemy import Connection

from clusterwright.aws.calls import Calls
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.preflight.permissions import Examine, examine
from clusterwright.aws.scope import Freshness, Owner, Scope
from clusterwright.blueprint.build import build
from clusterwright.engine import retry
from clusterwright.engine.clearance import Clearance
from clusterwright.engine.clock import Clock, later, passed
from clusterwright.engine.execute import Outcome, Result, execute
from clusterwright.engine.facts import for_blueprint, learn
from clusterwright.engine.observe import DriverFor, Observation, Observer, known_from
from clusterwright.engine.records import last_applied
from clusterwright.engine.report import Report, Reporter
from clusterwright.engine.worker import Journal, Worker
from clusterwright.errors import Error
from clusterwright.graph.codec import Codec
from clusterwright.graph.plan import Plan, Step, Verb, plan
from clusterwright.graph.resource import AnyRef, Resource
from clusterwright.spec.profile import ClusterProfile
from clusterwright.store import accounts, clusters, profiles, resources
from clusterwright.store.clusters import LostRun
from clusterwright.store.database import Database
from clusterwright.store.rows import AccountFacts, AccountRow, ClusterRow, ResourceRow, Stage
from clusterwright.store.secrets import SecretBox

log = structlog.get_logger()

SHARED = 2.0
"""AWS seconds that a Describe may be old at the start of a pass, so that clusters share it."""


TINY = 1e-6
"""An answer that is asked for in the very moment in which a pass begins is not too old for it."""


class Accounts(Protocol):
    """Where calls into an account and region come from."""

    def calls(self, account: AccountRow, region: str) -> Calls: ...


@dataclass(frozen=True)
class Tools:
    """What passes need from outside."""

    database: Database
    box: SecretBox
    accounts: Accounts
    inventory: Inventory
    clock: Clock
    driver_for: DriverFor
    codec: Codec
    pool: Executor
    new_id: Callable[[], str]
    examine: Examine = examine


@dataclass(frozen=True)
class View:
    """What one pass knows before it looks."""

    row: ClusterRow
    account: AccountRow
    aws: Scope
    desired: Mapping[AnyRef, Resource]
    rows: dict[AnyRef, ResourceRow]
    applied: Mapping[AnyRef, Resource]


@dataclass(frozen=True)
class Reconciler:
    """Passes. Safe to use from many threads, one cluster in one thread at a time."""

    tools: Tools
    calm: dict[str, frozenset[AnyRef]] = field(default_factory=dict)
    """What was at rest in the last pass of each cluster; forgotten with the process."""

    @cached_property
    def clearance(self) -> Clearance:
        tools = self.tools
        return Clearance(tools.examine, tools.driver_for, tools.clock, tools.pool)

    def reconcile(self, uid: str) -> None:
        """One pass. Never raises for what AWS or a document did; that goes into the cluster's status."""
        token = self.tools.new_id()
        with self.tools.database.transaction() as connection:
            row = clusters.claim(connection, uid, token)
        if row is None:
            self.calm.pop(uid, None)
            return
        try:
            self.work(row, token)
        except LostRun:
            log.info("pass superseded", cluster=row.name)
        except Error as error:
            self.blocked(row, token, error)

    def work(self, row: ClusterRow, token: str) -> None:
        view = self.view(row)
        if is_untouched(view):
            wanted = tuple(view.desired.values())
            self.clearance.ask(view.account.document, view.aws.calls, row.name, wanted)
        journal = Journal(self.tools.database, self.tools.codec, row.uid, token, view.rows)
        seen = self.observe(view, journal)
        steps = plan(view.desired.values(), seen.found, view.applied)
        self.settle(view, journal, steps)
        outcomes = self.run(view, journal, seen, steps)
        self.calm[row.uid] = at_rest(view.desired, seen, steps, outcomes)
        report = Report(view.row, steps, outcomes, seen.found, frozenset(r.kind.KIND for r in view.desired))
        Reporter(self.tools.database, self.tools.driver_for, self.tools.clock, self.tools.new_id).finish(
            token, report, view.rows
        )

    def view(self, row: ClusterRow) -> View:
        with self.tools.database.transaction() as connection:
            account = accounts.get(connection, row.document.spec.cloud_account, self.tools.box)
            templates = chosen_profiles(connection, row)
            stored = resources.of(connection, row.uid)
        calls = self.tools.accounts.calls(account, row.document.spec.region)
        desired: dict[AnyRef, Resource] = {}
        if not row.deleting:
            facts = self.learn(row, calls)
            desired = {r.ref: r for r in build(row.document, templates, for_blueprint(row.uid, facts))}
        rows = {self.tools.codec.load_ref(ref): record for ref, record in stored.items()}
        return View(
            row, account, self.scope(row, calls, rows), desired, rows, last_applied(self.tools.codec, rows)
        )

    def learn(self, row: ClusterRow, calls: Calls) -> AccountFacts:
        """Asked for once and kept, so that a new zone of AWS's moves nothing of ours."""
        facts = learn(calls, row.document.spec.placement, row.facts)
        if facts == row.facts:
            return facts
        with self.tools.database.transaction() as connection:
            clusters.learn(connection, row.uid, facts)
        return facts

    def scope(self, row: ClusterRow, calls: Calls, rows: Mapping[AnyRef, ResourceRow]) -> Scope:
        written_at = self.tools.inventory.last_write(row.uid)
        now = self.tools.inventory.now()
        shared = max(now - SHARED, written_at)
        fresh = Freshness(started_at=max(now - TINY, written_at), shared_since=shared, written_at=written_at)
        lives = {ref: record.lives for ref, record in rows.items()}
        return Scope(calls, self.tools.inventory, Owner(row.uid, row.name), fresh, attempts=lives)

    def observe(self, view: View, journal: Journal) -> Observation:
        wants = {**view.applied, **view.desired}
        observer = Observer(self.tools.driver_for, self.tools.pool)
        calm = self.calm.get(view.row.uid, frozenset())
        seen = observer.observe(view.aws, wants, view.rows, calm, lambda at: passed(self.tools.clock, at))
        changed = {}
        for record in seen.rows:
            ref = self.tools.codec.load_ref(record.ref)
            adopted = record.resource or (
                journal.dump(wants[ref]) if record.stage is not Stage.GONE else None
            )
            changed[ref] = replace(record, resource=adopted)
        journal.put_all(changed)
        return seen

    def settle(self, view: View, journal: Journal, steps: Plan) -> None:
        """What needs no step is as wanted: from now on that is what was last applied."""
        busy = {step.ref for step in steps.steps}
        done = {}
        for ref, want in view.desired.items():
            record = journal.rows.get(ref)
            if ref not in busy and record and view.applied.get(ref) != want:
                done[ref] = replace(record, resource=journal.dump(want))
        journal.put_all(done)

    def run(self, view: View, journal: Journal, seen: Observation, steps: Plan) -> dict[str, Outcome]:
        known = known_from(journal.rows)
        states = {ref: have.state for ref, have in seen.found.items()}
        worker = Worker(
            view.aws,
            self.tools.driver_for,
            journal,
            known,
            seen.found,
            self.tools.clock,
            lambda step: self.hold(view, seen, step),
        )
        return execute(steps, lambda step: states.get(step.ref), worker.run, self.tools.pool)

    def hold(self, view: View, seen: Observation, step: Step) -> Outcome | None:
        """Why a step must not run now, if it must not."""
        if step.approval and view.row.approved < view.row.generation:
            return Outcome(Result.UNAPPROVED, message="needs your approval: workloads on it stop")
        if seen.foreign and view.row.observed == 0 and not view.row.deleting:
            return Outcome(Result.HELD, message=f"nothing is made while a name is taken: {seen.foreign[0]}")
        record = view.rows.get(step.ref)
        if record and record.retry_at > self.tools.clock.now():
            return Outcome(Result.HELD, message=record.error)
        return None

    def blocked(self, row: ClusterRow, token: str, error: Error) -> None:
        """The pass could not even look: say why, come back later."""
        log.warning("pass blocked", cluster=row.name, error=str(error))
        Reporter(self.tools.database, self.tools.driver_for, self.tools.clock, self.tools.new_id).blocked(
            row, token, error, later(self.tools.clock, retry.delay(error, 1))
        )


def is_untouched(view: View) -> bool:
    """Whether nothing was made yet, and nobody said to go on in any case."""
    row = view.row
    return not (row.deleting or row.observed or view.rows or row.approved >= row.generation)


def at_rest(
    desired: Mapping[AnyRef, Resource], seen: Observation, steps: Plan, outcomes: Mapping[str, Outcome]
) -> frozenset[AnyRef]:
    """What nothing is expected of until we write something: it is as wanted, or its turn did not come.

    An update acts on what its own pass saw; what only waits to be deleted is there until we delete it.
    """
    moving = {
        step.ref
        for step in steps.steps
        if step.key in outcomes or (step.ref in seen.found and step.verb is not Verb.DELETE)
    }
    return frozenset({*desired, *seen.found} - moving)


def chosen_profiles(connection: Connection, row: ClusterRow) -> tuple[ClusterProfile, ...]:
    return tuple(
        profiles.get(connection, chosen.name, chosen.version).document
        for chosen in row.document.spec.profiles
    )
