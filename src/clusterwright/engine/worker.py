"""Running one step: intent on disk before AWS hears of it, the id right after, an error as a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import structlog

from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.iam.features import done_without
from clusterwright.aws.scope import Scope
from clusterwright.engine import retry
from clusterwright.engine.clock import Clock, later, passed
from clusterwright.engine.execute import Outcome, Result
from clusterwright.engine.observe import DriverFor
from clusterwright.engine.records import VISIBLE, gone
from clusterwright.errors import Error, NotFound, NotYet
from clusterwright.graph.codec import Codec
from clusterwright.graph.known import Known
from clusterwright.graph.plan import Step, Verb
from clusterwright.graph.resource import AnyRef, Found, Resource, State
from clusterwright.store import clusters, resources
from clusterwright.store.database import Database
from clusterwright.store.rows import ResourceRow, Stage

log = structlog.get_logger()


class Defect(Error):
    """Clusterwright has a defect; the server's log has the details."""

    code = "defect"


@dataclass(frozen=True)
class Journal:
    """Records of one cluster, as written by one pass."""

    database: Database
    codec: Codec
    cluster: str
    token: str
    rows: dict[AnyRef, ResourceRow]

    def row(self, ref: AnyRef) -> ResourceRow:
        return self.rows.get(ref) or ResourceRow(str(ref), Stage.INTENT, None, None, {}, 0, 0.0)

    def put(self, ref: AnyRef, row: ResourceRow) -> None:
        self.put_all({ref: row})

    def put_all(self, rows: Mapping[AnyRef, ResourceRow]) -> None:
        """Raises LostRun when another pass took over."""
        if not rows:
            return
        with self.database.transaction() as connection:
            clusters.guard(connection, self.cluster, self.token)
            for row in rows.values():
                resources.put(connection, self.cluster, row)
        self.rows.update(rows)

    def check(self) -> None:
        """Raises LostRun when another pass took over."""
        with self.database.transaction() as connection:
            clusters.guard(connection, self.cluster, self.token)

    def dump(self, resource: Resource) -> Mapping[str, object]:
        return self.codec.dump(resource)


