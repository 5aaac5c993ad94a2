"""A sandbox in a process of its own; each test has an account of its own in it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ..tenant import Tenant
from .people import Account


@dataclass(frozen=True)
class Elsewhere:
    url: str


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Elsewhere]:
    options = ("--port", "0", "--speed", "0", "--seed", "7")
    command = [sys.executable, "-m", "clusterwright.sandbox", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Elsewhere(process.stdout.readline().split()[-1])
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0


@pytest.fixture
def account(tenant: Tenant) -> Iterator[Account]:
    one = Account(tenant)
    yield one
    one.close()
