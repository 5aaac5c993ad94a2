"""The sandbox's time: AWS seconds, as fast as asked, or moved by hand."""

import time
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch as the sandbox's AWS sees them."""

    def __init__(self, speed: float = 1.0, real: Callable[[], float] = time.monotonic) -> None:
        self.speed = speed
        self._real = real
        self._born = real()
        self._start = float(int(time.time()))
        self._leapt = 0.0

    def now(self) -> float:
        return self._start + self._leapt + (self._real() - self._born) * self.speed

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._leapt += seconds

    def set(self, now: float) -> None:
        """Go on from here, at the same speed."""
        self._leapt += now - self.now()


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
