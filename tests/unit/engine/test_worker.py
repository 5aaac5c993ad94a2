"""One step: intent on disk before AWS hears of it, the id right after, an error as a value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clusterwright import errors
from clusterwright.engine.execute import Outcome, Result
from clusterwright.engine.worker import Journal, Worker
from clusterwright.graph.codec import Codec
from clusterwright.graph.diff import Change
from clusterwright.graph.known import Known
from clusterwright.graph.plan import Step, Verb
from clusterwright.graph.resource import AnyRef, Found, State
from clusterwright.store import clusters, resources
from clusterwright.store.clusters import LostRun
from clusterwright.store.database import Database
from clusterwright.store.rows import ResourceRow, Stage
from tests.unit.engine.cloud import SLOW, Cloud
from tests.unit.engine.small import (
    NOW,
    Box,
    ManualClock,
    Net,
    box,
    create,
    delete,
    document,
    found,
    net,
    step,
)

TOKEN = "this-pass"


class Pass:
    """One pass over one cluster, and what others see of it on disk."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock()
        self.cloud = Cloud(self.clock)
        self.codec = Codec([Net, Box])
        self.known = Known()
        self.journal = Journal(database, self.codec, "uid-1", TOKEN, {})
        with database.transaction() as connection:
            clusters.insert(connection, "uid-1", document(), NOW)
            clusters.claim(connection, "uid-1", TOKEN)

    def worker(self, *there: Net | Box, hold: Outcome | None = None) -> Worker:
        seen: dict[AnyRef, Found] = {resource.ref: found(resource) for resource in there}
        self.cloud.objects |= seen
        return Worker(
            self.cloud.scope(), self.cloud.driver_for, self.journal, self.known, seen, self.clock,
            lambda step: hold,
        )  # fmt: skip

    def stored(self, ref: str = "net/net") -> ResourceRow | None:
        with self.database.snapshot() as connection:
            return resources.of(connection, "uid-1").get(ref)

    def record(self, resource: Net | Box, **fields: object) -> ResourceRow:
        row = ResourceRow(
            str(resource.ref), Stage.MADE, self.codec.dump(resource), f"id-{resource.name}", {}, 0, 0.0
        )
        row = replace(row, **fields)  # type: ignore[arg-type]  # the fields of a row
        self.journal.put(resource.ref, row)
        return row

    def lose_to_another(self) -> None:
        with self.database.transaction() as connection:
            clusters.claim(connection, "uid-1", "another-pass")


@pytest.fixture
def run(database: Database) -> Pass:
    return Pass(database)


def test_the_intent_is_on_disk_before_aws_hears_of_it(run: Pass) -> None:
    seen: list[ResourceRow | None] = []
    run.cloud.meanwhile["create net/net"] = lambda: seen.append(run.stored())
    run.worker().run(create(net))
    assert seen == [ResourceRow("net/net", Stage.INTENT, run.codec.dump(net), None, {}, 0, NOW)]


def test_id_and_outputs_are_on_disk_after_the_answer_and_known_to_the_next_steps(run: Pass) -> None:
    outcome = run.worker().run(create(net))
    assert (outcome.result, outcome.id) == (Result.DONE, "id-net")
    row = run.stored()
    assert row is not None
    assert (row.stage, row.id, row.outputs, row.begun_at) == (Stage.MADE, "id-net", {"url": "net"}, NOW)
    assert run.known.value(net.ref) == "id-net"


def test_what_takes_time_is_begun_and_not_done(run: Pass) -> None:
    run.cloud.slow = {"net": SLOW}
    assert run.worker().run(create(net)).result is Result.BEGUN
    assert run.worker(net).run(delete(net)).result is Result.BEGUN


def test_an_answer_that_was_lost_leaves_the_time_of_the_intent(run: Pass) -> None:
    """So the next pass waits for the effect instead of making the object twice."""
    run.cloud.lost_answers["create net/net"] = errors.Unreachable("timed out")
    outcome = run.worker().run(create(net))
    assert (outcome.result, outcome.message) == (Result.FAILED, "timed out")
    row = run.stored()
    assert row is not None
    assert (row.stage, row.id, row.begun_at) == (Stage.INTENT, None, NOW)
    assert (row.failures, row.retry_at, row.error) == (1, NOW + 5, "timed out")


