"""Documents and facts to build from: small ones, which a test changes where it matters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

import pytest

from clusterwright.blueprint.build import build
from clusterwright.blueprint.facts import Facts, Zone
from clusterwright.errors import Finding, Invalid
from clusterwright.graph.resource import Ref, Resource
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.document import from_json
from clusterwright.spec.profile import ClusterProfile

Fields = Mapping[str, object]
D = TypeVar("D", Cluster, ClusterProfile)
R = TypeVar("R", bound=Resource)

LAYERS: tuple[Fields, ...] = (
    {"layer": "os", "pack": "amazon-linux-eks", "version": "2023"},
    {"layer": "kubernetes", "pack": "kubernetes-eks", "version": "1.33"},
    {"layer": "cni", "pack": "vpc-cni"},
)
ZONE_IDS = {
    "a": "use1-az6",
    "b": "use1-az3",
    "c": "use1-az1",
    "d": "use1-az2",
    "e": "use1-az4",
    "f": "use1-az5",
}
FARGATE: Fields = {"name": "all", "selectors": [{"namespace": "jobs"}]}
SYSTEM_FARGATE: Fields = {"name": "system", "selectors": [{"namespace": "kube-*"}]}


def account_facts(partition: str = "aws", zones: Mapping[str, str] = ZONE_IDS) -> Facts:
    found = tuple(Zone(f"us-east-1{letter}", id_) for letter, id_ in zones.items())
    uid = "1a2b3c4d-0000-4000-8000-000000000000"
    return Facts(account="111122223333", partition=partition, uid=uid, zones=found)


def profile(*layers: Fields, name: str = "base", **spec: object) -> ClusterProfile:
    """An infrastructure profile of the base layers and more; with `layers=` exactly of those."""
    base = {"version": "1.0.0", "layers": [*LAYERS, *layers]}
    return document(ClusterProfile, name, base | spec)


def cluster(name: str = "team-a", **spec: object) -> Cluster:
    base: Fields = {
        "cloudAccount": "prod",
        "profiles": [{"name": "base"}],
        "region": "us-east-1",
        "nodePools": [{"name": "default"}],
    }
    return document(Cluster, name, {**base, **spec})


def document(kind: type[D], name: str, spec: Fields) -> D:
    head = {"apiVersion": "clusterwright.dev/v1", "kind": kind.__name__, "metadata": {"name": name}}
    found = from_json(head | {"spec": spec})
    assert isinstance(found, kind)
    return found


class Built:
    """The resources of a cluster, by their keys."""

    def __init__(self, wanted: Cluster, *profiles: ClusterProfile, facts: Facts | None = None) -> None:
        resources = build(wanted, profiles or (profile(),), facts or account_facts())
        self.resources = {str(resource.ref): resource for resource in resources}

    def __getitem__(self, ref: Ref[R]) -> R:
        found = self.resources[str(ref)]
        assert isinstance(found, ref.kind)
        return found

    def keys(self, kind: str) -> list[str]:
        """Names of all resources of a kind."""
        return [r.name for r in self.resources.values() if kind == r.KIND]

    def ancestors(self, ref: Ref[Resource]) -> set[str]:
        """Everything that must be ready before this one."""
        near = {str(need) for need in self.resources[str(ref)].needs()}
        return near.union(*(self.ancestors(self.resources[key].ref) for key in near))


def findings(wanted: Cluster, *profiles: ClusterProfile, facts: Facts | None = None) -> tuple[Finding, ...]:
    with pytest.raises(Invalid) as caught:
        build(wanted, profiles or (profile(),), facts or account_facts())
    return caught.value.findings


def finding(wanted: Cluster, *profiles: ClusterProfile, facts: Facts | None = None) -> Finding:
    """The only finding."""
    (only,) = findings(wanted, *profiles, facts=facts)
    return only
