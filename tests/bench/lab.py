"""What measurements share: cores against sandboxes that run apart, a fleet at rest, a full server.

Each is made when first asked for and lives until the end of the bench.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import httpx

from clusterwright.aws.gateway import Gateways
from clusterwright.aws.limits import Limits
from clusterwright.spec.cluster import Cluster
from clusterwright.store.database import open_database, sqlite_url
from clusterwright.store.secrets import open_box
from tests.bench.fleet import Fleet, settled
from tests.bench.full_server import FullServer, full_server
from tests.lifecycle.world import ManualClock, Sandbox, World, example, with_cluster
from tests.processes import Process, running, sandbox_arguments

FLEET, SMALL_FLEET = 20, 5
ROWS, FEW_ROWS = 10_000, 2_000


@dataclass(frozen=True)
class Apart(Sandbox):
    """A sandbox in a process of its own, asked over one connection."""

    process: Process

    def seq(self) -> int:
        """The number of the latest call."""
        return max((int(call["seq"]) for call in self.calls()), default=0)


@contextmanager
def new_core(home: Path, seed: int = 1) -> Iterator[World]:
    """As `tests.lifecycle.world`, but what this process uses of the CPU is Clusterwright's alone."""
    home.mkdir(parents=True)
    with ExitStack() as stack:
        process = stack.enter_context(running(home, *sandbox_arguments(seed)))
        http = stack.enter_context(httpx.Client(base_url=process.url, timeout=60, trust_env=False))
        database = open_database(sqlite_url(home / "core.db"))
        stack.callback(database.close)
        limits = Limits(now=time.monotonic, sleep=time.sleep, speed=10_000)
        yield World(
            Apart(process.url, http, process), database, open_box(home / "secret.key"), ManualClock(),
            Gateways(limits, process.url), stack.enter_context(ThreadPoolExecutor(64)),
        )  # fmt: skip


def apart(core: World) -> Apart:
    assert isinstance(core.sandbox, Apart)
    return core.sandbox


def cluster_of(name: str) -> Cluster:
    """The cluster of an example."""
    return with_cluster(example(name), lambda cluster: cluster)


@dataclass
class Lab:
    home: Path
    quick: bool
    stack: ExitStack = field(default_factory=ExitStack)

    @cached_property
    def fleet(self) -> Fleet:
        core = self.stack.enter_context(new_core(self.home / "fleet"))
        return settled(core, cluster_of("quickstart"), SMALL_FLEET if self.quick else FLEET)

    @cached_property
    def server(self) -> FullServer:
        rows = FEW_ROWS if self.quick else ROWS
        return self.stack.enter_context(full_server(self.home / "server", cluster_of("quickstart"), rows))
