"""Opening the database and bringing it to the current schema."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from clusterwright.errors import Error


class DatabaseUnusable(Error):
    """The database cannot be opened."""

    code = "database"


@dataclass(frozen=True)
class Database:
    """One database; `transaction` is the only way in."""

    engine: Engine

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Everything inside happens, or nothing of it does."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One consistent look. Readers wait for nobody, where a transaction on SQLite waits for its turn."""
        with self.engine.connect() as connection:
            options = {"isolation_level": "REPEATABLE READ"} if self.distributed else {"reading": True}
            yield connection.execution_options(**options)

    @property
    def distributed(self) -> bool:
        return self.engine.dialect.name == "postgresql"

    def close(self) -> None:
        self.engine.dispose()


def sqlite_url(file: Path) -> str:
    return f"sqlite+pysqlite:///{file}"


def open_database(url: str) -> Database:
    """Connect and migrate. `url` is sqlite+pysqlite:///FILE or postgresql://USER@HOST/NAME."""
    engine = make_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        migrate(engine)
    except DatabaseUnusable:
        engine.dispose()
        raise
    except OperationalError as error:
        engine.dispose()
        raise DatabaseUnusable(
            f"The database {engine.url.render_as_string(hide_password=True)} cannot be opened: {error.orig}.",
            remedy="Check that it runs, that the address is right and that this user may create tables.",
        ) from error
    return Database(engine)


def make_engine(url: str) -> Engine:
    if url.startswith("sqlite"):
        engine = create_engine(url, pool_size=32, max_overflow=32, connect_args={"timeout": 30})
        event.listen(engine, "connect", set_sqlite_up)
        event.listen(engine, "begin", begin_immediate)
        return engine
    return create_engine(url, pool_size=20, max_overflow=20, pool_pre_ping=True)


def set_sqlite_up(connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    """WAL lets readers read while one writes; NORMAL survives the death of the process."""
    connection.isolation_level = None  # sqlite3 begins nothing; we do
    for pragma in ("busy_timeout=30000", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    use_wal(connection)


TRIES = 100


def use_wal(connection: DBAPIConnection) -> None:
    """SQLite does not wait for its turn to change the journal mode of a new file, so we do."""
    for left in reversed(range(TRIES)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or not left:
                raise
            time.sleep(0.05)


def begin_immediate(connection: Connection) -> None:
    """Take the write lock at once: a read that becomes a write later could not wait for it."""
    reading = connection.get_execution_options().get("reading")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


NEWEST = "0002"
"""The revision that this version of the program works with."""


def migrate(engine: Engine) -> None:
    """Bring the schema up to date. Alembic takes half a second to import, so only where there is work."""
    if revision(engine) == NEWEST:
        return
    import alembic.command
    import alembic.config
    import alembic.util

    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":  # servers that start together take turns
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4200003)")
        config.attributes["connection"] = connection
        try:
            alembic.command.upgrade(config, "head")
        except alembic.util.CommandError as error:
            raise DatabaseUnusable(
                "The database was made by another version of Clusterwright, and this one does not know it.",
                remedy="Start the newer version again, or give this one a database of its own.",
            ) from error


def revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
