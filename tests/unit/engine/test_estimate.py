"""How long it will still take: the longest path through what is left."""

from __future__ import annotations

import pytest

from clusterwright.engine.estimate import OVERDUE, fraction, seconds_left
from clusterwright.engine.execute import Outcome, Outcomes, Result
from clusterwright.engine.progress import Moment, advance
from clusterwright.graph.plan import Plan
from tests.unit.engine.small import NOW, Box, Net, at, create, delete, net, steps, wait

USUAL = {"net/net": 100.0, "box/a": 600.0, "box/b": 50.0, "box/c": 30.0}
BEGUN = Outcome(Result.BEGUN)


def box(name: str) -> Box:
    return Box(name=name, net=net.ref)


def left(plan: Plan, outcomes: Outcomes, begun: Moment, moment: Moment) -> float:
    tasks = advance((), plan, outcomes, lambda step: USUAL[str(step.ref)], begun)
    return seconds_left(plan, {task.key: task for task in tasks}, moment)


first = create(net)
a, b = create(box("a"), after=(first.key,)), create(box("b"), after=(first.key,))


def test_nothing_is_left_of_an_empty_plan() -> None:
    assert left(Plan(), {}, at(0), at(0)) == 0.0


def test_the_longest_path_counts_and_what_runs_beside_it_does_not() -> None:
    assert left(steps(first, a, b), {}, at(0), at(0)) == 700.0


def test_steps_that_wait_for_each_other_add_up() -> None:
    c = create(box("c"), after=(b.key,))
    assert left(steps(first, b, c), {}, at(0), at(0)) == 180.0


def test_what_only_follows_begins_with_the_other_and_not_after_it() -> None:
    c = create(box("c"), follows=(a.key,))
    assert left(steps(first, a, c), {}, at(0), at(0)) == 700.0
    assert left(steps(first, b, create(box("a"), follows=(b.key,))), {}, at(0), at(0)) == 700.0


def test_what_runs_needs_less_as_time_passes_by_awss_clock() -> None:
    look = wait(net)
    assert left(steps(look), {look.key: BEGUN}, at(0), at(30)) == 70.0
    assert left(steps(look), {look.key: BEGUN}, at(0, 2), at(30, 2)) == 40.0


def test_what_is_overdue_is_expected_soon_but_not_at_once() -> None:
    look = wait(net)
    assert left(steps(look, create(box("b"), after=(look.key,))), {look.key: BEGUN}, at(0), at(5000)) == (
        pytest.approx(OVERDUE * 100.0 + 50.0)
    )


def test_what_was_done_in_this_pass_needs_no_more_time() -> None:
    assert left(steps(first, b), {first.key: Outcome(Result.DONE)}, at(0), at(0)) == 50.0


def test_a_replacement_counts_both_ways() -> None:
    out = delete(box("b"), replaces=True)
    assert left(steps(out, create(box("b"), after=(out.key,))), {}, at(0), at(0)) == 100.0


def test_progress_is_the_part_that_has_passed_and_is_whole_only_at_the_end() -> None:
    assert fraction(NOW, 300.0, at(100)) == 0.25
    assert fraction(NOW, 300.0, at(5, speed=20)) == 0.25
    assert fraction(NOW, 0.0, at(100)) == 1.0
    assert fraction(NOW, 0.001, at(1e6)) == 0.99
    assert fraction(NOW, 300.0, at(0)) == 0.0


def test_any_kind_of_resource_may_stand_in_the_path() -> None:
    """Waits without needs begin at once, beside everything else."""
    other = Net(name="other")
    plan = steps(wait(other), first)
    tasks = advance((), plan, {}, lambda step: 100.0 if step.ref == net.ref else 20.0, at(0))
    assert seconds_left(plan, {task.key: task for task in tasks}, at(0)) == 100.0
