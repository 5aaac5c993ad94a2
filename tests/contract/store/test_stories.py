"""Operations and events: what was asked for, what happened, in which order."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clusterwright.store import events, operations
from clusterwright.store.database import Database
from clusterwright.store.rows import EventRow, OperationRow, OperationState
from clusterwright.store.status import TaskState
from tests.contract.store.documents import operation, task

TASKS = (
    task("vpc/vpc", TaskState.DONE, started_at=1.0, ended_at=2.0, elapsed_seconds=1.0),
    task("eks_cluster/x", TaskState.RUNNING, started_at=2.0, id="x", usual_seconds=600.0),
    task("subnet/a", TaskState.RETRYING, started_at=2.0, message="quota"),
    task("node_group/a", TaskState.WAITING, waiting_for=("eks_cluster/x ready",)),
)


def start(database: Database, row: OperationRow) -> None:
    with database.transaction() as connection:
        operations.start(connection, row)


def by_id(database: Database, id_: str) -> OperationRow:
    with database.transaction() as connection:
        row = operations.by_id(connection, id_)
    assert row is not None
    return row


def test_an_operation_comes_back_as_it_was_written(database: Database) -> None:
    row = operation("op-1", 1.0, tasks=TASKS, seconds_left=42.5, progress=0.25)
    start(database, row)
    assert by_id(database, "op-1") == row
    done = replace(row, state=OperationState.DONE, progress=1.0, ended_at=9.0)
    with database.transaction() as connection:
        operations.save(connection, done)
        assert operations.newest(connection, "uid-a") == done


def test_a_new_operation_ends_the_old_one_and_goes_on_with_what_is_under_way(database: Database) -> None:
    start(database, operation("op-1", 1.0, tasks=TASKS))
    start(database, operation("op-2", 5.0, generation=2))
    old, new = by_id(database, "op-1"), by_id(database, "op-2")
    assert (old.state, old.ended_at, old.tasks) == (OperationState.SUPERSEDED, 5.0, TASKS)
    assert (new.state, new.tasks) == (OperationState.RUNNING, (TASKS[1],))


def test_an_operation_that_ended_hands_nothing_over(database: Database) -> None:
    start(database, operation("op-1", 1.0, tasks=TASKS, state=OperationState.DONE, ended_at=3.0))
    start(database, operation("op-2", 5.0))
    assert by_id(database, "op-2").tasks == ()
    assert (by_id(database, "op-1").state, by_id(database, "op-1").ended_at) == (OperationState.DONE, 3.0)


def test_clusters_do_not_end_each_others_operations(database: Database) -> None:
    start(database, operation("op-1", 1.0, "uid-a", tasks=TASKS))
    start(database, operation("op-2", 5.0, "uid-b"))
    assert by_id(database, "op-1").state is OperationState.RUNNING
    assert by_id(database, "op-2").tasks == ()


def test_the_newest_operation_is_found_by_uid_and_by_name(database: Database) -> None:
    """By name also that of a cluster that is gone, until another one has its name."""
    start(database, operation("op-1", 1.0, "uid-a", cluster_name="a"))
    start(database, operation("op-2", 5.0, "uid-other", cluster_name="a"))
    with database.transaction() as connection:
        first, second = operations.newest(connection, "uid-a"), operations.newest_by_name(connection, "a")
        assert first is not None
        assert second is not None
        assert (first.id, second.id) == ("op-1", "op-2")
        assert operations.newest(connection, "nobody") is None
        assert operations.newest_by_name(connection, "nobody") is None


def test_of_operations_that_began_in_the_same_moment_the_later_document_counts(database: Database) -> None:
    start(database, operation("op-2", 1.0, generation=2))
    start(database, operation("op-1", 1.0, generation=1))
    with database.transaction() as connection:
        newest = operations.newest(connection, "uid-a")
        assert newest is not None
        assert newest.id == "op-2"
        assert operations.briefs(connection, ["uid-a"])["uid-a"].id == "op-2"


def test_briefs_are_the_newest_of_each_cluster_without_tasks(database: Database) -> None:
    for id_, at, uid in (("op-1", 1.0, "uid-a"), ("op-2", 5.0, "uid-a"), ("op-3", 2.0, "uid-b")):
        start(database, operation(id_, at, uid, tasks=TASKS))
    with database.transaction() as connection:
        briefs = operations.briefs(connection, ["uid-a", "uid-b", "uid-nobody"])
        assert {uid: row.id for uid, row in briefs.items()} == {"uid-a": "op-2", "uid-b": "op-3"}
        assert {row.tasks for row in briefs.values()} == {()}
        assert operations.briefs(connection, []) == {}


def test_pages_show_the_newest_first(database: Database) -> None:
    for number, uid in enumerate(("uid-a", "uid-b", "uid-a")):
        start(database, operation(f"op-{number}", float(number), uid))
    with database.transaction() as connection:
        assert [row.id for row in operations.page(connection, None, 2)] == ["op-2", "op-1"]
        assert [row.id for row in operations.page(connection, "a", 9)] == ["op-2", "op-0"]


def event(number: int, name: str = "a") -> EventRow:
    return EventRow(float(number), f"uid-{name}", name, "Normal", "Done", "vpc/vpc", f"event {number}")


@pytest.fixture
def told(database: Database) -> Database:
    with database.transaction() as connection:
        events.add(connection, [event(1), event(2, "b")])
    with database.transaction() as connection:
        events.add(connection, [])
        events.add(connection, [event(3), event(4, "b")])
    return database


def test_events_are_in_one_order_for_everybody(told: Database) -> None:
    with told.transaction() as connection:
        rows = events.after(connection, 0)
    assert [row.message for row in rows] == ["event 1", "event 2", "event 3", "event 4"]
    assert [row.seq for row in rows] == sorted({row.seq for row in rows})
    assert replace(rows[0], seq=0) == event(1)


def test_a_watcher_goes_on_where_it_stopped(told: Database) -> None:
    with told.transaction() as connection:
        first = events.after(connection, 0, limit=3)
        assert [row.message for row in events.after(connection, first[-1].seq)] == ["event 4"]
        assert [row.message for row in events.after(connection, first[0].seq, "b")] == ["event 2", "event 4"]
        assert events.after(connection, events.last_seq(connection)) == []


def test_the_latest_events_are_shown_oldest_first(told: Database) -> None:
    with told.transaction() as connection:
        assert [row.message for row in events.latest(connection, None, 2)] == ["event 3", "event 4"]
        assert [row.message for row in events.latest(connection, "a", 2)] == ["event 1", "event 3"]


def test_the_last_number_is_zero_before_the_first_event(database: Database) -> None:
    with database.transaction() as connection:
        assert events.last_seq(connection) == 0
        assert events.after(connection, 0) == []