def test_a_refusal_takes_the_time_of_the_intent_back(run: Pass) -> None:
    run.cloud.refusals["create net/net"] = errors.Rejected("bad CIDR")
    assert run.worker().run(create(net)).result is Result.FAILED
    row = run.stored()
    assert row is not None
    assert (row.stage, row.begun_at, row.retry_at) == (Stage.INTENT, 0.0, NOW + 30)


def test_failures_add_up_until_the_step_works(run: Pass) -> None:
    run.cloud.refusals["create net/net"] = errors.QuotaExceeded("five VPCs")
    for expected in (60, 120, 240):
        run.worker().run(create(net))
        row = run.stored()
        assert row is not None
        assert row.retry_at == NOW + expected
    run.cloud.refusals.clear()
    run.worker().run(create(net))
    row = run.stored()
    assert row is not None
    assert (row.stage, row.failures, row.retry_at, row.error) == (Stage.MADE, 0, 0.0, "")


def test_waiting_after_an_error_is_in_aws_seconds(run: Pass) -> None:
    run.clock.speed = 60
    run.cloud.refusals["create net/net"] = errors.Rejected("bad CIDR")
    run.worker().run(create(net))
    row = run.stored()
    assert row is not None
    assert row.retry_at == NOW + 0.5


def test_a_defect_in_a_kind_is_an_outcome_too(run: Pass, caplog: pytest.LogCaptureFixture) -> None:
    def defect() -> None:
        raise ZeroDivisionError

    run.cloud.meanwhile["create net/net"] = defect
    outcome = run.worker().run(create(net))
    assert outcome.result is Result.FAILED
    assert "defect" in outcome.message


def test_a_step_that_is_held_does_nothing_and_says_why(run: Pass) -> None:
    held = Outcome(Result.HELD, message="not now")
    assert run.worker(hold=held).run(create(net)) == held
    assert run.cloud.asked == []
    assert run.stored() is None


def change_note(was: str, becomes: str) -> Step:
    wanted = replace(net, note=becomes, tags=(("team", "b"),))
    return step(Verb.UPDATE, wanted, changes=(Change("note", was, becomes),))


UPDATE = change_note("", "x")


@pytest.mark.parametrize("what", [create(net), delete(net), UPDATE], ids=["create", "delete", "update"])
def test_a_pass_that_lost_its_cluster_asks_aws_for_nothing_more(run: Pass, what: Step) -> None:
    run.record(net)
    worker = run.worker(net)
    run.lose_to_another()
    with pytest.raises(LostRun):
        worker.run(what)
    assert run.cloud.asked == []


def test_what_a_lost_pass_made_is_left_to_the_other_pass_to_find(run: Pass) -> None:
    run.cloud.meanwhile["create net/net"] = run.lose_to_another
    with pytest.raises(LostRun):
        run.worker().run(create(net))
    row = run.stored()
    assert row is not None
    assert (row.stage, row.id) == (Stage.INTENT, None)


def test_a_delete_is_recorded_before_it_is_asked_for(run: Pass) -> None:
    run.record(net)
    seen: list[ResourceRow | None] = []
    run.cloud.meanwhile["delete net/net"] = lambda: seen.append(run.stored())
    assert run.worker(net).run(delete(net)).result is Result.DONE
    assert seen[0] is not None
    assert (seen[0].stage, seen[0].id, seen[0].begun_at) == (Stage.LEAVING, "id-net", NOW)


def test_deleting_what_is_gone_is_done(run: Pass) -> None:
    run.record(net)
    worker = run.worker(net)
    run.cloud.objects.clear()
    run.cloud.slow = {"net": SLOW}
    assert worker.run(delete(net)).result is Result.DONE


