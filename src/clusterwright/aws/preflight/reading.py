"""Reads that may fail without anything else failing: what could not be read is a note in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from clusterwright.aws.calls import Calls, Row
from clusterwright.aws.iam.features import BY_ACTION
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.preflight.check import Check, Level
from clusterwright.aws.scope import UndeclaredCall
from clusterwright.errors import AwsError, Denied

T = TypeVar("T")


@dataclass(frozen=True)
class Unanswered:
    """What kept a read from being made."""

    error: AwsError


Answer: TypeAlias = T | Unanswered


@dataclass(frozen=True)
class Reader:
    """Listings by actions that are declared, as a kind's are. Whoever wants the same one shares it."""

    calls: Calls
    inventory: Inventory
    since: float
    """No answer is older, on the inventory's clock."""
    allowed: frozenset[str]

    def rows(self, action: str, key: str, **params: Any) -> list[Row]:
        if permission(action) not in self.allowed:
            raise UndeclaredCall(f"{action} is called but not declared by the check.")
        entry = (self.calls.identity, self.calls.region, action, repr(sorted(params.items())), "rows")
        return self.inventory.read(entry, self.since, lambda: self.calls.rows(action, key, params))


def permission(action: str) -> str:
    """The IAM action of a call. Classic load balancers have a client of their own, and no prefix."""
    return action.replace("elb:", "elasticloadbalancing:")


def answered(read: Callable[[], T]) -> Answer[T]:
    try:
        return read()
    except AwsError as error:
        return Unanswered(error)


def unknown(area: str, subject: str, message: str, why: Unanswered) -> Check:
    """The note that stands where a check could not be made."""
    error = why.error
    if isinstance(error, Denied):
        reason, remedy = f"{permission(error.action)} is not allowed", grant(permission(error.action))
    else:
        reason, remedy = error.message.rstrip("."), error.remedy
    return Check(area, subject, Level.NOTE, f"{message}: {reason}", remedy)


def grant(action: str) -> str:
    feature = BY_ACTION.get(action)
    if feature:
        return f"`clusterwright iam policy extra --feature {feature.name}` prints what to allow."
    return f"Allow {action}; the policies that `clusterwright iam policy` prints do."
