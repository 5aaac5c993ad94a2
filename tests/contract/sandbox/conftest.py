"""One sandbox with a frozen clock for all tests; each test has an AWS account of its own."""

import itertools
from collections.abc import Iterator

import botocore.session
import pytest

from clusterwright.sandbox.options import Options
from clusterwright.sandbox.server import Running, start

from .tenant import Tenant

_numbers = itertools.count(200_000_000_001)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Running]:
    running = start(Options(speed=0, seed=7))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def shared_session() -> botocore.session.Session:
    return botocore.session.Session()


@pytest.fixture
def tenant(
    sandbox: Running, shared_session: botocore.session.Session, caplog: pytest.LogCaptureFixture
) -> Iterator[Tenant]:
    """An account of one's own; whatever is done in it, the sandbox itself must not fail."""
    one = Tenant(sandbox.url, shared_session, str(next(_numbers)))
    yield one
    one.close()
    failures = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert failures == []
