"""What is going to happen, and when.

Every change that AWS makes by itself (a cluster turns ACTIVE, a gateway is deleted) is an entry here. Entries
run before a request is answered, in the order of their time, each believing that it is exactly its time. So
no thread of ours ever changes anything, and the same seed and calls give the same history at any speed.
"""

import heapq
import itertools
import logging
from collections.abc import Callable

from clusterwright.sandbox.clock import Clock

_log = logging.getLogger(__name__)

Event = Callable[[], None]


class Agenda:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due: list[tuple[float, int, Event]] = []
        self._order = itertools.count()
        self._as_of: float | None = None

    @property
    def now(self) -> float:
        """The time of the event that is running, else the clock's."""
        return self._clock.now() if self._as_of is None else self._as_of

    def after(self, seconds: float, event: Event) -> None:
        heapq.heappush(self._due, (self.now + seconds, next(self._order), event))

    def settle(self) -> None:
        """Run all that is due by now, including what these runs make due."""
        until = self._clock.now()
        try:
            while self._due and self._due[0][0] <= until:
                self._as_of, _, event = heapq.heappop(self._due)
                _run(event)
        finally:
            self._as_of = None

    def pending(self) -> tuple[list[tuple[float, int, Event]], int]:
        """What is to come, and the number that the next entry would get."""
        return self._due, next(self._order)

    def resume(self, due: list[tuple[float, int, Event]], number: int) -> None:
        self._due, self._order = due, itertools.count(number)

    def __len__(self) -> int:
        return len(self._due)


def _run(event: Event) -> None:
    """One thing that goes wrong must not keep the rest of the world from happening."""
    try:
        event()
    except Exception:  # noqa: BLE001 (nobody is waiting for an event, so this is an outermost edge)
        _log.exception("an event failed: %s", event)
