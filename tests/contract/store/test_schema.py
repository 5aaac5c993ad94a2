"""The schema: what migrations make is what the tables say, and every database keeps its promises."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import alembic.config
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import IntegrityError

import clusterwright.store.database
from clusterwright.errors import Conflict
from clusterwright.store import clusters, events, resources
from clusterwright.store.database import NEWEST, Database, DatabaseUnusable, open_database
from clusterwright.store.rows import EventRow, ResourceRow, Stage
from clusterwright.store.tables import metadata
from tests.contract.store.documents import cluster

VPC = ResourceRow("vpc/vpc", Stage.MADE, {"kind": "vpc"}, "vpc-1", {}, 0, 0.0)


def insert(database: Database, *names: str) -> None:
    with database.transaction() as connection:
        for name in names:
            clusters.insert(connection, f"uid-{name}", cluster(name), 1.0)


def test_migrations_give_exactly_the_tables(database_url: str) -> None:
    database = open_database(database_url)
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    database.close()


def test_the_newest_revision_is_the_head_of_the_migrations() -> None:
    """Where it is not, a database would be taken for new although it is not."""
    config = alembic.config.Config()
    folder = Path(clusterwright.store.database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_opening_again_changes_nothing(database_url: str) -> None:
    first = open_database(database_url)
    insert(first, "a")
    first.close()
    again = open_database(database_url)
    with again.transaction() as connection:
        assert [row.name for row in clusters.page(connection, "", 10)] == ["a"]
    again.close()


def test_servers_that_start_together_both_open_a_new_database(database_url: str) -> None:
    with ThreadPoolExecutor(3) as pool:
        opened = list(pool.map(open_database, [database_url] * 3))
    for database in opened:
        with database.transaction() as connection:
            assert clusters.due(connection, 1.0, 1) == []
        database.close()


def test_a_database_that_cannot_be_opened_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match=r"missing/x\.db"):
        open_database(f"sqlite+pysqlite:///{tmp_path}/missing/x.db")
    with pytest.raises(DatabaseUnusable) as caught:
        open_database("postgresql://me:hunter2@127.0.0.1:1/none?connect_timeout=2")
    assert "hunter2" not in str(caught.value)


def test_a_database_of_a_newer_version_is_refused_and_left_as_it_is(database_url: str) -> None:
    newer = open_database(database_url)
    with newer.transaction() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(DatabaseUnusable, match="another version"):
        open_database(database_url)
    with newer.transaction() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == "9999"
    newer.close()


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as connection:  # noqa: PT012  # one transaction
        clusters.insert(connection, "uid-a", cluster("a"), 1.0)
        raise RuntimeError("changed its mind")
    with database.transaction() as connection:
        assert clusters.find(connection, "a") is None


def test_removing_a_cluster_removes_its_records_and_keeps_its_story(database: Database) -> None:
    insert(database, "a", "b")
    with database.transaction() as connection:
        for uid in ("uid-a", "uid-b"):
            resources.put(connection, uid, VPC)
        events.add(connection, [EventRow(1.0, "uid-a", "a", "Normal", "Done", "vpc/vpc", "made")])
        clusters.remove(connection, "uid-a")
    with database.transaction() as connection:
        assert clusters.find(connection, "a") is None
        assert resources.of(connection, "uid-a") == {}
        assert resources.of(connection, "uid-b") == {"vpc/vpc": VPC}
        assert len(events.after(connection, 0)) == 1


def test_records_belong_to_a_cluster(database: Database) -> None:
    with pytest.raises(IntegrityError), database.transaction() as connection:
        resources.put(connection, "uid-nobody", VPC)


def test_cluster_names_are_unique(database: Database) -> None:
    insert(database, "a")
    with pytest.raises(IntegrityError), database.transaction() as connection:
        clusters.insert(connection, "uid-other", cluster("a"), 1.0)


def both(first: Callable[[], None], second: Callable[[], None]) -> None:
    with ThreadPoolExecutor(2) as pool:
        for future in [pool.submit(first), pool.submit(second)]:
            future.result(60)


def test_threads_that_write_take_turns(database: Database) -> None:
    """Also when each of them reads before it writes, which SQLite refuses without its lock."""
    insert(database, "a", "b")

    def write(uid: str) -> Callable[[], None]:
        def work() -> None:
            for number in range(60):
                with database.transaction() as connection:
                    assert clusters.by_uid(connection, uid) is not None
                    clusters.wake(connection, uid, -float(number))

        return work

    both(write("uid-a"), write("uid-b"))
    with database.transaction() as connection:
        assert clusters.next_due(connection) == -59.0


def test_no_change_is_lost_between_writers_of_the_same_row(database: Database) -> None:
    insert(database, "a")

    def write() -> None:
        done = 0
        while done < 20:
            try:
                with database.transaction() as connection:
                    row = clusters.get(connection, "a")
                    clusters.replace(connection, row, row.document, generation=row.generation + 1)
                done += 1
            except Conflict:
                continue

    both(write, write)
    with database.transaction() as connection:
        row = clusters.get(connection, "a")
    assert (row.generation, row.version) == (41, 41)


def test_who_only_looks_sees_one_moment_and_waits_for_nobody(database: Database) -> None:
    insert(database, "a")
    with database.snapshot() as looking:
        assert len(clusters.page(looking, "", 10)) == 1
        insert(database, "b")
        with database.transaction() as writing:
            clusters.insert(writing, "uid-c", cluster("c"), 1.0)
            assert len(clusters.page(looking, "", 10)) == 1
    with database.snapshot() as looking:
        assert len(clusters.page(looking, "", 10)) == 3
