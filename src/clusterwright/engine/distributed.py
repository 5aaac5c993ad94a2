"""The engine in many processes on PostgreSQL, by Procrastinate.

The row's `due` is the timer; a pump in every process turns what is due into jobs. A job holds its cluster's
lock, which the database enforces, so passes of one cluster do not overlap; the queueing lock makes many wakes
one. Should a process die, another one sees its heartbeat stop and takes its jobs over; what the dead one
might still write is refused by the run token (`store.clusters.guard`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import procrastinate
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import OperationalError

from clusterwright.engine.clock import Clock
from clusterwright.engine.port import Handler
from clusterwright.store import clusters
from clusterwright.store.database import Database

log = structlog.get_logger()

PASSES = 32
QUEUE = "reconcile"
TASK = "clusterwright.reconcile"


@dataclass(frozen=True)
class Rhythm:
    """Wall seconds: between looks at what is due, between heartbeats, and until silence means death."""

    pump: float = 0.5
    heartbeat: float = 10.0
    death: float = 30.0


class Distributed:
    """Runs passes in threads of this process, in turn with the other processes."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        url: str,
        *,
        passes: int = PASSES,
        rhythm: Rhythm | None = None,
    ) -> None:
        self.database = database
        self.clock = clock
        self.url = url
        self.passes = passes
        self.rhythm = rhythm or Rhythm()
        self.stopping = threading.Event()
        self.sender = procrastinate.App(connector=procrastinate.SyncPsycopgConnector(conninfo=url))
        self.sender.open()
        self.install()

    def install(self) -> None:
        """Procrastinate's own tables, once; processes that start together take turns."""
        with self.database.transaction() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4200002)")
            if not inspect(connection).has_table("procrastinate_jobs"):
                self.sender.schema_manager.apply_schema()

    def wake(self, uid: str, connection: Connection) -> None:
        clusters.wake(connection, uid, self.clock.now())
        self.send(uid, connection)

    def send(self, uid: str, connection: Connection) -> None:
        """One job at most waits for a cluster; one more may come while a pass runs."""
        job = self.sender.configure_task(
            TASK,
            queue=QUEUE,
            lock=uid,
            queueing_lock=uid,
            connection=connection.connection.driver_connection,
        )
        try:
            with connection.begin_nested():
                job.defer(uid=uid)
        except AlreadyEnqueued:
            return

    def list(self) -> list[str]:
        with self.database.transaction() as connection:
            return sorted(clusters.running(connection))

    def drain(self) -> None:
        self.stopping.set()

    def run(self, handler: Handler) -> None:
        with ThreadPoolExecutor(self.passes, thread_name_prefix="pass") as pool:
            asyncio.run(self.work(handler, pool))
        self.sender.close()

    async def work(self, handler: Handler, pool: ThreadPoolExecutor) -> None:
        app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=self.url))
        loop = asyncio.get_running_loop()

        @app.task(name=TASK, queue=QUEUE)
        async def reconcile(uid: str) -> None:
            await loop.run_in_executor(pool, self.attempt, handler, uid)

        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=[QUEUE],
                    concurrency=self.passes,
                    fetch_job_polling_interval=self.rhythm.pump,
                    update_heartbeat_interval=self.rhythm.heartbeat,
                    stalled_worker_timeout=self.rhythm.death,
                    delete_jobs="always",
                    install_signal_handlers=False,
                )
            )
            rounds = [
                asyncio.create_task(self.every(self.rhythm.pump, self.pump)),
                asyncio.create_task(self.every(self.rhythm.heartbeat, lambda: self.take_over(app))),
            ]
            while not self.stopping.is_set() and not worker.done():
                await asyncio.sleep(0.05)
            for task in (*rounds, worker):
                task.cancel()
            await asyncio.gather(*rounds, worker, return_exceptions=True)

    def attempt(self, handler: Handler, uid: str) -> None:
        try:
            handler(uid)
        except Exception:  # the outermost edge of a pass: a defect must cost one pass of one cluster
            log.exception("pass failed", cluster=uid)
            with self.database.transaction() as connection:
                clusters.wake(connection, uid, self.clock.now() + 30)

    async def every(self, seconds: float, act: Callable[[], Awaitable[None]]) -> None:
        """Do something again and again; a database that is away for a while is waited for."""
        while True:
            try:
                await act()
            except (ConnectorException, OperationalError) as error:
                log.warning("database away", error=str(error))
            await asyncio.sleep(seconds)

    async def pump(self) -> None:
        await asyncio.to_thread(self.send_due)

    def send_due(self) -> None:
        with self.database.transaction() as connection:
            for uid in clusters.due(connection, self.clock.now(), 500):
                self.send(uid, connection)

    async def take_over(self, app: procrastinate.App) -> None:
        """Jobs of processes whose heartbeat stopped run again here or elsewhere."""
        manager = app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self.rhythm.death):
            log.warning("taking over a pass", cluster=job.lock)
            await self.revive(manager, job)
        await manager.prune_stalled_workers(2 * self.rhythm.death)

    async def revive(self, manager: procrastinate.manager.JobManager, job: Job) -> None:
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # A younger job waits for the same cluster; the dead one only has to let go of the lock.
            await manager.finish_job(job, Status.FAILED, delete_job=True)
