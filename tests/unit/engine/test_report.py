"""When a cluster is looked at again: at the earliest time at which there may be news."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from clusterwright.aws.driver import INSTANT
from clusterwright.engine import polling
from clusterwright.engine.execute import Outcome, Outcomes, Result
from clusterwright.engine.progress import advance
from clusterwright.engine.report import Report, Reporter
from clusterwright.graph.plan import Plan, Verb
from clusterwright.graph.resource import AnyRef
from clusterwright.store.database import Database
from clusterwright.store.rows import ResourceRow, Stage
from tests.unit.engine.cloud import SLOW, Cloud
from tests.unit.engine.small import NOW, ManualClock, at, box, cluster_row, create, delete, net, step, steps

BEGUN = Outcome(Result.BEGUN)
FAILED = Outcome(Result.FAILED, message="quota")
UNAPPROVED = Outcome(Result.UNAPPROVED, message="needs your approval")


@dataclass
class Looks:
    database: Database
    clock: ManualClock
    cloud: Cloud

    def seconds(
        self,
        plan: Plan,
        outcomes: Outcomes,
        rows: Mapping[AnyRef, ResourceRow] | None = None,
        *,
        begun: float = 0.0,
    ) -> float:
        """AWS seconds from now, where the tasks began `begun` AWS seconds ago."""
        reporter = Reporter(self.database, self.cloud.driver_for, self.clock, lambda: "id")
        first = at(-begun / self.clock.speed, self.clock.speed)
        now = at(0, self.clock.speed)
        tasks = advance((), plan, outcomes, reporter.usual, first)
        tasks = advance(tasks, plan, outcomes, reporter.usual, now)
        report = Report(cluster_row(), plan, outcomes, {}, frozenset())
        return (reporter.look_at(report, tasks, rows or {}, now) - NOW) * self.clock.speed


@pytest.fixture
def looks(database: Database) -> Looks:
    clock = ManualClock()
    return Looks(database, clock, Cloud(clock, slow={"net": SLOW}))


def failed_record(resource: Any, seconds: float) -> dict[AnyRef, ResourceRow]:
    row = ResourceRow(str(resource.ref), Stage.INTENT, None, None, {}, 0, 0.0, 1, NOW + seconds, "quota")
    return {resource.ref: row}


make_net, make_box = create(net), create(box)


def test_a_cluster_as_wanted_is_looked_at_rarely(looks: Looks) -> None:
    assert looks.seconds(Plan(), {}) == polling.STEADY


def test_what_is_under_way_is_looked_at_by_its_kinds_own_latency(looks: Looks) -> None:
    plan, outcomes = steps(make_net), {make_net.key: BEGUN}
    assert looks.seconds(plan, outcomes) == polling.CALM
    assert looks.seconds(plan, outcomes, begun=SLOW.earliest + 1) == polling.KEEN
    assert looks.seconds(steps(make_box), {make_box.key: BEGUN}) == polling.interval(INSTANT, 0)


def test_a_change_in_place_is_looked_at_like_a_making(looks: Looks) -> None:
    change = step(Verb.UPDATE, net)
    assert looks.seconds(steps(change), {change.key: BEGUN}) == polling.CALM


def test_what_was_done_lets_others_go_on_soon(looks: Looks) -> None:
    assert looks.seconds(steps(make_box), {make_box.key: Outcome(Result.DONE)}) == polling.SOON


@pytest.mark.parametrize("result", [Result.FAILED, Result.HELD])
def test_a_failure_is_tried_again_when_its_time_has_come(looks: Looks, result: Result) -> None:
    plan, outcomes = steps(make_box), {make_box.key: Outcome(result, message="quota")}
    assert looks.seconds(plan, outcomes, failed_record(box, 120)) == 120
    assert looks.seconds(plan, outcomes, failed_record(box, -5)) == polling.SOON


def test_the_earliest_of_all_counts(looks: Looks) -> None:
    plan, outcomes = steps(make_net, make_box), {make_net.key: BEGUN, make_box.key: FAILED}
    assert looks.seconds(plan, outcomes, failed_record(box, 120)) == polling.CALM
    assert looks.seconds(plan, outcomes, failed_record(box, 8)) == 8


def test_who_waits_for_people_is_not_looked_at_more_often(looks: Looks) -> None:
    out = delete(box, approval=True)
    plan = steps(out, create(box, after=(out.key,)))
    assert looks.seconds(plan, {out.key: UNAPPROVED}) == polling.STEADY


def test_an_approved_step_that_failed_is_tried_again_in_time(looks: Looks) -> None:
    out = delete(box, approval=True)
    held = {out.key: Outcome(Result.HELD, message="quota")}
    assert looks.seconds(steps(out), held, failed_record(box, 8)) == 8


def test_no_failure_makes_the_looks_rarer_than_those_at_rest(looks: Looks) -> None:
    assert looks.seconds(steps(make_box), {make_box.key: FAILED}, failed_record(box, 900)) == polling.STEADY


def test_looks_are_closer_on_a_fast_clock(looks: Looks) -> None:
    looks.clock.speed = 60
    assert looks.seconds(Plan(), {}) == pytest.approx(polling.STEADY)
    assert looks.seconds(steps(make_net), {make_net.key: BEGUN}, begun=470) == pytest.approx(10)
