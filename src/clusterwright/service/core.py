"""What every use case needs from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from clusterwright.engine.port import Engine
from clusterwright.engine.reconcile import Tools
from clusterwright.errors import Conflict
from clusterwright.store.rows import AccountRow


class OwnIdentity(Protocol):
    """What is known of the server's own AWS identity, and of those it keeps for accounts."""

    def own_account(self) -> str:
        """Twelve digits: the account that trust policies of roles must name."""

    def forget(self, account: AccountRow) -> None:
        """The credentials of an account changed, or it is gone."""


@dataclass(frozen=True)
class Core:
    """Shared by all use cases and all threads."""

    tools: Tools
    engine: Engine
    identity: OwnIdentity

    @contextmanager
    def look(self) -> Iterator[Connection]:
        """Read only."""
        with self.tools.database.snapshot() as connection:
            yield connection

    @contextmanager
    def change(self) -> Iterator[Connection]:
        """One transaction; a name that somebody took at the same moment is a conflict."""
        try:
            with self.tools.database.transaction() as connection:
                yield connection
        except IntegrityError as error:
            message = "Somebody else made an object of this name at the same moment."
            raise Conflict(message, remedy="Read it, then apply your change anew.") from error

    def now(self) -> float:
        return self.tools.clock.now()
