"""The engine's port: whose pass runs when, and that two passes of one cluster never overlap.

State is ours, on the cluster row (`due`, `run_token`); an adapter only brings work to workers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from sqlalchemy import Connection

Handler = Callable[[str], None]
"""One pass over the cluster with this uid; writes when to look again onto its row."""


class Engine(Protocol):
    def wake(self, uid: str, connection: Connection) -> None:
        """Look at a cluster soon. Part of the caller's transaction: undone with it, done with it.

        Many wakes before the pass begins are one; a wake while a pass runs brings another pass.
        """

    def run(self, handler: Handler) -> None:
        """Work until `drain`; blocks. Passes that a dead process left behind are taken over."""

    def list(self) -> list[str]:
        """The uids whose pass is running now, in any process."""

    def drain(self) -> None:
        """Take no new work, let running passes end, make `run` return."""
