"""The end of a pass: tasks, conditions, events, the operation, and when to look again, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from clusterwright.aws.driver import Latency
from clusterwright.engine import condition, estimate, polling, progress
from clusterwright.engine.clock import Clock, later
from clusterwright.engine.execute import Outcome, Outcomes, Result
from clusterwright.engine.observe import DriverFor
from clusterwright.errors import Error
from clusterwright.graph.plan import Plan, Step, leaves
from clusterwright.graph.resource import AnyRef, Found
from clusterwright.store import clusters, events, operations
from clusterwright.store.database import Database
from clusterwright.store.rows import ClusterRow, EventRow, OperationRow, OperationState, ResourceRow, Stage
from clusterwright.store.status import Phase, Status, Task, TaskState


@dataclass(frozen=True)
class Report:
    """What a pass found and did."""

    row: ClusterRow
    plan: Plan
    outcomes: Outcomes
    found: Mapping[AnyRef, Found]
    kinds: frozenset[str]


@dataclass(frozen=True)
class Reporter:
    database: Database
    driver_for: DriverFor
    clock: Clock
    new_id: Callable[[], str]

    def finish(self, token: str, report: Report, rows: Mapping[AnyRef, ResourceRow]) -> None:
        with self.database.transaction() as connection:
            clusters.guard(connection, report.row.uid, token)
            operation = operations.newest(connection, report.row.uid)
            if self.is_gone(report, rows):
                self.bury(connection, report.row, operation)
            else:
                self.save(connection, report, operation, rows)

    def is_gone(self, report: Report, rows: Mapping[AnyRef, ResourceRow]) -> bool:
        nothing_left = all(row.stage is Stage.GONE or not row.id for row in rows.values())
        return report.row.deleting and report.plan.empty and nothing_left

    def bury(self, connection: Connection, row: ClusterRow, operation: OperationRow | None) -> None:
        """Nothing is left: the cluster's row goes, its operation and events stay."""
        now = self.clock.now()
        if operation:
            moment = progress.Moment(now, self.clock.speed)
            tasks = progress.advance(operation.tasks, Plan(), {}, lambda step: 0.0, moment)
            operations.save(connection, ended(replace(operation, tasks=tasks), now))
        message = f"cluster {row.name} is deleted; nothing is left of it"
        events.add(connection, [EventRow(now, row.uid, row.name, "Normal", "Deleted", row.name, message)])
        clusters.remove(connection, row.uid)

    def save(
        self,
        connection: Connection,
        report: Report,
        operation: OperationRow | None,
        rows: Mapping[AnyRef, ResourceRow],
    ) -> None:
        row, now = report.row, self.clock.now()
        operation = self.continued(connection, report, operation)
        before = operation.tasks if operation else ()
        moment = progress.Moment(now, self.clock.speed)
        tasks = progress.advance(before, report.plan, report.outcomes, self.usual, moment)
        news = [progress.as_event(now, row.uid, row.name, item) for item in progress.happened(before, tasks)]
        if operation:
            news += self.save_operation(connection, report, replace(operation, tasks=tasks), moment)
        status = self.status(report, tasks, now)
        events.add(connection, [*news, *changed_phase(row, status, now), *newly_waived(row, status, now)])
        observed = row.generation if report.plan.empty else None
        clusters.finish(
            connection, row.uid, status, observed=observed, look_at=self.look_at(report, tasks, rows, moment)
        )

    def continued(
        self, connection: Connection, report: Report, operation: OperationRow | None
    ) -> OperationRow | None:
        """The live operation; drift of a cluster at rest begins one of its own."""
        if operation and operation.state is OperationState.RUNNING:
            return operation
        if all(is_waived(report.outcomes.get(step.key)) for step in report.plan.steps):
            return None
        row = report.row
        repair = OperationRow(
            self.new_id(), row.uid, row.name, "repair", row.generation, OperationState.RUNNING, (), 0.0, None,
            self.clock.now(), None,
        )  # fmt: skip
        operations.start(connection, repair)
        return repair

    def save_operation(
        self, connection: Connection, report: Report, operation: OperationRow, moment: progress.Moment
    ) -> list[EventRow]:
        if report.plan.empty and operation.generation == report.row.generation:
            operations.save(connection, ended(operation, moment.now))
            took = (moment.now - operation.started_at) * moment.speed
            message = f"{operation.verb} of {report.row.name} is done in {took:.0f}s"
            row = report.row
            return [EventRow(moment.now, row.uid, row.name, "Normal", "OperationDone", row.name, message)]
        left = estimate.seconds_left(report.plan, {task.key: task for task in operation.tasks}, moment)
        began = min((task.started_at for task in operation.tasks if task.started_at), default=moment.now)
        moving = any(task.state is TaskState.RUNNING for task in operation.tasks)
        done = estimate.fraction(began, left, moment) if moving else operation.progress
        operations.save(connection, replace(operation, progress=done, seconds_left=left))
        return []

    def status(self, report: Report, tasks: tuple[Task, ...], now: float) -> Status:
        old = report.row.status
        planned = {progress.task_key(step) for step in report.plan.steps}
        open_tasks = tuple(task for task in tasks if task.key in planned)
        waived = () if report.row.deleting else condition.done_without(report.found, report.outcomes)
        look = condition.Look(report.kinds, waived)
        return Status(
            phase=condition.phase(report.row, report.plan, open_tasks, waived),
            conditions=condition.conditions(old.conditions, open_tasks, look, now),
            message=" ".join(waived),
            outputs=condition.reached(report.found) or old.outputs,
        )

    def latency(self, step: Step) -> Latency:
        driver = self.driver_for(type(step.resource))
        return driver.unmakes if leaves(step) else driver.makes

    def usual(self, step: Step) -> float:
        return self.latency(step).usual

    def look_at(
        self,
        report: Report,
        tasks: tuple[Task, ...],
        rows: Mapping[AnyRef, ResourceRow],
        moment: progress.Moment,
    ) -> float:
        """The earliest wall time at which there may be news."""
        if report.plan.empty:
            return later(self.clock, polling.STEADY)
        by_key = {task.key: task for task in tasks}
        times = [later(self.clock, polling.STEADY)]
        for step in report.plan.steps:
            outcome, task = report.outcomes.get(step.key), by_key[progress.task_key(step)]
            if outcome is None:
                continue
            if outcome.result is Result.DONE:
                times.append(later(self.clock, polling.SOON))
            elif outcome.result is Result.BEGUN:
                elapsed = (moment.now - (task.started_at or moment.now)) * moment.speed
                times.append(later(self.clock, polling.interval(self.latency(step), elapsed)))
            elif task.state is not TaskState.APPROVAL:
                times.append(self.retry_time(rows.get(step.ref), task, moment))
        return min(times)

    def retry_time(self, row: ResourceRow | None, task: Task, moment: progress.Moment) -> float:
        """After a failed call as its error says; what cannot even be read is looked at ever more rarely."""
        if row and row.retry_at:
            return max(row.retry_at, later(self.clock, polling.SOON))
        elapsed = (moment.now - (task.started_at or moment.now)) * moment.speed
        return later(self.clock, min(max(polling.KEEN, elapsed / 4), polling.STEADY))

    def blocked(self, row: ClusterRow, token: str, error: Error, look_at: float) -> None:
        """A pass that could not look."""
        now = self.clock.now()
        phase = Phase.DELETING if row.deleting else Phase.DEGRADED if row.observed else row.status.phase
        status = row.status.model_copy(update={"message": str(error), "phase": phase})
        with self.database.transaction() as connection:
            clusters.guard(connection, row.uid, token)
            if row.status.message != str(error):
                news = EventRow(now, row.uid, row.name, "Warning", "Blocked", row.name, str(error))
                events.add(connection, [news])
            clusters.finish(connection, row.uid, status, observed=None, look_at=look_at)


def is_waived(outcome: Outcome | None) -> bool:
    return outcome is not None and outcome.result is Result.WAIVED


def ended(operation: OperationRow, now: float) -> OperationRow:
    return replace(operation, state=OperationState.DONE, progress=1.0, seconds_left=0.0, ended_at=now)


def newly_waived(row: ClusterRow, status: Status, now: float) -> list[EventRow]:
    if not status.message or status.message == row.status.message:
        return []
    return [EventRow(now, row.uid, row.name, "Warning", "NotPermitted", row.name, status.message)]


def changed_phase(row: ClusterRow, status: Status, now: float) -> list[EventRow]:
    if row.status.phase is status.phase:
        return []
    kind = "Warning" if status.phase is Phase.DEGRADED else "Normal"
    message = f"{row.status.phase} becomes {status.phase}"
    return [EventRow(now, row.uid, row.name, kind, "Phase", row.name, message)]
