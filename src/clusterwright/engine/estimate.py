"""How long it will still take: the longest path through what is left. Pure; AWS seconds."""

from __future__ import annotations

from collections.abc import Mapping

from clusterwright.engine.progress import Moment, task_key
from clusterwright.graph.plan import Plan
from clusterwright.store.status import FINISHED, Task

OVERDUE = 0.1
"""What is past its usual time is expected to need this part of it more."""


def seconds_left(plan: Plan, tasks: Mapping[str, Task], moment: Moment) -> float:
    begins: dict[str, float] = {}
    ends: dict[str, float] = {}
    for step in plan.steps:
        begins[step.key] = max(
            [ends[key] for key in step.after] + [begins[key] for key in step.follows], default=0.0
        )
        ends[step.key] = begins[step.key] + own(tasks[task_key(step)], moment)
    return max(ends.values(), default=0.0)


def own(task: Task, moment: Moment) -> float:
    """What one task still needs, once it may run."""
    if task.state in FINISHED:
        return 0.0
    if task.started_at is None:
        return task.usual_seconds
    elapsed = (moment.now - task.started_at) * moment.speed
    return max(task.usual_seconds - elapsed, OVERDUE * task.usual_seconds)


def fraction(started_at: float, left: float, moment: Moment) -> float:
    """Progress between 0 and 1; 1 only when nothing is left."""
    elapsed = (moment.now - started_at) * moment.speed
    if left <= 0:
        return 1.0
    return min(elapsed / (elapsed + left), 0.99)
