"""Run every step whose needs are met, each as soon as they are, and report what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass
from enum import StrEnum

from clusterwright.graph.plan import Plan, Step, Verb
from clusterwright.graph.resource import State


class Result(StrEnum):
    DONE = "done"
    BEGUN = "begun"
    FAILED = "failed"
    HELD = "held"
    WAIVED = "waived"
    """Not allowed, and the rest goes on without it."""
    UNAPPROVED = "unapproved"


@dataclass(frozen=True)
class Outcome:
    """What came of a step in this pass."""

    result: Result
    id: str | None = None
    message: str = ""


Outcomes = Mapping[str, Outcome]


def execute(
    plan: Plan,
    states: Callable[[Step], State | None],
    run: Callable[[Step], Outcome],
    pool: Executor,
) -> dict[str, Outcome]:
    """Outcomes by step key; a step whose turn did not come has none.

    `run` acts and may hold a step back. Waits need no action: what they wait for exists unless it could
    not be read, and that is all that those who merely follow it ask.
    """
    outcomes: dict[str, Outcome] = {}
    running: dict[Future[Outcome], Step] = {}
    left = list(plan.steps)
    while left or running:
        ready = [step for step in left if is_ready(step, outcomes)]
        left = [step for step in left if step not in ready]
        for step in ready:
            if step.verb is Verb.WAIT:
                outcomes[step.key] = awaited(step, states(step))
            else:
                running[pool.submit(run, step)] = step
        if running:
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                outcomes[running.pop(future).key] = future.result()
        elif not ready:
            break
    return outcomes


def is_ready(step: Step, outcomes: Outcomes) -> bool:
    """All it waits for is done, all it follows is at least begun."""
    done = all(key in outcomes and outcomes[key].result in SETTLED for key in step.after)
    begun = (*SETTLED, Result.BEGUN)
    return done and all(key in outcomes and outcomes[key].result in begun for key in step.follows)


SETTLED = (Result.DONE, Result.WAIVED)


def awaited(step: Step, state: State | None) -> Outcome:
    if state is State.UNREADABLE:
        return Outcome(Result.FAILED, message=step.reason)
    return Outcome(Result.BEGUN, message=step.reason)
