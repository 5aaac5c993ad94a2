"""Time, as an argument. In a sandbox AWS is faster than the wall; here the two meet."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


class Clock(Protocol):
    """Wall time in Unix seconds; `speed` AWS seconds pass in one of them."""

    @property
    def speed(self) -> float: ...

    def now(self) -> float: ...


@dataclass(frozen=True)
class SystemClock:
    speed: float = 1.0

    def now(self) -> float:
        return time.time()


def later(clock: Clock, seconds: float) -> float:
    """The wall time when that many AWS seconds will have passed."""
    return clock.now() + seconds / clock.speed


def passed(clock: Clock, since: float) -> float:
    """AWS seconds since a wall time."""
    return max(0.0, clock.now() - since) * clock.speed
