"""Tasks: what people see of a step from the first plan until it is gone from the last."""

from __future__ import annotations

from clusterwright.engine.execute import Outcome, Outcomes, Result
from clusterwright.engine.progress import Moment, advance, as_event, happened, task_key
from clusterwright.graph.plan import Plan, Step, Verb
from clusterwright.store.status import Task, TaskState
from tests.unit.engine.small import NOW, at, box, create, delete, net, step, steps, wait

DONE = Outcome(Result.DONE, "id-1")
BEGUN = Outcome(Result.BEGUN, "id-1")
FAILED = Outcome(Result.FAILED, message="no such image")


def usual(step: Step) -> float:
    return 600.0 if step.verb is Verb.CREATE else 60.0


def after(before: tuple[Task, ...], plan: Plan, outcomes: Outcomes, moment: Moment) -> tuple[Task, ...]:
    return advance(before, plan, outcomes, usual, moment)


def only(tasks: tuple[Task, ...]) -> Task:
    (task,) = tasks
    return task


make_net = create(net, reason="does not exist")
make_box = create(box, after=(make_net.key,))


def test_a_step_whose_turn_has_not_come_says_what_it_waits_for() -> None:
    first, second = after((), steps(make_net, make_box), {make_net.key: BEGUN}, at(0))
    assert first.state is TaskState.RUNNING
    assert (second.state, second.waiting_for) == (TaskState.WAITING, ("create net/net",))
    assert second.started_at is None
    assert second.usual_seconds == 600.0


def test_waits_are_named_by_what_is_missing() -> None:
    coming, going = wait(net), wait(net, leaves=True)
    for other, words in ((coming, "net/net ready"), (going, "net/net gone")):
        plan = steps(other, create(box, after=(other.key,)))
        (blocked,) = (t for t in after((), plan, {other.key: BEGUN}, at(0)) if t.resource == "box/box")
        assert blocked.waiting_for == (words,)


def test_a_step_that_only_follows_names_what_is_not_begun_yet() -> None:
    plan = steps(make_net, create(box, follows=(make_net.key,)))
    _, blocked = after((), plan, {make_net.key: FAILED}, at(0))
    assert blocked.waiting_for == ("create net/net",)
    _, free = after((), plan, {make_net.key: BEGUN}, at(0))
    assert free.waiting_for == ()


def test_a_running_task_keeps_its_start_and_its_verb_while_the_plan_only_waits() -> None:
    begun = after((), steps(make_net), {make_net.key: BEGUN}, at(0))
    look = wait(net)
    later = only(after(begun, steps(look), {look.key: Outcome(Result.BEGUN, message="pending")}, at(90)))
    assert (later.state, later.verb, later.started_at) == (TaskState.RUNNING, "create", NOW)
    assert later.message == "pending"
    assert later.id == "id-1"
    assert later.reason == "does not exist"


def test_a_failed_step_is_retrying_with_the_message_of_the_failure() -> None:
    task = only(after((), steps(make_net), {make_net.key: FAILED}, at(0)))
    assert (task.state, task.message, task.started_at) == (TaskState.RETRYING, "no such image", NOW)


def test_a_step_that_was_held_back_after_a_failure_still_shows_it() -> None:
    before = after((), steps(make_net), {make_net.key: FAILED}, at(0))
    held = {make_net.key: Outcome(Result.HELD, message="no such image")}
    assert only(after(before, steps(make_net), held, at(5))) == only(before)


def test_a_step_that_nobody_agreed_to_yet_says_so_and_has_not_begun() -> None:
    out = delete(box, approval=True)
    asked = after((), steps(out), {out.key: Outcome(Result.UNAPPROVED, message="needs it")}, at(0))
    assert (only(asked).state, only(asked).message) == (TaskState.APPROVAL, "needs it")
    assert only(asked).started_at is None
    assert kinds((), asked) == [("Warning", "NeedsApproval", "-box/box")]
    assert kinds(asked, after(asked, steps(out), {out.key: BEGUN}, at(9))) == [
        ("Normal", "Started", "-box/box")
    ]


def test_an_approved_step_that_failed_does_not_ask_for_approval_again() -> None:
    out = delete(box, approval=True)
    task = only(after((), steps(out), {out.key: Outcome(Result.HELD, message="in use")}, at(0)))
    assert (task.state, task.message) == (TaskState.RETRYING, "in use")


def test_the_error_is_forgotten_once_the_step_works() -> None:
    before = after((), steps(make_net), {make_net.key: FAILED}, at(0))
    task = only(after(before, steps(make_net), {make_net.key: BEGUN}, at(5)))
    assert (task.state, task.message, task.started_at) == (TaskState.RUNNING, "", NOW)


def test_a_step_that_is_done_at_once_has_start_end_and_duration() -> None:
    task = only(after((), steps(make_net), {make_net.key: DONE}, at(0)))
    assert (task.state, task.started_at, task.ended_at) == (TaskState.DONE, NOW, NOW)
    assert task.elapsed_seconds == 0.0
    assert task.id == "id-1"


