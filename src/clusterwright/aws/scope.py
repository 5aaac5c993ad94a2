"""What a kind sees of AWS while it works for one cluster.

Puts the cluster's ownership on everything that is made, and finds only what carries it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from clusterwright.aws.calls import Calls, Row
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.tagging import CLUSTER, CLUSTER_ID, RESOURCE, mapping, pairs
from clusterwright.errors import Conflict, Error, NotOurs
from clusterwright.graph.known import Known
from clusterwright.graph.resource import AnyRef, Resource

HOUR = 3600.0
DAY = 24 * HOUR

ByOwner: TypeAlias = dict[tuple[str, str], list[Row]]
"""Rows by the cluster that owns them and the resource that they are. They have EC2's `Tags`."""


@dataclass(frozen=True)
class Owner:
    """Whose objects these are."""

    uid: str
    cluster: str


CALM = 120.0
"""Seconds that the answer about an object at rest may be old while others of its cluster are under way."""


@dataclass
class Freshness:
    """How old answers may be, on the inventory's clock. A write makes every older answer useless."""

    started_at: float
    """When the pass began: reads of this cluster alone are asked anew."""
    shared_since: float
    """A little earlier: a listing serves all clusters that look at about the same time."""
    written_at: float = float("-inf")

    def wrote(self, at: float) -> None:
        self.started_at = self.shared_since = self.written_at = at

    def oldest(self, now: float, age: float) -> float:
        return max(self.written_at, now - age)


class UndeclaredCall(Error):
    """A kind made a call that it does not declare. This is a defect of ours."""

    code = "undeclared-call"


@dataclass(frozen=True)
class Scope:
    """One cluster's view of one account and region, as one kind may use it."""

    calls: Calls
    inventory: Inventory
    owner: Owner
    freshness: Freshness
    allowed: frozenset[str] = frozenset()
    attempts: Mapping[AnyRef, int] = field(default_factory=dict)
    """How often each resource was made before: an idempotency token is good for one life only."""
    calm: bool = False
    made: list[str] = field(default_factory=list)
    """The changing calls that AWS answered since `permit`: an error after one leaves something half made."""

    def permit(self, actions: frozenset[str], *, calm: bool = False) -> Scope:
        """The same view for a kind that declares these actions; `calm` when nothing is expected to happen."""
        return replace(self, allowed=actions, calm=calm, made=[])

    def call(self, action: str, **params: Any) -> Row:
        """One call that changes something, or that must be answered anew."""
        self.check(action)
        answer = self.calls.call(action, params)
        self.made.append(action)
        return answer

    def read(self, action: str, max_age: float | None = None, **params: Any) -> Row:
        """One Describe or Get. With `max_age` (seconds) the answer may be that old, unless we wrote since."""
        self.check(action)
        key = (self.calls.identity, self.calls.region, action, repr(sorted(params.items())))
        limit = self.limit(max_age, self.freshness.started_at)
        return self.inventory.read(key, limit, lambda: self.calls.call(action, params))

    def owned(
        self, want: Resource, known: Known, action: str, keys: tuple[str, str], **params: Any
    ) -> Row | None:
        """The row of `want` in a Describe that is shared with the other clusters of this account and region.

        `keys` names the list in the answer and the id in a row. Two rows of one resource would be a duplicate
        that only a defect can make: the one the store knows is taken, and without that it is an error that
        names both rather than a guess.
        """
        rows, id_key = self.owners(action, keys[0], params), keys[1]
        mine = rows.get((self.owner.uid, str(want.ref)), [])
        if len(mine) > 1:
            recorded = known.ids.get(want.ref)
            mine = [row for row in mine if row[id_key] == recorded] or mine
        if len(mine) > 1:
            ids = ", ".join(str(row[id_key]) for row in mine)
            raise Conflict(f"{want.ref} exists more than once: {ids}.", remedy="Delete all but one.")
        return mine[0] if mine else None

    def owners(self, action: str, key: str, params: Row) -> ByOwner:
        """Every row of a Describe, sorted once for all who look: a region holds thousands."""
        self.check(action)
        entry = (self.calls.identity, self.calls.region, action, repr(sorted(params.items())), "by owner")
        limit = self.limit(None, self.freshness.shared_since)
        return self.inventory.read(entry, limit, lambda: by_owner(self.calls.rows(action, key, params)))

    def limit(self, max_age: float | None, usual: float) -> float:
        """The time after which an answer must have been asked for; `usual` where nothing older will do."""
        age = max_age if max_age is not None else CALM if self.calm else None
        return usual if age is None else self.freshness.oldest(self.inventory.now(), age)

    def is_ours(self, tags: Mapping[str, str], want: Resource) -> bool:
        return tags.get(CLUSTER_ID) == self.owner.uid and tags.get(RESOURCE) == str(want.ref)

    def claim(self, tags: Mapping[str, str], want: Resource, called: str) -> None:
        """Refuse an object of the wanted name that is not ours."""
        if not self.is_ours(tags, want):
            raise NotOurs(
                f"{called} exists already and does not belong to cluster {self.owner.cluster}.",
                remedy="Choose another cluster name, or remove that object yourself if nobody needs it.",
            )

    def stamp(self, want: Resource) -> dict[str, str]:
        """The tags that `want` gets when it is made: the user's, a name for the console, and ownership."""
        name = {"Name": f"{self.owner.cluster}-{want.name}"}
        ours = {CLUSTER_ID: self.owner.uid, RESOURCE: str(want.ref), CLUSTER: self.owner.cluster}
        return name | dict(want.tags) | ours

    def tag_specification(self, want: Resource, resource_type: str) -> list[Row]:
        """EC2's TagSpecifications: tags that exist from the creating call on."""
        return [{"ResourceType": resource_type, "Tags": pairs(self.stamp(want))}]

    def token(self, want: Resource) -> str:
        """An idempotency token: the same for every try of one life of a resource, another for the next."""
        life = f"{self.owner.uid}/{want.ref}/{self.attempts.get(want.ref, 0)}"
        return hashlib.sha256(life.encode()).hexdigest()[:32]

    def check(self, action: str) -> None:
        if action not in self.allowed:
            raise UndeclaredCall(f"{action} is called but not declared by the kind.")


def by_owner(rows: list[Row]) -> ByOwner:
    sorted_rows: ByOwner = {}
    for row in rows:
        tags = mapping(row.get("Tags"))
        sorted_rows.setdefault((tags.get(CLUSTER_ID, ""), tags.get(RESOURCE, "")), []).append(row)
    return sorted_rows
