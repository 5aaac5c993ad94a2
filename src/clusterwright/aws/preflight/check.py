"""One thing that was checked, and how it stands. Pure."""

from __future__ import annotations

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
