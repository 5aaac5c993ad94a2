"""A server per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.api.serving import Served, serving
from tests.unit.service.fakes import stage


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with stage(tmp_path) as made, serving(made) as running:
        yield running
