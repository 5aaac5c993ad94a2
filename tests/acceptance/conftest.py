"""A stage per test, or one per module for tests that leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.processes import Stage, new_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with new_stage(tmp_path / "stage") as opened:
        yield opened
