"""One sandbox with a frozen clock for all tests; each test has an AWS account of its own."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import botocore.session
import pytest

from clusterwright.sandbox.options import Options
from clusterwright.sandbox.server import Running, start

from .eks_ground import Ground, break_ground, with_cluster
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


@pytest.fixture(scope="module")
def reader(sandbox: Running, shared_session: botocore.session.Session) -> Iterator[Tenant]:
    """An account that all tests of a file read, and that none of them harms."""
    one = Tenant(sandbox.url, shared_session, str(next(_numbers)))
    yield one
    one.close()


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


@pytest.fixture(scope="module")
def tenants(sandbox: Running, shared_session: botocore.session.Session) -> Iterator[Callable[[], Tenant]]:
    """Makes accounts for all tests of a module together: those that only look or are refused."""
    with ExitStack() as stack:

        def another() -> Tenant:
            one = Tenant(sandbox.url, shared_session, str(next(_numbers)))
            stack.callback(one.close)
            return one

        yield another


@pytest.fixture
def ground(tenant: Tenant) -> Ground:
    """A network and roles, no cluster."""
    return break_ground(tenant)


@pytest.fixture
def occupied(tenant: Tenant) -> Ground:
    """With an ACTIVE cluster called one."""
    return with_cluster(tenant)


@pytest.fixture(scope="module")
def shared(tenants: Callable[[], Tenant]) -> Ground:
    """An ACTIVE cluster called one, for all tests of a module that only look or are refused."""
    return with_cluster(tenants())
