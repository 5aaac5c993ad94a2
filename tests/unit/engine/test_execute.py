"""Every step runs whose needs are met, as soon as they are, once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from clusterwright.engine.execute import Outcome, Result, execute
from clusterwright.graph.plan import Plan, Step
from clusterwright.graph.resource import State
from tests.unit.engine.small import Net, create, steps, wait


@dataclass
class Runs:
    """Answers as told, and writes down in which order steps began and ended."""

    results: Mapping[str, Result] = field(default_factory=dict)
    log: list[tuple[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, step: Step) -> Outcome:
        name = step.resource.name
        with self.lock:
            self.log.append(("began", name))
        result = self.results.get(name, Result.DONE)
        with self.lock:
            self.log.append(("ended", name))
        return Outcome(result, message=name)

    def ran(self) -> list[str]:
        return [name for what, name in self.log if what == "began"]


def made(name: str, *after: str, follows: tuple[str, ...] = ()) -> Step:
    return create(Net(name=name), after=keys(*after), follows=keys(*follows))


def keys(*names: str) -> tuple[str, ...]:
    return tuple(f"create net/{name}" for name in names)


def ready(step: Step) -> State:
    return State.READY


def test_an_empty_plan_has_no_outcomes(pool: ThreadPoolExecutor) -> None:
    assert execute(Plan(), ready, Runs(), pool) == {}


def test_a_step_begins_after_the_end_of_all_that_it_waits_for(pool: ThreadPoolExecutor) -> None:
    runs = Runs()
    plan = steps(made("c", "a", "b"), made("b", "a"), made("a"))
    assert set(execute(plan, ready, runs, pool)) == set(keys("a", "b", "c"))
    assert runs.log == [(what, name) for name in "abc" for what in ("began", "ended")]


def test_steps_that_do_not_need_each_other_run_at_the_same_time(pool: ThreadPoolExecutor) -> None:
    together = threading.Barrier(3, timeout=10)

    def run(step: Step) -> Outcome:
        together.wait()
        return Outcome(Result.DONE)

    assert len(execute(steps(made("a"), made("b"), made("c")), ready, run, pool)) == 3


def test_a_step_does_not_wait_for_a_slow_one_that_it_does_not_need(pool: ThreadPoolExecutor) -> None:
    second_began = threading.Event()

    def run(step: Step) -> Outcome:
        if step.resource.name == "slow":
            assert second_began.wait(10)
        if step.resource.name == "second":
            second_began.set()
        return Outcome(Result.DONE)

    assert len(execute(steps(made("slow"), made("first"), made("second", "first")), ready, run, pool)) == 3


@pytest.mark.parametrize("result", [Result.FAILED, Result.HELD, Result.BEGUN])
def test_a_step_that_is_not_done_stops_only_what_waits_for_it(
    pool: ThreadPoolExecutor, result: Result
) -> None:
    runs = Runs({"bad": result})
    plan = steps(made("bad"), made("child", "bad"), made("grandchild", "child"), made("other"))
    outcomes = execute(plan, ready, runs, pool)
    assert outcomes.keys() == set(keys("bad", "other"))
    assert sorted(runs.ran()) == ["bad", "other"]


@pytest.mark.parametrize(
    ("result", "runs_too"),
    [(Result.BEGUN, True), (Result.DONE, True), (Result.FAILED, False), (Result.HELD, False)],
)
def test_what_only_follows_runs_once_the_other_is_begun(
    pool: ThreadPoolExecutor, result: Result, runs_too: bool
) -> None:
    plan = steps(made("first"), made("second", follows=("first",)))
    outcomes = execute(plan, ready, Runs({"first": result}), pool)
    assert (keys("second")[0] in outcomes) is runs_too


def follower_of_a_wait() -> tuple[Step, Step]:
    look = wait(Net(name="a"), reason="is not ready yet")
    return look, create(Net(name="b"), follows=(look.key,))


def test_a_wait_takes_no_action_and_lets_followers_run(pool: ThreadPoolExecutor) -> None:
    look, follower = follower_of_a_wait()
    runs = Runs()
    outcomes = execute(steps(look, follower), lambda step: State.PENDING, runs, pool)
    assert outcomes[look.key] == Outcome(Result.BEGUN, message="is not ready yet")
    assert runs.ran() == ["b"]


def test_a_wait_for_what_cannot_be_read_lets_nobody_follow(pool: ThreadPoolExecutor) -> None:
    look, follower = follower_of_a_wait()
    runs = Runs()
    outcomes = execute(steps(look, follower), lambda step: State.UNREADABLE, runs, pool)
    assert outcomes == {look.key: Outcome(Result.FAILED, message="is not ready yet")}
    assert runs.ran() == []


def test_nothing_that_waits_for_a_wait_runs_in_the_same_pass(pool: ThreadPoolExecutor) -> None:
    look = wait(Net(name="a"))
    outcomes = execute(steps(look, create(Net(name="b"), after=(look.key,))), ready, Runs(), pool)
    assert outcomes.keys() == {look.key}


def test_an_error_that_ends_the_pass_comes_out(pool: ThreadPoolExecutor) -> None:
    def lose(step: Step) -> Outcome:
        raise RuntimeError("another pass took over")

    with pytest.raises(RuntimeError, match="took over"):
        execute(steps(made("a")), ready, lose, pool)


@st.composite
def plans(draw: st.DrawFn) -> tuple[Plan, dict[str, Result]]:
    """Steps in any order, each with needs among those of smaller number."""
    count = draw(st.integers(1, 9))
    items, results = [], {}
    for number in range(count):
        needs = draw(st.lists(st.tuples(st.integers(0, max(number - 1, 0)), st.booleans()), max_size=3))
        after = {f"s{n}" for n, strict in needs if strict and n < number}
        follows = {f"s{n}" for n, strict in needs if not strict and n < number} - after
        items.append(made(f"s{number}", *sorted(after), follows=tuple(sorted(follows))))
        results[f"s{number}"] = draw(
            st.sampled_from([Result.DONE, Result.DONE, Result.BEGUN, Result.FAILED, Result.HELD])
        )
    return Plan(tuple(draw(st.permutations(items)))), results


def met(step: Step, result_of: Callable[[str], Result | None]) -> bool:
    begun = (Result.DONE, Result.BEGUN)
    return all(result_of(key) is Result.DONE for key in step.after) and all(
        result_of(key) in begun for key in step.follows
    )


@settings(max_examples=100, deadline=None)
@given(plans())
def test_every_step_runs_exactly_when_its_needs_are_met_and_at_most_once(
    pool: ThreadPoolExecutor, drawn: tuple[Plan, dict[str, Result]]
) -> None:
    plan, results = drawn
    runs = Runs(results)
    outcomes = execute(plan, ready, runs, pool)
    assert len(runs.ran()) == len(set(runs.ran())) == len(outcomes)
    by_name = {step.resource.name: step for step in plan.steps}
    ended: dict[str, Result] = {}
    for what, name in runs.log:
        if what == "ended":
            ended[by_name[name].key] = results[name]
        else:
            assert met(by_name[name], ended.get)
    for step in plan.steps:
        assert (step.key in outcomes) == met(
            step, lambda key: outcomes[key].result if key in outcomes else None
        )
