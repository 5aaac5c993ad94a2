"""An engine in a process of its own, to be killed by tests. Its passes only write down when they run."""

from __future__ import annotations

import os
import sys
import threading
import time
import uuid
from pathlib import Path

from clusterwright.engine.clock import SystemClock
from clusterwright.engine.distributed import Distributed, Rhythm
from clusterwright.engine.embedded import Embedded
from clusterwright.engine.port import Engine, Handler
from clusterwright.store import clusters
from clusterwright.store.clusters import LostRun
from clusterwright.store.database import Database, open_database
from clusterwright.store.status import Phase, Status

QUICK = Rhythm(pump=0.1, heartbeat=0.5, death=2.0)
PASS = 0.1
"""Seconds that a pass takes."""
STEADY = 1.0
"""Seconds until a cluster at rest is looked at again."""


def make_engine(url: str, database: Database, passes: int = 8) -> Engine:
    if database.distributed:
        return Distributed(database, SystemClock(), url, passes=passes, rhythm=QUICK)
    return Embedded(
        database, SystemClock(), Path(url.removeprefix("sqlite+pysqlite:///")).with_name("lock"), passes
    )


def recording(database: Database, journal: Path, who: str) -> Handler:
    """A pass that claims, takes its time, and converges; start and end go into the journal."""

    def note(*words: object) -> None:
        descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(descriptor, (" ".join(map(str, words)) + "\n").encode())
        os.close(descriptor)

    def handler(uid: str) -> None:
        token = str(uuid.uuid4())
        with database.transaction() as connection:
            row = clusters.claim(connection, uid, token)
        if row is None:
            return
        note("start", uid, who, time.monotonic(), token)
        time.sleep(PASS)
        try:
            with database.transaction() as connection:
                clusters.guard(connection, uid, token)
                status = Status(phase=Phase.RUNNING)
                look_at = time.time() + STEADY
                clusters.finish(connection, uid, status, observed=row.generation, look_at=look_at)
        except LostRun:
            note("refused", uid, who, time.monotonic(), token)
        note("end", uid, who, time.monotonic(), token)

    return handler


def main(url: str, journal: str, who: str) -> None:
    database = open_database(url)
    engine = make_engine(url, database)
    threading.Thread(target=drain_with_parent, args=(engine,), daemon=True).start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    engine.run(recording(database, Path(journal), who))


def drain_with_parent(engine: Engine) -> None:
    """Standard input ends when the test wants this process to end in good order."""
    sys.stdin.read()
    engine.drain()


if __name__ == "__main__":
    main(*sys.argv[1:4])
