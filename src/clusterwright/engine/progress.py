"""Tasks from plans: what people see of a step from the first plan until it is gone from the last. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from clusterwright.engine.execute import SETTLED, Outcome, Outcomes, Result
from clusterwright.graph.plan import Plan, Step, Verb, leaves
from clusterwright.store.rows import EventRow
from clusterwright.store.status import FINISHED, Task, TaskState

Usual = Callable[[Step], float]


@dataclass(frozen=True)
class Moment:
    """When, and how fast AWS's clock runs against the wall's."""

    now: float
    speed: float = 1.0


def task_key(step: Step) -> str:
    """A resource has at most two tasks at a time: one by which it comes or changes, one by which it goes."""
    return f"{'-' if leaves(step) else '+'}{step.ref}"


def advance(
    before: tuple[Task, ...], plan: Plan, outcomes: Outcomes, usual: Usual, moment: Moment
) -> tuple[Task, ...]:
    """The tasks after a pass. Those no longer planned are done; planned ones keep their start.

    The making of what now leaves instead is not done but given up, and no longer shown.
    """
    planned = {task_key(step): step for step in plan.steps}
    given_up = {f"+{step.ref}" for step in plan.steps if leaves(step)} - planned.keys()
    tasks = {task.key: task for task in before if task.key not in given_up or task.state is TaskState.DONE}
    done = {
        key: ended(task, moment)
        for key, task in tasks.items()
        if key not in planned and task.state not in FINISHED
    }
    titles = {step.key: title(step) for step in plan.steps}
    now = {
        key: follow(tasks.get(key), step, outcomes, titles, moment).model_copy(
            update={"usual_seconds": usual(step)}
        )
        for key, step in planned.items()
    }
    return tuple((tasks | done | now).values())


def title(step: Step) -> str:
    """A step in words: `create subnet/private-a`, or what is still missing of it."""
    if step.verb is Verb.WAIT:
        return f"{step.ref} gone" if step.leaves else f"{step.ref} ready"
    return f"{step.verb} {step.ref}"


def follow(task: Task | None, step: Step, outcomes: Outcomes, titles: dict[str, str], moment: Moment) -> Task:
    """One planned step's task after a pass."""
    outcome = outcomes.get(step.key)
    if task is None or task.state in FINISHED:
        task = Task(key=task_key(step), verb=step.verb.value, resource=str(step.ref), state=TaskState.WAITING)
    if outcome is None:
        missing = tuple(titles[key] for key in unmet(step, outcomes))
        return task.model_copy(
            update={"state": TaskState.WAITING, "waiting_for": missing, "reason": step.reason, "message": ""}
        )
    if outcome.result is Result.UNAPPROVED:
        return task.model_copy(
            update={"state": TaskState.APPROVAL, "message": outcome.message, "waiting_for": ()}
        )
    return started(task, step, outcome, moment)


def unmet(step: Step, outcomes: Outcomes) -> list[str]:
    done = {key for key, outcome in outcomes.items() if outcome.result in SETTLED}
    begun = {key for key, outcome in outcomes.items() if outcome.result in (*SETTLED, Result.BEGUN)}
    return [key for key in step.after if key not in done] + [key for key in step.follows if key not in begun]


STATES = {
    Result.DONE: TaskState.DONE,
    Result.BEGUN: TaskState.RUNNING,
    Result.FAILED: TaskState.RETRYING,
    Result.HELD: TaskState.RETRYING,
    Result.WAIVED: TaskState.WAIVED,
}


def started(task: Task, step: Step, outcome: Outcome, moment: Moment) -> Task:
    verb = task.verb if step.verb is Verb.WAIT else step.verb.value
    task = task.model_copy(
        update={
            "state": STATES[outcome.result],
            "verb": verb,
            "reason": task.reason or step.reason,
            "message": outcome.message,
            "waiting_for": (),
            "id": outcome.id or task.id,
            "started_at": task.started_at or moment.now,
        }
    )
    return ended(task, moment) if outcome.result is Result.DONE else task


def ended(task: Task, moment: Moment) -> Task:
    began = task.started_at if task.started_at is not None else moment.now
    return task.model_copy(
        update={
            "state": TaskState.DONE,
            "message": "",
            "waiting_for": (),
            "started_at": began,
            "ended_at": moment.now,
            "elapsed_seconds": (moment.now - began) * moment.speed,
        }
    )


def happened(before: Iterable[Task], after: Iterable[Task]) -> Iterable[tuple[str, str, Task]]:
    """What is worth an event: (kind, reason, task) for starts, ends and new errors."""
    old = {task.key: task for task in before}
    for task in after:
        was = old.get(task.key)
        if was == task:
            continue
        if task.state is TaskState.RETRYING and (was is None or was.message != task.message):
            yield "Warning", "Retrying", task
        elif task.state is TaskState.APPROVAL and (was is None or was.state is not task.state):
            yield "Warning", "NeedsApproval", task
        elif task.state is TaskState.RUNNING and (was is None or was.state is not task.state):
            yield "Normal", "Started", task
        elif task.state is TaskState.DONE and (was is None or was.state is not task.state):
            yield "Normal", "Done", task


def as_event(at: float, cluster: str, name: str, news: tuple[str, str, Task]) -> EventRow:
    kind, reason, task = news
    words = {"Started": "began", "Done": "done", "Retrying": task.message, "NeedsApproval": task.message}
    detail = f" ({task.id})" if task.id and reason == "Done" else ""
    took = f" in {task.elapsed_seconds:.0f}s" if reason == "Done" and task.elapsed_seconds else ""
    message = f"{task.verb} {task.resource}: {words[reason]}{took}{detail}"
    return EventRow(at, cluster, name, kind, reason, task.resource, message)
