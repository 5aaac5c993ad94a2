"""Databases that are migrated once and then copied or emptied: few tests need to see one made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from clusterwright.store.database import Database, make_engine, open_database, sqlite_url
from clusterwright.store.tables import metadata


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("store") / "migrated.db"
    open_database(sqlite_url(file)).close()
    return file


@pytest.fixture(scope="session")
def migrated_url(postgres_server: str) -> str:
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE store")
    return f"{postgres_server}/store"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if request.param == "sqlite":
        file = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("migrated_file"), file)
        opened = Database(make_engine(sqlite_url(file)))
    else:
        opened = open_database(request.getfixturevalue("migrated_url"))
        with opened.transaction() as connection:
            names = ", ".join(metadata.tables)
            connection.exec_driver_sql(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
    yield opened
    opened.close()
