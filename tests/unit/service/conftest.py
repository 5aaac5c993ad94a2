"""A stage per test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.service.fakes import Stage, stage


@pytest.fixture
def on(tmp_path: Path) -> Iterator[Stage]:
    with stage(tmp_path) as made:
        yield made
