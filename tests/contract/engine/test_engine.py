"""What every adapter of the engine must hold: no overlap, no lost wake, takeover after kill -9."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from clusterwright.engine.port import Engine
from clusterwright.spec.cluster import Cluster
from clusterwright.store import clusters
from clusterwright.store.database import Database
from tests.contract.engine.process import make_engine, recording


def document(name: str) -> Cluster:
    return Cluster.model_validate(
        {
            "metadata": {"name": name},
            "spec": {"cloudAccount": "a", "profiles": [{"name": "p"}], "region": "us-east-1"},
        }
    )


def insert(database: Database, engine: Engine, uid: str) -> None:
    with database.transaction() as connection:
        clusters.insert(connection, uid, document(uid), time.time())
        engine.wake(uid, connection)


def bump(database: Database, engine: Engine, uid: str) -> None:
    """A changed document and its wake, in one transaction."""
    with database.transaction() as connection:
        row = clusters.by_uid(connection, uid)
        assert row is not None
        clusters.replace(connection, row, row.document, generation=row.generation + 1)
        engine.wake(uid, connection)


def behind(database: Database) -> list[str]:
    with database.transaction() as connection:
        return [r.name for r in clusters.page(connection, "", 1000) if r.observed < r.generation]


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "did not come true in time"
        time.sleep(0.02)


@contextmanager
def running(engine: Engine, database: Database, journal: Path) -> Iterator[None]:
    thread = threading.Thread(target=engine.run, args=(recording(database, journal, "here"),))
    thread.start()
    try:
        yield
    finally:
        engine.drain()
        thread.join(20)
        assert not thread.is_alive()


def spans(journal: Path, killed: dict[str, float]) -> dict[str, list[tuple[float, float]]]:
    """When passes ran, per cluster; those that a killed process left open end with it."""
    starts: dict[tuple[str, str], tuple[float, str]] = {}
    result: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in journal.read_text().splitlines():
        what, uid, who, at, token = line.split()
        if what == "start":
            starts[uid, token] = (float(at), who)
        elif what == "end":
            result[uid].append((starts.pop((uid, token))[0], float(at)))
    for (uid, _), (began, owner) in starts.items():
        result[uid].append((began, killed[owner]))
    return result


def overlaps(passes: dict[str, list[tuple[float, float]]]) -> int:
    count = 0
    for of_cluster in passes.values():
        ordered = sorted(of_cluster)
        count += sum(after[0] < before[1] for before, after in pairwise(ordered))
    return count


@pytest.fixture
def engine(database: Database, database_url: str) -> Engine:
    return make_engine(database_url, database)


def test_a_wake_that_is_rolled_back_wakes_nobody(database: Database, engine: Engine, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    journal.touch()
    with running(engine, database, journal):
        with pytest.raises(RuntimeError), database.transaction() as connection:  # noqa: PT012  # one transaction
            clusters.insert(connection, "c1", document("c1"), time.time())
            engine.wake("c1", connection)
            raise RuntimeError("the caller changed its mind")
        time.sleep(0.5)
    assert journal.read_text() == ""


def test_a_wake_during_a_pass_brings_another_pass(database: Database, engine: Engine, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    journal.touch()
    with running(engine, database, journal):
        insert(database, engine, "c1")
        eventually(lambda: "start" in journal.read_text())
        for _ in range(5):
            bump(database, engine, "c1")
        eventually(lambda: behind(database) == [])
    passes = spans(journal, {})["c1"]
    assert 2 <= len(passes) <= 4
    assert overlaps({"c1": passes}) == 0


def test_a_cluster_at_rest_is_looked_at_again(database: Database, engine: Engine, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    journal.touch()
    with running(engine, database, journal):
        insert(database, engine, "c1")
        eventually(lambda: journal.read_text().count("end") >= 2)


def test_running_passes_are_listed_and_drain_lets_them_end(
    database: Database, engine: Engine, tmp_path: Path
) -> None:
    journal = tmp_path / "journal"
    journal.touch()
    with running(engine, database, journal):
        insert(database, engine, "c1")
        eventually(lambda: "c1" in engine.list())
    assert journal.read_text().count("start") == journal.read_text().count("end")


def spawn(url: str, journal: Path, who: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.contract.engine.process", url, str(journal), who]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=30)


def test_kill_9_of_a_process_loses_no_work(
    database: Database, database_url: str, engine: Engine, tmp_path: Path
) -> None:
    """Two workers on PostgreSQL, one on SQLite; documents change all the while."""
    journal = tmp_path / "journal"
    journal.touch()
    chance = random.Random(7)
    uids = [f"c{number}" for number in range(12)]
    victim = spawn(database_url, journal, "victim")
    others = [spawn(database_url, journal, "other")] if database.distributed else []
    for uid in uids:
        insert(database, engine, uid)
    for _ in range(60):
        bump(database, engine, chance.choice(uids))
        time.sleep(0.01)
    eventually(lambda: journal.read_text().count("start") > journal.read_text().count("end"))
    victim.kill()
    victim.communicate()
    killed = {"victim": time.monotonic()}
    if not others:
        others = [spawn(database_url, journal, "other")]
    for _ in range(60):
        bump(database, engine, chance.choice(uids))
        time.sleep(0.01)
    eventually(lambda: behind(database) == [], 30)
    for process in others:
        end(process)
    assert overlaps(spans(journal, killed)) == 0
