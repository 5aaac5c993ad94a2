"""The engine in one process on SQLite: a loop over `due`. A file lock keeps it the only one."""

from __future__ import annotations

import fcntl
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import IO

import structlog
from sqlalchemy import Connection

from clusterwright.engine.clock import Clock
from clusterwright.engine.port import Handler
from clusterwright.errors import Error
from clusterwright.store import clusters
from clusterwright.store.database import Database

log = structlog.get_logger()

PASSES = 16
"""Passes at a time. A pass takes well under a second, so this serves thousands of clusters."""
GLANCE = 0.2
"""Wall seconds at most between two looks at what is due: how late a wake may be noticed."""


class AlreadyRunning(Error):
    """Another server works on this data directory."""

    code = "already-running"


class Embedded:
    """Runs passes in threads of this process."""

    def __init__(self, database: Database, clock: Clock, lock_file: Path, passes: int = PASSES) -> None:
        self.database = database
        self.clock = clock
        self.lock_file = lock_file
        self.passes = passes
        self.stopping = threading.Event()
        self.news = threading.Event()
        self.running: dict[str, Future[None]] = {}

    def wake(self, uid: str, connection: Connection) -> None:
        clusters.wake(connection, uid, self.clock.now())

    def list(self) -> list[str]:
        return sorted(self.running)

    def drain(self) -> None:
        self.stopping.set()
        self.news.set()

    def run(self, handler: Handler) -> None:
        with self.lock(), ThreadPoolExecutor(self.passes, thread_name_prefix="pass") as pool:
            with self.database.transaction() as connection:
                clusters.recover(connection, self.clock.now())
            while not self.stopping.is_set():
                pause = self.turn(handler, pool)
                self.news.wait(pause)
                self.news.clear()

    def turn(self, handler: Handler, pool: ThreadPoolExecutor) -> float:
        """Start what is due and return how long to rest."""
        free = self.passes - len(self.running)
        now = self.clock.now()
        with self.database.transaction() as connection:
            due = clusters.due(connection, now, free + len(self.running)) if free else []
            next_due = clusters.next_due(connection)
        for uid in [uid for uid in due if uid not in self.running][:free]:
            future = pool.submit(self.work, handler, uid)
            self.running[uid] = future
            future.add_done_callback(lambda _, uid=uid: self.finished(uid))  # type: ignore[misc]  # bound now
        return GLANCE if next_due is None else min(max(next_due - now, 0.02), GLANCE)

    def work(self, handler: Handler, uid: str) -> None:
        try:
            handler(uid)
        except Exception:  # the outermost edge of a pass: a defect must cost one pass of one cluster
            log.exception("pass failed", cluster=uid)
            with self.database.transaction() as connection:
                clusters.wake(connection, uid, self.clock.now() + 30)

    def finished(self, uid: str) -> None:
        self.running.pop(uid, None)
        self.news.set()

    def lock(self) -> IO[str]:
        """Held while the returned file is open; the kernel frees it when the process dies."""
        stream = self.lock_file.open("w")
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with suppress(OSError):
                stream.close()
            raise AlreadyRunning(
                f"Another server works on {self.lock_file.parent}.",
                remedy="Stop it, or give this one a --data-dir of its own.",
            ) from None
        return stream