def test_what_aws_does_not_know_yet_is_not_taken_for_deleted(run: Pass) -> None:
    row = run.record(net, begun_at=NOW - 5)
    worker = run.worker()
    pending: dict[AnyRef, Found] = {net.ref: found(net, State.PENDING)}
    outcome = replace(worker, found=pending).run(delete(net))
    assert outcome.result is Result.FAILED
    stored = run.stored()
    assert stored is not None
    assert (stored.stage, stored.begun_at, stored.retry_at) == (Stage.MADE, row.begun_at, NOW + 3)


def test_a_delete_that_aws_refuses_is_tried_again(run: Pass) -> None:
    run.record(net)
    run.cloud.refusals["delete net/net"] = errors.InUse("an interface is left")
    outcome = run.worker(net).run(delete(net))
    assert (outcome.result, outcome.message) == (Result.FAILED, "an interface is left")
    row = run.stored()
    assert row is not None
    assert (row.stage, row.id, row.retry_at) == (Stage.LEAVING, "id-net", NOW + 8)


def test_an_update_passes_what_changed_and_which_of_our_tags_must_go(run: Pass) -> None:
    """Tags that others put there were never applied by us, and stay."""
    run.record(replace(net, tags=(("cost", "1"), ("team", "a"))))
    there = replace(net, tags=(("cost", "1"), ("team", "a"), ("theirs", "x")))
    outcome = run.worker(there).run(change_note("", "x"))
    assert outcome.result is Result.BEGUN
    (change,) = run.cloud.changes
    assert (change.want.tags, change.have.id) == ((("team", "b"),), "id-net")
    assert change.fields == {"note"}
    assert change.stale_tags == ("cost",)


def test_an_update_without_a_record_removes_no_tags(run: Pass) -> None:
    run.worker(replace(net, tags=(("theirs", "x"),))).run(change_note("", "x"))
    (change,) = run.cloud.changes
    assert change.stale_tags == ()


def test_answers_from_before_a_write_are_too_old_after_it(run: Pass) -> None:
    worker = run.worker()
    run.clock.at += 7
    worker.run(create(net))
    assert worker.aws.freshness.written_at == NOW + 7
    assert worker.aws.inventory.last_write("uid-1") == NOW + 7


def test_steps_of_different_resources_keep_records_of_their_own(run: Pass) -> None:
    run.cloud.refusals["create box/box"] = errors.Denied("ec2:RunInstances")
    worker = run.worker()
    worker.run(create(net))
    worker.run(create(box))
    first, second = run.stored("net/net"), run.stored("box/box")
    assert first is not None
    assert second is not None
    assert (first.failures, second.failures) == (0, 1)


FORBIDDEN = errors.Denied("no", action="logs:CreateLogGroup")


def test_what_a_cluster_can_do_without_is_done_without_for_an_hour(run: Pass) -> None:
    run.cloud.refusals["create net/net"] = FORBIDDEN
    outcome = run.worker().run(create(net))
    assert outcome.result is Result.WAIVED
    assert "logs:CreateLogGroup is not allowed" in outcome.message
    assert "iam policy extra --feature log-groups" in outcome.message
    row = run.stored()
    assert row is not None
    assert (row.stage, row.waived, row.retry_at) == (Stage.GONE, outcome.message, NOW + 3600)


def test_a_deletion_that_is_not_allowed_is_no_matter_of_taste(run: Pass) -> None:
    run.worker().run(create(net))
    run.cloud.refusals["delete net/net"] = errors.Denied("no", action="logs:DeleteLogGroup")
    assert run.worker(net).run(delete(net)).result is Result.FAILED


def test_a_permission_that_a_cluster_needs_is_not_waived(run: Pass) -> None:
    run.cloud.refusals["create net/net"] = errors.Denied("no", action="ec2:CreateVpc")
    assert run.worker().run(create(net)).result is Result.FAILED


def test_what_is_allowed_at_last_is_no_longer_waived(run: Pass) -> None:
    run.cloud.refusals["create net/net"] = FORBIDDEN
    run.worker().run(create(net))
    del run.cloud.refusals["create net/net"]
    assert run.worker().run(create(net)).result is Result.DONE
    row = run.stored()
    assert row is not None
    assert (row.stage, row.waived) == (Stage.MADE, "")
