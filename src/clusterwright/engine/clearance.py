"""Before anything of a cluster is made: whether the account allows what it needs."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field

from clusterwright.aws.calls import Calls
from clusterwright.aws.iam.targets import Where
from clusterwright.aws.preflight.needs import Need, needs
from clusterwright.aws.preflight.permissions import Examine
from clusterwright.engine.clock import Clock, passed
from clusterwright.engine.observe import DriverFor
from clusterwright.errors import Error
from clusterwright.graph.resource import Resource
from clusterwright.spec.account import AssumeRole, CloudAccount

HOUR = 3600.0
"""AWS seconds for which an account that allows everything is believed to."""

Question = tuple[str, str, frozenset[str]]
"""Identity, region and kinds."""


class NotPermitted(Error):
    """Nothing is made while permissions are missing."""

    code = "not-permitted"


def what_is_needed(
    driver_for: DriverFor, wanted: Iterable[Resource], calls: Calls, cluster: str
) -> tuple[Need, ...]:
    kinds = {type(resource) for resource in wanted}
    declared = {kind.KIND: driver_for(kind).actions for kind in kinds}
    return needs(declared, Where(calls.partition, calls.region, calls.account, cluster))


def role_of(account: CloudAccount) -> str | None:
    credentials = account.spec.credentials
    return credentials.role_arn if isinstance(credentials, AssumeRole) else None


def refusal(missing: tuple[Need, ...], account: str, cluster: str) -> NotPermitted:
    named = "; ".join(f"{need.action} ({', '.join(need.kinds)})" for need in missing)
    return NotPermitted(
        f"Nothing is made while permissions are missing: {named}.",
        remedy=f"`clusterwright account check {account}` says what to allow; `clusterwright cluster approve "
        f"{cluster}` builds without asking.",
    )


@dataclass(frozen=True)
class Clearance:
    """Asks once an hour for all clusters of an account that need the same."""

    examine: Examine
    driver_for: DriverFor
    clock: Clock
    pool: Executor
    given: dict[Question, float] = field(default_factory=dict)
    """When it was found that nothing is missing."""

    def ask(self, account: CloudAccount, calls: Calls, cluster: str, wanted: tuple[Resource, ...]) -> None:
        """Raises NotPermitted, with all that is missing."""
        question = (calls.identity, calls.region, frozenset(resource.KIND for resource in wanted))
        since = self.given.get(question)
        if since is not None and passed(self.clock, since) < HOUR:
            return
        needed = what_is_needed(self.driver_for, wanted, calls, cluster)
        missing = self.examine(calls, role_of(account), needed, self.pool).missing()
        if missing:
            raise refusal(missing, account.metadata.name, cluster)
        self.given[question] = self.clock.now()
