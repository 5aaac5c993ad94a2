"""Running one step: intent on disk before AWS hears of it, the id right after, an error as a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import structlog

from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.scope import Scope
from clusterwright.engine import retry
from clusterwright.engine.clock import Clock, later
from clusterwright.engine.execute import Outcome, Result
from clusterwright.engine.observe import DriverFor
from clusterwright.errors import Error, NotFound
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

    def dump(self, resource: Resource) -> Mapping[str, object]:
        return self.codec.dump(resource)


@dataclass(frozen=True)
class Worker:
    """Runs steps for one pass. `hold` may say why a step must not run now."""

    aws: Scope
    driver_for: DriverFor
    journal: Journal
    known: Known
    found: Mapping[AnyRef, Found]
    clock: Clock
    hold: Callable[[Step], str | None]

    def run(self, step: Step) -> Outcome:
        reason = self.hold(step)
        if reason is not None:
            return Outcome(Result.HELD, message=reason)
        try:
            outcome = self.act(step)
        except Error as error:
            return self.failed(step, error)
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
        made = driver.create(self.aws.permit(driver.actions), want, self.known)
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
        driver.update(self.aws.permit(driver.actions), change, self.known)
        self.wrote()
        return Outcome(Result.BEGUN, have.id)

    def applied(self, ref: AnyRef) -> Resource | None:
        data = self.journal.row(ref).resource
        return self.journal.codec.load(data) if data else None  # type: ignore[arg-type]  # stored JSON

    def delete(self, step: Step) -> Outcome:
        driver, have = self.driver_for(type(step.resource)), self.found[step.ref]
        row = self.journal.row(step.ref)
        self.journal.put(step.ref, replace(row, stage=Stage.LEAVING, begun_at=self.clock.now()))
        try:
            driver.delete(self.aws.permit(driver.actions), have, self.known)
        except NotFound:
            return Outcome(Result.DONE, have.id)
        self.wrote()
        return Outcome(Result.DONE if driver.unmakes is INSTANT else Result.BEGUN, have.id)

    def wrote(self) -> None:
        """From now on nothing older than this write is good enough to decide by."""
        self.aws.freshness.wrote(self.aws.inventory.wrote(self.aws.owner.uid))

    def failed(self, step: Step, error: Error) -> Outcome:
        """Remember the failure; an effect that may have happened is looked for before the next try."""
        row = self.journal.row(step.ref)
        failures = row.failures + 1
        wait = retry.delay(error, failures)
        begun = row.begun_at if retry.outcome_unknown(error) else 0.0
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

    def succeeded(self, step: Step) -> None:
        row = self.journal.row(step.ref)
        if row.failures:
            self.journal.put(step.ref, replace(row, failures=0, retry_at=0.0, error=""))