@dataclass(frozen=True)
class Worker:
    """Runs steps for one pass. `hold` has the outcome of a step that must not run now."""

    aws: Scope
    driver_for: DriverFor
    journal: Journal
    known: Known
    found: Mapping[AnyRef, Found]
    clock: Clock
    hold: Callable[[Step], Outcome | None]
    halfway: set[AnyRef] = field(default_factory=set)
    """What was begun by several calls of which the first ones worked."""

    def run(self, step: Step) -> Outcome:
        held = self.hold(step)
        if held is not None:
            return held
        try:
            outcome = self.act(step)
        except Error as error:
            return self.waived(step, error) or self.failed(step, error)
        except Exception:  # the edge of a worker thread: a defect in one kind must not stop the others
            log.exception("step failed", step=step.key, cluster=self.aws.owner.cluster)
            return self.failed(step, Defect())
        self.succeeded(step)
        return outcome

    def act(self, step: Step) -> Outcome:
        if step.verb is Verb.CREATE:
            return self.create(step)
        if step.verb is Verb.UPDATE:
            return self.update(step)
        return self.delete(step)

    def create(self, step: Step) -> Outcome:
        want, ref, driver = step.resource, step.ref, self.driver_for(type(step.resource))
        old = self.journal.row(ref)
        intent = replace(
            old, stage=Stage.INTENT, resource=self.journal.dump(want), id=None, begun_at=self.clock.now()
        )
        self.journal.put(ref, intent)
        aws = self.aws.permit(driver.actions)
        try:
            made = driver.create(aws, want, self.known)
        except Error:
            if aws.made:
                self.halfway.add(ref)
            raise
        self.journal.put(ref, replace(intent, stage=Stage.MADE, id=made.id, outputs=dict(made.outputs)))
        self.known.learn(ref, made.id, made.outputs)
        self.wrote()
        result = Result.DONE if made.state is State.READY else Result.BEGUN
        return Outcome(result, made.id, made.message)

    def update(self, step: Step) -> Outcome:
        """An update is believed when it is seen, so it is never done in the pass that began it."""
        driver, have = self.driver_for(type(step.resource)), self.found[step.ref]
        applied = self.applied(step.ref)
        before = {key for key, _ in applied.tags} if applied else set()
        stale = tuple(sorted(before - {key for key, _ in step.resource.tags}))
        change = Change(step.resource, have, step.changed, stale)
        self.journal.check()
        driver.update(self.aws.permit(driver.actions), change, self.known)
        self.wrote()
        return Outcome(Result.BEGUN, have.id)

    def applied(self, ref: AnyRef) -> Resource | None:
        data = self.journal.row(ref).resource
        return self.journal.codec.load(data) if data else None  # type: ignore[arg-type]  # stored JSON

    def delete(self, step: Step) -> Outcome:
        driver, have = self.driver_for(type(step.resource)), self.found[step.ref]
        row = self.journal.row(step.ref)
        if not have.id:  # its answer was lost: whether there is anything to delete will show
            return Outcome(Result.BEGUN, message=have.message)
        self.journal.put(step.ref, replace(row, stage=Stage.LEAVING, begun_at=self.clock.now()))
        try:
            driver.delete(self.aws.permit(driver.actions), have, self.known)
        except NotFound as error:
            if self.is_unseen(row, have):
                self.journal.put(step.ref, row)
                raise NotYet(f"{step.ref} cannot be deleted before AWS shows it.") from error
            return Outcome(Result.DONE, have.id)
        self.wrote()
        return Outcome(Result.DONE if driver.unmakes is INSTANT else Result.BEGUN, have.id)

    def is_unseen(self, row: ResourceRow, have: Found) -> bool:
        """Whether AWS may only not know it yet: to believe that it is gone would leave it behind."""
        young = passed(self.clock, row.begun_at) < VISIBLE
        return row.stage is Stage.MADE and young and have.state is State.PENDING

    def wrote(self) -> None:
        """From now on nothing older than this write is good enough to decide by."""
        self.aws.freshness.wrote(self.aws.inventory.wrote(self.aws.owner.uid))

    def failed(self, step: Step, error: Error) -> Outcome:
        """Remember the failure; an effect that may have happened is looked for before the next try."""
        row = self.journal.row(step.ref)
        failures = row.failures + 1
        wait = retry.delay(error, failures)
        self.wrote()
        may_exist = retry.outcome_unknown(error) or step.ref in self.halfway
        begun = row.begun_at if may_exist else 0.0
        row = replace(
            row,
            failures=failures,
            retry_at=later(self.clock, wait),
            error=str(error),
            begun_at=begun if row.stage is Stage.INTENT else row.begun_at,
        )
        self.journal.put(step.ref, row)
        log.warning("step failed", step=step.key, cluster=self.aws.owner.cluster, error=str(error))
        return Outcome(Result.FAILED, row.id, str(error))

    def waived(self, step: Step, error: Error) -> Outcome | None:
        """Do without for a while what the cluster can do without; what is half made or must go is not that.

        Whoever allows it and applies again need not wait.
        """
        why = done_without(error)
        if not why or step.verb is Verb.DELETE or step.ref in self.halfway:
            return None
        row = self.journal.row(step.ref)
        row = gone(row) if step.verb is Verb.CREATE else row
        self.journal.put(step.ref, replace(row, waived=why, retry_at=later(self.clock, retry.WAIVED)))
        log.warning("done without", step=step.key, cluster=self.aws.owner.cluster, reason=why)
        return Outcome(Result.WAIVED, row.id, why)

    def succeeded(self, step: Step) -> None:
        row = self.journal.row(step.ref)
        if row.failures or row.waived:
            self.journal.put(step.ref, replace(row, failures=0, retry_at=0.0, error="", waived=""))
