"""What a record and an observation say together: what is awaited, made, gone, or not known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clusterwright.engine.records import SETTLE, VISIBLE, Reading, interpret, settled_without
from clusterwright.graph.resource import Found, State
from clusterwright.store.rows import ResourceRow, Stage
from tests.unit.engine.small import found, net

INTENT = ResourceRow("net/net", Stage.INTENT, {"kind": "net"}, None, {}, 2, 100.0)
MADE = replace(INTENT, stage=Stage.MADE, id="id-net", outputs={"url": "u"})
LEAVING = replace(MADE, stage=Stage.LEAVING)
GONE = ResourceRow("net/net", Stage.GONE, None, None, {}, 3, 0.0)
LONG = 1e9


def test_what_is_neither_seen_nor_recorded_does_not_exist() -> None:
    assert interpret(net, None, None, LONG) == Reading(None, None)
    assert interpret(net, None, GONE, 0.0) == Reading(None, None)


def test_what_was_asked_for_a_moment_ago_is_awaited_and_not_made_twice() -> None:
    reading = interpret(net, None, INTENT, SETTLE - 0.1)
    assert reading.row is None
    assert reading.found is not None
    assert (reading.found.state, reading.found.id, reading.found.actual) == (State.PENDING, "", net)
    assert "does not show it yet" in reading.found.message


def test_an_intent_without_effect_is_tried_again_with_the_same_tokens() -> None:
    """The record stays, and with it the number of lives that idempotency tokens are made from."""
    assert interpret(net, None, INTENT, SETTLE) == Reading(None, None)


def test_what_was_made_is_awaited_longer_and_keeps_its_id() -> None:
    reading = interpret(net, None, MADE, VISIBLE - 0.1)
    assert reading.row is None
    assert reading.found is not None
    assert (reading.found.state, reading.found.id) == (State.PENDING, "id-net")


def test_what_was_made_and_is_no_longer_seen_is_gone_and_begins_another_life() -> None:
    assert interpret(net, None, MADE, VISIBLE) == Reading(None, GONE)


@pytest.mark.parametrize("age", [0.0, LONG])
def test_what_was_leaving_and_is_not_seen_is_gone_at_once(age: float) -> None:
    assert interpret(net, None, LEAVING, age) == Reading(None, GONE)


def test_what_is_seen_without_a_record_is_adopted() -> None:
    seen = Found(id="id-net", actual=net, outputs={"url": "u"})
    row = ResourceRow("net/net", Stage.MADE, None, "id-net", {"url": "u"}, 0, 0.0)
    assert interpret(net, seen, None, 0.0) == Reading(seen, row)


def test_an_intent_whose_effect_is_seen_is_made() -> None:
    reading = interpret(net, found(net), INTENT, LONG)
    assert reading.row == replace(INTENT, stage=Stage.MADE, id="id-net")


def test_a_record_that_says_so_already_is_not_written_again() -> None:
    seen = replace(found(net), outputs={"url": "u"})
    assert interpret(net, seen, MADE, 0.0) == Reading(seen, None)


def test_outputs_change_with_what_is_seen_and_stay_when_nothing_is_said_of_them() -> None:
    changed = interpret(net, replace(found(net), outputs={"url": "v"}), MADE, 0.0).row
    assert changed == replace(MADE, outputs={"url": "v"})
    assert interpret(net, found(net), MADE, 0.0).row is None


def test_what_is_leaving_stays_so_while_it_is_seen() -> None:
    assert interpret(net, found(net, State.DELETING), LEAVING, LONG).row is None


def test_what_is_seen_again_after_it_was_gone_keeps_the_count_of_its_lives() -> None:
    row = interpret(net, found(net), GONE, 0.0).row
    assert row == replace(GONE, stage=Stage.MADE, id="id-net")


@pytest.mark.parametrize("row", [None, INTENT, MADE, LEAVING, GONE])
def test_an_object_that_could_not_be_read_changes_no_record(row: ResourceRow | None) -> None:
    unreadable = Found(id="", actual=net, state=State.UNREADABLE, message="denied")
    assert interpret(net, unreadable, row, LONG) == Reading(unreadable, None)


@pytest.mark.parametrize(
    ("row", "state"),
    [(None, State.WAIVED), (GONE, State.WAIVED), (INTENT, State.UNREADABLE), (MADE, State.UNREADABLE)],
)
def test_what_may_exist_is_not_done_without(row: ResourceRow | None, state: State) -> None:
    """A permission that is withdrawn later leaves something behind that nobody can see."""
    waived = Found(id="", actual=net, state=State.WAIVED, message="denied")
    reading = interpret(net, waived, row, LONG)
    assert reading.found is not None
    assert (reading.found.state, reading.row) == (state, None)


def test_what_was_tried_in_vain_counts_as_settled_but_not_what_moves() -> None:
    nothing = settled_without(net, Reading(None, None), "denied").found
    assert nothing is not None
    assert (nothing.state, nothing.id, nothing.message) == (State.WAIVED, "", "denied")
    there = settled_without(net, Reading(found(net), MADE), "denied")
    assert there == Reading(replace(found(net), state=State.WAIVED, message="denied"), MADE)
    going = Reading(found(net, State.DELETING), None)
    assert settled_without(net, going, "denied") is going