def test_what_is_no_longer_planned_is_done_and_its_duration_is_in_aws_seconds() -> None:
    begun = after((), steps(make_net), {make_net.key: BEGUN}, at(0, speed=60))
    task = only(after(begun, Plan(), {}, at(10, speed=60)))
    assert (task.state, task.ended_at, task.elapsed_seconds) == (TaskState.DONE, NOW + 10, 600.0)


def test_a_finished_task_does_not_change_any_more() -> None:
    finished = after((), steps(make_net), {make_net.key: DONE}, at(0))
    assert after(finished, Plan(), {}, at(99)) == finished


def test_a_finished_task_that_is_planned_again_begins_anew() -> None:
    finished = after((), steps(make_net), {make_net.key: DONE}, at(0))
    change = step(Verb.UPDATE, net, reason="note changed")
    task = only(after(finished, steps(change), {change.key: BEGUN}, at(50)))
    assert (task.verb, task.state, task.started_at, task.ended_at) == (
        "update", TaskState.RUNNING, NOW + 50, None,
    )  # fmt: skip
    assert task.reason == "note changed"
    assert task.elapsed_seconds is None


def test_a_replaced_object_has_a_task_by_which_it_goes_and_one_by_which_it_comes() -> None:
    out = delete(box, replaces=True)
    again = create(box, after=(out.key,), replaces=True)
    first = after((), steps(out, again), {out.key: BEGUN}, at(0))
    assert [(t.key, t.state) for t in first] == [
        ("-box/box", TaskState.RUNNING), ("+box/box", TaskState.WAITING),
    ]  # fmt: skip
    leaving = wait(box, leaves=True)
    second = after(first, steps(leaving, create(box, after=(leaving.key,))), {leaving.key: BEGUN}, at(20))
    assert [(t.verb, t.state) for t in second] == [
        ("delete", TaskState.RUNNING), ("create", TaskState.WAITING),
    ]  # fmt: skip
    third = after(second, steps(create(box)), {create(box).key: BEGUN}, at(60))
    gone, made = third
    assert (gone.state, gone.elapsed_seconds) == (TaskState.DONE, 60.0)
    assert (made.state, made.started_at) == (TaskState.RUNNING, NOW + 60)


def test_tasks_of_a_superseded_operation_go_on_in_their_place() -> None:
    """As `operations.start` hands them over: the new plan also has other steps."""
    carried = after((), steps(make_net), {make_net.key: BEGUN}, at(0))
    look = wait(net)
    plan = steps(look, create(box, after=(look.key,)))
    first, second = after(carried, plan, {look.key: BEGUN}, at(30))
    assert (first.key, first.started_at) == ("+net/net", NOW)
    assert (second.key, second.state) == (task_key(make_box), TaskState.WAITING)


def test_a_making_that_was_given_up_is_not_called_done() -> None:
    """The cluster is deleted while the object is being made."""
    begun = after((), steps(make_net), {make_net.key: BEGUN}, at(0))
    out = delete(net)
    leaving = after(begun, steps(out), {out.key: BEGUN}, at(9))
    assert [task.key for task in leaving] == ["-net/net"]
    assert kinds(begun, leaving) == [("Normal", "Started", "-net/net")]


def kinds(before: tuple[Task, ...], now: tuple[Task, ...]) -> list[tuple[str, str, str]]:
    return [(kind, reason, task.key) for kind, reason, task in happened(before, now)]


def test_starts_ends_and_new_errors_are_news() -> None:
    waiting = after((), steps(make_net, make_box), {make_net.key: BEGUN}, at(0))
    assert kinds((), waiting) == [("Normal", "Started", "+net/net")]
    failed = after(waiting, steps(make_box), {make_box.key: FAILED}, at(10))
    assert kinds(waiting, failed) == [("Normal", "Done", "+net/net"), ("Warning", "Retrying", "+box/box")]


def test_the_same_error_again_is_no_news_and_another_one_is() -> None:
    failed = after((), steps(make_net), {make_net.key: FAILED}, at(0))
    again = after(failed, steps(make_net), {make_net.key: FAILED}, at(9))
    assert kinds(failed, again) == []
    other = after(failed, steps(make_net), {make_net.key: Outcome(Result.FAILED, message="denied")}, at(9))
    assert kinds(failed, other) == [("Warning", "Retrying", "+net/net")]


def test_an_object_that_stays_under_way_is_no_news() -> None:
    begun = after((), steps(make_net), {make_net.key: BEGUN}, at(0))
    look = wait(net)
    assert kinds(begun, after(begun, steps(look), {look.key: BEGUN}, at(9))) == []


def test_events_say_what_how_long_and_which_object() -> None:
    begun = after((), steps(make_net), {make_net.key: BEGUN}, at(0))
    (ended,) = happened(begun, after(begun, Plan(), {}, at(42)))
    event = as_event(NOW + 42, "uid-1", "team-a", ended)
    assert (event.kind, event.reason, event.subject) == ("Normal", "Done", "net/net")
    assert event.message == "create net/net: done in 42s (id-1)"
    (failed,) = happened((), after((), steps(make_net), {make_net.key: FAILED}, at(0)))
    assert as_event(NOW, "uid-1", "team-a", failed).message == "create net/net: no such image"
