"""What every AWS kind offers. None of the verbs blocks on AWS's work; all of them may be repeated.

A process may die between any two calls, so `create` must be harmless when half of it happened before,
`find` must see a half-made object as different from the wanted one, and deleting what is gone succeeds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from clusterwright.aws.scope import Scope
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Resource

R = TypeVar("R", bound=Resource)
R_contra = TypeVar("R_contra", bound=Resource, contravariant=True)


@dataclass(frozen=True)
class Latency:
    """How long AWS takes, in seconds: done at the earliest (p10), usually (p50), at last (p90)."""

    earliest: float
    usual: float
    late: float


INSTANT = Latency(0, 1, 3)
"""Done when the call returns, or within a few seconds."""


@dataclass(frozen=True)
class Change(Generic[R]):
    """An update to make: what is wanted, what is there, which fields differ, which tag keys must go."""

    want: R
    have: Found
    fields: frozenset[str]
    stale_tags: tuple[str, ...] = ()


class Driver(Protocol[R]):
    """The verbs of one kind."""

    kind: type[R]
    actions: frozenset[str]
    """Every IAM action that the verbs need, dependent ones such as iam:PassRole included."""
    makes: Latency
    unmakes: Latency

    def find(self, aws: Scope, want: R, known: Known) -> Found | None:
        """What is there now, in the words of what is wanted. Raises NotOurs when the name is another's."""

    def create(self, aws: Scope, want: R, known: Known) -> Found:
        """Make it, with our tags from the first call on. Returns at once, ready or not."""

    def update(self, aws: Scope, change: Change[R], known: Known) -> None:
        """Begin to change fields in place. May do one of several; the rest follows in a later pass."""

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        """Begin to delete. Raises InUse when AWS will not yet."""
