"""One sandbox with a frozen clock, in its own process; each test has an AWS account of its own."""

import itertools
import subprocess
import sys
from collections.abc import Iterator

import pytest

from clusterwright.aws.gateway import Gateways

from .world import World, new_gateways, new_world

_numbers = itertools.count(300_000_000_001)


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    command = [sys.executable, "-m", "clusterwright.sandbox", "--port", "0", "--speed", "0", "--seed", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield process.stdout.readline().split()[-1]
        process.terminate()


@pytest.fixture(scope="session")
def gateways(sandbox_url: str) -> Gateways:
    return new_gateways(sandbox_url)


@pytest.fixture
def world(sandbox_url: str, gateways: Gateways) -> Iterator[World]:
    made = new_world(sandbox_url, str(next(_numbers)), gateways)
    yield made
    made.close()


@pytest.fixture(scope="session")
def eks(sandbox_url: str, gateways: Gateways) -> Iterator[World]:
    """A world with a running cluster in it, for the kinds that live inside one."""
    made = new_world(sandbox_url, str(next(_numbers)), gateways)
    made.build_cluster()
    yield made
    made.close()
