"""One cluster from the inside: its objects, what it serves, and what happens in it by itself."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from clusterwright.sandbox.eks.account import Account
from clusterwright.sandbox.eks.records import Cluster
from clusterwright.sandbox.kube.joining import Launches
from clusterwright.sandbox.kube.metadata import created, revised, with_cluster_ip
from clusterwright.sandbox.kube.ownership import Owners, updated
from clusterwright.sandbox.kube.resources import DEFINITION, Catalogue
from clusterwright.sandbox.kube.store import Change, Key, Owner, Store, Stored
from clusterwright.sandbox.kube.surroundings import Balancers, Surroundings
from clusterwright.sandbox.kube.wire import Wire, stamp
from clusterwright.sandbox.timing import Timing

_MOST_ADDRESSES = "10.100.0.0/16"


@dataclass(eq=False)
class World:
    """`watchers` belong to connections; all the rest can be kept and go on elsewhere."""

    cluster: Cluster
    account: Account
    timing: Timing
    chance: random.Random
    balancers: Balancers
    store: Store = field(default_factory=Store)
    catalogue: Catalogue = field(default_factory=Catalogue)
    launches: Launches = field(default_factory=Launches)
    addons: dict[str, str] = field(default_factory=dict)
    around: Surroundings | None = None
    unsettled: dict[Key, None] = field(default_factory=dict)
    watchers: list[Callable[[Change], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store.listener = self._note

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "watchers": []}

    @property
    def now(self) -> str:
        return stamp(self.timing.now)

    def _note(self, change: Change) -> None:
        """Every change may concern a controller; definitions change what is served."""
        one = change.after
        self.unsettled[one.key] = None
        if one.key.kind == DEFINITION:
            if change.verb == "DELETED":
                self.catalogue.forget(one.wire)
            else:
                self.catalogue.define(one.wire)
        elif one.key.kind == ("", "services") and change.verb == "DELETED":
            self.balancers.release(one.uid)
        for hear in list(self.watchers):
            hear(change)

    def writer(self, manager: str, api_version: str = "v1", subresource: str = "") -> Owner:
        return Owner(manager, "Update", api_version, subresource, self.now, frozenset())

    def shaped(self, key: Key, kind: str, wire: Wire, writer: Owner, owners: Owners | None = None) -> Stored:
        """The object as it would be stored; the stored one itself where nothing changes."""
        before = self.store.get(key)
        whole = revised(wire, before) if before else created(wire, key, self.now, self.chance)
        if key.kind == ("", "services"):
            whole = with_cluster_ip(whole, before, self._service_range, self.chance)
        if owners is None:
            had = before.owners if before else ()
            owners = updated(had, before.wire if before else {}, whole, writer)
        made = Stored(key, kind, whole, owners)
        return before if before is not None and _is_same(before, made) else made

    def put(self, one: Stored) -> Stored:
        return one if self.store.get(one.key) is one else self.store.put(one)

    def write(self, key: Key, wire: Wire, manager: str, subresource: str = "") -> Stored:
        """A write of the cluster's own components."""
        resource = self.catalogue.get(key.group, key.plural)
        kind = resource.kind if resource else ""
        return self.put(self.shaped(key, kind, wire, self.writer(manager, subresource=subresource)))

    @property
    def _service_range(self) -> str:
        network = self.cluster.wire["kubernetesNetworkConfig"]
        return str(network.get("serviceIpv4Cidr") or network.get("serviceIpv6Cidr") or _MOST_ADDRESSES)


def _is_same(before: Stored, after: Stored) -> bool:
    return before.wire == after.wire and _paths(before) == _paths(after)


def _paths(one: Stored) -> list[tuple[object, ...]]:
    return [(owner.manager, owner.operation, owner.subresource, owner.paths) for owner in one.owners]
