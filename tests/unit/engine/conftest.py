"""A database of the unit tests' own, copied from one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from clusterwright.store.database import Database, make_engine, open_database, sqlite_url


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("engine") / "empty.db"
    open_database(sqlite_url(file)).close()
    return file


@pytest.fixture
def database(migrated: Path, tmp_path: Path) -> Iterator[Database]:
    file = tmp_path / "test.db"
    shutil.copy(migrated, file)
    opened = Database(make_engine(sqlite_url(file)))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as made:
        yield made
