"""A core on SQLite whose AWS is a list of zones and whose engine only remembers whom it was told to wake."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import Connection

from clusterwright.aws.calls import Calls
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.preflight.needs import Need
from clusterwright.aws.preflight.permissions import Answer, Method, Report
from clusterwright.aws.registry import KINDS, driver_for
from clusterwright.engine.port import Handler
from clusterwright.engine.reconcile import Tools
from clusterwright.errors import AwsError, Rejected
from clusterwright.graph.codec import Codec
from clusterwright.service.core import Core
from clusterwright.store.database import open_database, sqlite_url
from clusterwright.store.rows import AccountRow
from clusterwright.store.secrets import SecretBox

EXAMPLES = Path(__file__).parents[3] / "examples"
QUICKSTART = (EXAMPLES / "quickstart.yaml").read_text()


@dataclass
class FakeClock:
    time: float = 1_700_000_000.0
    speed: float = 1.0

    def now(self) -> float:
        return self.time


@dataclass(frozen=True)
class FakeCalls:
    region: str
    account: str = "111122223333"
    partition: str = "aws"
    identity: str = "fake"
    answers: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    def call(self, action: str, params: dict[str, Any]) -> dict[str, Any]:
        if action not in self.answers:
            raise Rejected(f"{action} is not expected here.", action=action)
        return self.answers[action]

    def rows(self, action: str, key: str, params: dict[str, Any]) -> list[dict[str, Any]]:
        if action != "ec2:DescribeAvailabilityZones":
            return list(self.call(action, params)[key])
        return [
            {"ZoneName": f"{self.region}{letter}", "ZoneId": f"use1-az{number}", "State": "available"}
            for letter, number in (("a", 1), ("b", 2), ("c", 4))
        ]


@dataclass
class FakeAws:
    """`down`: what every call ends in. `answers`: what else is answered than zones, by action.
    `denied`: actions that the account does not allow."""

    down: AwsError | None = None
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    forgotten: list[str] = field(default_factory=list)
    denied: set[str] = field(default_factory=set)

    def calls(self, account: AccountRow, region: str) -> Calls:
        if self.down:
            raise self.down
        return FakeCalls(region, answers=self.answers)

    def examine(self, calls: Calls, role: str | None, wanted: tuple[Need, ...], pool: Executor) -> Report:
        answers = tuple(Answer(need, need.action not in self.denied) for need in wanted)
        return Report(role or "", Method.SIMULATION, answers)

    def own_account(self) -> str:
        if self.down:
            raise self.down
        return "444455556666"

    def forget(self, account: AccountRow) -> None:
        self.forgotten.append(account.name)


@dataclass
class FakeEngine:
    woken: list[str] = field(default_factory=list)

    def wake(self, uid: str, connection: Connection) -> None:
        self.woken.append(uid)

    def run(self, handler: Handler) -> None: ...

    def list(self) -> list[str]:
        return []

    def drain(self) -> None: ...


@dataclass(frozen=True)
class Stage:
    """The core and the fakes behind it."""

    core: Core
    clock: FakeClock
    aws: FakeAws
    engine: FakeEngine


@contextmanager
def stage(directory: Path) -> Iterator[Stage]:
    numbers = itertools.count(1)
    clock, aws, engine = FakeClock(), FakeAws(), FakeEngine()
    database = open_database(sqlite_url(directory / "test.db"))
    with ThreadPoolExecutor(2) as pool:
        tools = Tools(
            database=database,
            box=SecretBox(Fernet.generate_key()),
            accounts=aws,
            inventory=Inventory(lambda: 0.0),
            clock=clock,
            driver_for=driver_for,
            codec=Codec(KINDS),
            pool=pool,
            examine=aws.examine,
            new_id=lambda: f"00000000-0000-4000-8000-{next(numbers):012}",
        )
        yield Stage(Core(tools, engine, aws), clock, aws, engine)
    database.close()
