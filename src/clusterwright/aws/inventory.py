"""What was read from AWS lately, shared by all clusters of an account and region.

One Describe serves every cluster that looks at about the same time. A reader says how fresh its answer must
be; a cluster that has just written asks for nothing older than its write, so it never misses its own work.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from clusterwright.errors import NotFound

T = TypeVar("T")

ROOM = 1000
"""Answers that are kept before any is forgotten."""
FORGET = 2 * 3600.0
"""Seconds after which an answer serves nobody any more."""


@dataclass
class Entry:
    lock: threading.Lock = field(default_factory=threading.Lock)
    asked_at: float = float("-inf")
    answer: object = None


def answer_of(fetch: Callable[[], object]) -> object:
    """That there is no such object is an answer too."""
    try:
        return fetch()
    except NotFound as error:
        return error


class Inventory:
    """Answers by key. `now` is a monotonic clock in AWS seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.entries: dict[tuple[object, ...], Entry] = {}
        self.writes: dict[str, float] = {}
        self.room = ROOM
        self.lock = threading.Lock()

    def wrote(self, owner: str) -> float:
        """Remember that this cluster changed something just now."""
        self.writes[owner] = self.now()
        return self.writes[owner]

    def last_write(self, owner: str) -> float:
        """When this process last wrote for the cluster; a new process has no older answers either."""
        return self.writes.get(owner, float("-inf"))

    def read(self, key: tuple[object, ...], not_before: float, fetch: Callable[[], T]) -> T:
        """The answer for `key`, asked for after `not_before`; only one caller at a time asks AWS."""
        with self.lock:
            entry = self.entries.setdefault(key, Entry())
            crowded = len(self.entries) > self.room
        if crowded:
            self.prune(self.now() - FORGET)
            self.room = max(ROOM, 2 * len(self.entries))
        with entry.lock:
            if entry.asked_at <= not_before:
                asked_at = self.now()
                entry.answer = answer_of(fetch)
                entry.asked_at = asked_at
            if isinstance(entry.answer, NotFound):
                raise entry.answer
            return entry.answer  # type: ignore[return-value]  # a key is always asked with one type

    def prune(self, older_than: float) -> None:
        """Forget answers that nobody renewed since."""
        with self.lock:
            self.entries = {
                k: e for k, e in self.entries.items() if e.asked_at >= older_than or e.lock.locked()
            }
