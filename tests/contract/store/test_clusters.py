"""Cluster rows: when to look next, whose pass is alive, and that no change is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from clusterwright.errors import Conflict, Missing
from clusterwright.store import clusters
from clusterwright.store.clusters import LostRun
from clusterwright.store.database import Database
from clusterwright.store.rows import AccountFacts, ClusterRow, ZoneFact
from clusterwright.store.status import Condition, Phase, Status
from tests.contract.store.documents import cluster


@pytest.fixture
def store(database: Database) -> Database:
    with database.transaction() as connection:
        for name, due in (("a", 30.0), ("b", 10.0), ("c", 20.0)):
            clusters.insert(connection, f"uid-{name}", cluster(name), due)
    return database


def row(store: Database, name: str = "a") -> ClusterRow:
    with store.transaction() as connection:
        return clusters.get(connection, name)


def wake(store: Database, at: float, uid: str = "uid-a") -> None:
    with store.transaction() as connection:
        clusters.wake(connection, uid, at)


def claim(store: Database, token: str = "t1", uid: str = "uid-a") -> ClusterRow | None:
    with store.transaction() as connection:
        return clusters.claim(connection, uid, token)


def finish(
    store: Database, look_at: float, observed: int | None = None, phase: Phase = Phase.RUNNING
) -> None:
    with store.transaction() as connection:
        clusters.finish(connection, "uid-a", Status(phase=phase), observed=observed, look_at=look_at)


def test_a_new_cluster_is_due_at_once_and_nothing_of_it_is_built(store: Database) -> None:
    made = row(store)
    assert (made.uid, made.document, made.due, made.created_at) == ("uid-a", cluster("a"), 30.0, 30.0)
    assert (made.version, made.generation, made.observed, made.approved) == (1, 1, 0, 0)
    assert (made.deleting, made.running, made.facts, made.status) == (False, False, None, Status())


def test_who_waits_longest_comes_first(store: Database) -> None:
    with store.transaction() as connection:
        assert clusters.due(connection, 9.9, 10) == []
        assert clusters.due(connection, 20.0, 10) == ["uid-b", "uid-c"]
        assert clusters.due(connection, 99.0, 2) == ["uid-b", "uid-c"]
        assert clusters.next_due(connection) == 10.0


def test_nothing_is_next_where_nothing_is_due(database: Database) -> None:
    with database.transaction() as connection:
        assert clusters.next_due(connection) is None


def test_a_wake_makes_the_time_earlier_and_never_later(store: Database) -> None:
    wake(store, 50.0)
    assert row(store).due == 30.0
    wake(store, 5.0)
    assert row(store).due == 5.0
    assert row(store, "b").due == 10.0


def test_a_cluster_whose_pass_runs_is_not_due(store: Database) -> None:
    claimed = claim(store)
    assert claimed is not None
    assert (claimed.running, claimed.due) == (True, None)
    with store.transaction() as connection:
        assert clusters.due(connection, 99.0, 10) == ["uid-b", "uid-c"]
        assert clusters.running(connection) == ["uid-a"]


def test_the_end_of_a_pass_sets_status_and_the_next_look(store: Database) -> None:
    claim(store)
    ready = Condition(type="Ready", status=True, reason="AsWanted", since=3.0)
    status = Status(phase=Phase.RUNNING, conditions=(ready,), message="m", outputs={"endpoint": "https://e"})
    with store.transaction() as connection:
        clusters.finish(connection, "uid-a", status, observed=1, look_at=600.0)
    ended = row(store)
    assert (ended.status, ended.observed, ended.due, ended.running) == (status, 1, 600.0, False)


def test_a_pass_that_did_not_reach_the_goal_leaves_what_was_observed(store: Database) -> None:
    finish(store, 600.0, observed=1)
    finish(store, 700.0)
    assert row(store).observed == 1


def test_a_wake_that_came_during_the_pass_is_kept(store: Database) -> None:
    claim(store)
    wake(store, 31.0)
    finish(store, 600.0)
    assert row(store).due == 31.0


def test_the_next_look_is_kept_where_a_wake_is_for_later(store: Database) -> None:
    claim(store)
    wake(store, 900.0)
    finish(store, 600.0)
    assert row(store).due == 600.0


def test_only_the_pass_that_claimed_last_may_write(store: Database) -> None:
    claim(store, "t1")
    with store.transaction() as connection:
        clusters.guard(connection, "uid-a", "t1")
    claim(store, "t2")
    with pytest.raises(LostRun), store.transaction() as connection:
        clusters.guard(connection, "uid-a", "t1")
    with store.transaction() as connection:
        clusters.guard(connection, "uid-a", "t2")


def test_a_pass_that_ended_may_not_write_any_more(store: Database) -> None:
    claim(store, "t1")
    finish(store, 600.0)
    with pytest.raises(LostRun), store.transaction() as connection:
        clusters.guard(connection, "uid-a", "t1")


def test_a_cluster_that_is_gone_cannot_be_claimed_nor_written(store: Database) -> None:
    claim(store, "t1")
    with store.transaction() as connection:
        clusters.remove(connection, "uid-a")
    assert claim(store, "t2") is None
    with pytest.raises(LostRun), store.transaction() as connection:
        clusters.guard(connection, "uid-a", "t1")


def test_what_a_dead_process_was_working_on_is_due_again(store: Database) -> None:
    claim(store)
    with store.transaction() as connection:
        assert clusters.recover(connection, 100.0) == 1
        assert clusters.running(connection) == []
    assert row(store).due == 100.0
    assert row(store, "b").due == 10.0


def test_of_two_changes_to_the_same_version_one_is_refused(store: Database) -> None:
    seen = row(store)
    with store.transaction() as connection:
        clusters.replace(connection, seen, cluster("a", account="other"), generation=2)
    changed = row(store)
    assert (changed.version, changed.generation) == (2, 2)
    late: list[Callable[[Connection], None]] = [
        lambda c: clusters.replace(c, seen, seen.document, generation=2),
        lambda c: clusters.start_delete(c, seen),
        lambda c: clusters.approve(c, seen, 1),
    ]
    for change in late:
        with pytest.raises(Conflict, match="a changed"), store.transaction() as connection:
            change(connection)
    assert row(store) == changed


def test_passes_do_not_get_in_the_way_of_peoples_changes(store: Database) -> None:
    seen = row(store)
    claim(store)
    finish(store, 600.0, observed=1)
    with store.transaction() as connection:
        clusters.approve(connection, seen, 1)
    assert (row(store).approved, row(store).version) == (1, 2)


def test_an_approval_ends_when_the_document_is_true(store: Database) -> None:
    with store.transaction() as connection:
        clusters.approve(connection, clusters.get(connection, "a"), 1)
    finish(store, 600.0)
    assert row(store).approved == 1
    finish(store, 600.0, observed=1)
    assert row(store).approved == 0


def test_deleting_is_a_change_of_its_own(store: Database) -> None:
    with store.transaction() as connection:
        clusters.start_delete(connection, clusters.get(connection, "a"))
    assert (row(store).deleting, row(store).generation, row(store).version) == (True, 2, 2)


def test_zones_are_kept_as_they_were_learned(store: Database) -> None:
    facts = AccountFacts("111122223333", "aws", (ZoneFact("us-east-1a", "use1-az4"),))
    with store.transaction() as connection:
        clusters.learn(connection, "uid-a", facts)
    assert row(store).facts == facts


def test_pages_go_by_name_and_overlap_nowhere(store: Database) -> None:
    with store.transaction() as connection:
        first = clusters.page(connection, "", 2)
        second = clusters.page(connection, first[-1].name, 2)
    assert [r.name for r in first + second] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("", ["a", "ab-1", "b", "c"]),
        ("b", ["ab-1", "b"]),
        ("ab", ["ab-1"]),
        ("%", []),
        ("_", []),
        ("a%1", []),
        ("ab_1", []),
        ("/", []),
    ],
)
def test_a_search_finds_parts_of_names_and_knows_no_patterns(
    store: Database, search: str, names: list[str]
) -> None:
    with store.transaction() as connection:
        clusters.insert(connection, "uid-ab", cluster("ab-1"), 1.0)
        assert [r.name for r in clusters.page(connection, "", 10, search)] == names


def test_a_search_means_the_same_on_every_database(store: Database) -> None:
    """As in the other collections, case counts."""
    with store.transaction() as connection:
        assert clusters.page(connection, "", 10, "A") == []


def test_a_missing_cluster_is_said_to_be_missing(store: Database) -> None:
    with store.transaction() as connection:
        assert clusters.find(connection, "nobody") is None
        assert clusters.by_uid(connection, "nobody") is None
        with pytest.raises(Missing, match="'nobody'"):
            clusters.get(connection, "nobody")


def test_it_is_known_who_uses_what(store: Database) -> None:
    with store.transaction() as connection:
        clusters.insert(connection, "uid-d", cluster("d", "other", "q", "1.0.0"), 1.0)
        assert clusters.using_account(connection, "prod") == ["a", "b", "c"]
        assert clusters.using_account(connection, "nobody") == []
        assert ("d", "q", "1.0.0") in clusters.profiles_in_use(connection)
        assert ("a", "p", None) in clusters.profiles_in_use(connection)


def test_phases_are_counted(store: Database) -> None:
    finish(store, 600.0, phase=Phase.DEGRADED)
    with store.transaction() as connection:
        assert clusters.phases(connection) == {"Degraded": 1, "Pending": 2}
