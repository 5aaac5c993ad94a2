"""An account of its own for each test, with everybody in it that the test wants."""

from collections.abc import Iterator

import pytest

from ..tenant import Tenant
from .people import Account


@pytest.fixture
def account(tenant: Tenant) -> Iterator[Account]:
    one = Account(tenant)
    yield one
    one.close()
