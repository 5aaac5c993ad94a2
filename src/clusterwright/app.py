"""The one place that wires things together."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import structlog
from fastapi import FastAPI

from clusterwright.api.context import Context
from clusterwright.api.metrics import Metrics
from clusterwright.api.server import create
from clusterwright.aws.calls import Calls
from clusterwright.aws.credentials import AccessKey, Ambient, AssumedRole, Credentials
from clusterwright.aws.gateway import Gateways
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.limits import Limits
from clusterwright.aws.registry import KINDS, driver_for
from clusterwright.engine.clock import Clock, SystemClock
from clusterwright.engine.embedded import Embedded
from clusterwright.engine.port import Engine
from clusterwright.engine.reconcile import Reconciler, Tools
from clusterwright.errors import Error
from clusterwright.graph.codec import Codec
from clusterwright.service.core import Core
from clusterwright.spec.account import AssumeRole
from clusterwright.store import accounts
from clusterwright.store.database import Database, open_database, sqlite_url
from clusterwright.store.rows import AccountRow
from clusterwright.store.secrets import open_box, private_file

log = structlog.get_logger()

STEP_THREADS = 64
ASK_AGAIN = 60.0
"""Seconds until credentials of the server's own that were missing are looked for again."""
HOME_REGION = "us-east-1"
"""Where STS is asked who we are; every partition's answer is the same everywhere in it."""


@dataclass(frozen=True)
class Settings:
    """What a server is started with. Without `database_url` the database is a file in `data_dir`."""

    data_dir: Path
    database_url: str | None = None
    aws_endpoint: str | None = None
    speed: float = 1.0
    host: str = "127.0.0.1"
    port: int = 8460

    @property
    def token_file(self) -> Path:
        return self.data_dir / "token"


@dataclass(frozen=True)
class AwsAccounts:
    """Calls for the accounts that we know, and who we are ourselves."""

    gateways: Gateways
    unknown: dict[str, tuple[float, Error]] = field(default_factory=dict)

    def calls(self, account: AccountRow, region: str) -> Calls:
        return self.gateways.gateway(credentials(account), region)

    def own_account(self) -> str:
        """Looking for credentials where there are none takes seconds, so the answer is kept for a while."""
        asked_at, error = self.unknown.get("own", (float("-inf"), None))
        if error and time.monotonic() - asked_at < ASK_AGAIN:
            raise error
        try:
            return self.gateways.gateway(Ambient(), HOME_REGION).account
        except Error as error:
            self.unknown["own"] = (time.monotonic(), error)
            raise

    def forget(self, account: AccountRow) -> None:
        self.gateways.forget(credentials(account))


def credentials(account: AccountRow) -> Credentials:
    written = account.document.spec.credentials
    if isinstance(written, AssumeRole):
        return AssumedRole(written.role_arn, account.external_id)
    token = written.session_token.get_secret_value() if written.session_token else None
    return AccessKey(written.access_key_id, written.secret_access_key.get_secret_value(), token)


@dataclass
class App:
    """A server's parts. `start` begins the passes, `stop` lets running ones end."""

    settings: Settings
    core: Core
    token: str
    web: FastAPI
    metrics: Metrics
    stopping: threading.Event
    failure: Error | None = None
    thread: threading.Thread | None = field(default=None)

    @property
    def engine_alive(self) -> bool:
        return self.thread is not None and self.thread.is_alive()

    def start(self, on_failure: Callable[[], None] = lambda: None) -> None:
        handler = self.metrics.timed(Reconciler(self.core.tools).reconcile)

        def work() -> None:
            try:
                self.core.engine.run(handler)
            except Error as error:
                self.failure = error
                on_failure()

        self.thread = threading.Thread(target=work, name="engine", daemon=True)
        self.thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.core.engine.drain()
        if self.thread:
            self.thread.join()
        self.core.tools.pool.shutdown()
        self.core.tools.database.close()


def build(settings: Settings) -> App:
    """Open everything; nothing runs yet."""
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    token = private_file(settings.token_file, secrets.token_urlsafe(32).encode()).decode().strip()
    database = open_database(settings.database_url or sqlite_url(settings.data_dir / "clusterwright.db"))
    clock = SystemClock(settings.speed)
    aws_accounts = AwsAccounts(make_gateways(settings))
    tools = make_tools(settings, database, clock, aws_accounts)
    reseal(tools)
    core = Core(
        tools=tools,
        engine=make_engine(settings, database, clock),
        identity=aws_accounts,
    )
    return assemble(settings, core, token)


def reseal(tools: Tools) -> None:
    """A key put first in the key file takes over from the older ones at the next start."""
    with tools.database.transaction() as connection:
        count = accounts.reseal(connection, tools.box)
    if count:
        log.info("stored secrets sealed with the new key", count=count)


def assemble(settings: Settings, core: Core, token: str) -> App:
    metrics, stopping = Metrics(), threading.Event()
    app: App
    here = Context(core, token, lambda: app.engine_alive, stopping, metrics)
    app = App(settings, core, token, create(here), metrics, stopping)
    return app


def make_gateways(settings: Settings) -> Gateways:
    limits = Limits(time.monotonic, time.sleep, speed=settings.speed)
    return Gateways(limits, settings.aws_endpoint)


def make_tools(settings: Settings, database: Database, clock: Clock, aws_accounts: AwsAccounts) -> Tools:
    return Tools(
        database=database,
        box=open_box(settings.data_dir / "secret.key"),
        accounts=aws_accounts,
        inventory=Inventory(lambda: time.monotonic() * settings.speed),
        clock=clock,
        driver_for=driver_for,
        codec=Codec(KINDS),
        pool=ThreadPoolExecutor(STEP_THREADS, thread_name_prefix="step"),
        new_id=lambda: str(uuid.uuid4()),
    )


def make_engine(settings: Settings, database: Database, clock: Clock) -> Engine:
    if database.distributed and settings.database_url:
        # Procrastinate takes a while to import, and only PostgreSQL needs it.
        from clusterwright.engine.distributed import Distributed

        return Distributed(database, clock, settings.database_url)
    return Embedded(database, clock, settings.data_dir / "lock")
