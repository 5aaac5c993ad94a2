"""One thing that was checked, and how it stands. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """An error will stop the cluster, a warning may; a note is what could not be checked, and why."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Check:
    """`area` groups what is shown together: permissions, quotas, offers, names, subnets."""

    area: str
    subject: str
    level: Level
    message: str
    remedy: str = ""


ORDER = (Level.ERROR, Level.WARNING, Level.NOTE, Level.OK)


def worst_first(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Checks of one level stay in the order in which they were made."""
    return tuple(sorted(checks, key=lambda check: ORDER.index(check.level)))
