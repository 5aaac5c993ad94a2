"""The cluster document, and the rules that span its parts. The parts have files of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from pydantic import Field

from clusterwright.spec.control_plane import ControlPlane
from clusterwright.spec.fargate import FargateProfile
from clusterwright.spec.metadata import API_VERSION, Metadata
from clusterwright.spec.model import Model, Path, Problem, repeated
from clusterwright.spec.node_pool import NodePool
from clusterwright.spec.placement import Placement
from clusterwright.spec.scalars import KeyPairName, Name, Region, SemVer, VariableName, YamlText
from clusterwright.spec.tags import LIMIT, tag_problems
from clusterwright.spec.zones import zone_problems

MOST_NODE_POOLS = 30
MOST_FARGATE_PROFILES = 10


class ProfileRef(Model):
    """A profile by name; without a version the newest published one is taken."""

    name: Name
    version: SemVer | None = None


class Override(Model):
    """Values for one pack, merged over those of the profile."""

    pack: Name
    values: YamlText


class ClusterSpec(Model):
    """What the cluster shall be."""

    cloud_account: Name
    profiles: tuple[ProfileRef, ...]
    overrides: tuple[Override, ...] = ()
    variables: Mapping[VariableName, str] = Field(default_factory=dict)
    tags: Mapping[str, str] = Field(default_factory=dict)
    region: Region
    ssh_key_name: KeyPairName | None = None
    placement: Placement = Placement()
    control_plane: ControlPlane = ControlPlane()
    node_pools: tuple[NodePool, ...] = ()
    fargate_profiles: tuple[FargateProfile, ...] = ()

    def problems(self) -> Iterator[Problem]:
        yield from tag_problems(self.tags)
        yield from self._list_problems()
        yield from self._key_problems()
        yield from self._zone_problems()
        for index, pool in enumerate(self.node_pools):
            yield from self._pool_problems(pool, ("nodePools", index))
        for index, profile in enumerate(self.fargate_profiles):
            yield from self._subnet_problems(profile.subnets, ("fargateProfiles", index, "subnets"))

    def _list_problems(self) -> Iterator[Problem]:
        if not self.profiles:
            yield Problem(("profiles",), "is empty", "Name at least an infrastructure profile.")
        yield from _too_many(len(self.node_pools), MOST_NODE_POOLS, "nodePools")
        yield from _too_many(len(self.fargate_profiles), MOST_FARGATE_PROFILES, "fargateProfiles")
        yield from _same("profiles", "name", tuple(profile.name for profile in self.profiles))
        yield from _same("overrides", "pack", tuple(override.pack for override in self.overrides))
        yield from _same("nodePools", "name", tuple(pool.name for pool in self.node_pools))
        yield from _same("fargateProfiles", "name", tuple(profile.name for profile in self.fargate_profiles))

    def _key_problems(self) -> Iterator[Problem]:
        arn = self.control_plane.encryption_key_arn or ""
        region = arn.split(":")[3] if arn.count(":") > 3 else self.region
        if region != self.region:
            message = f"the key is in {region}, the cluster in {self.region}"
            at = ("controlPlane", "encryptionKeyArn")
            yield Problem(at, message, f"Use a key in {self.region}.", arn)

    def _zone_problems(self) -> Iterator[Problem]:
        zones = self.placement.dynamic.zone_names if self.placement.dynamic else ()
        for index, zone in enumerate(zones):
            at = ("placement", "dynamic", "availabilityZones", index)
            yield from zone_problems(zone, self.region, at)

    def _pool_problems(self, pool: NodePool, at: Path) -> Iterator[Problem]:
        for index, zone in enumerate(pool.zones):
            yield from self._pool_zone_problems(zone, (*at, "zones", index))
        yield from self._subnet_problems(pool.subnets, (*at, "subnets"))
        both = {**self.tags, **pool.tags}
        if len(both) > LIMIT and len(self.tags) <= LIMIT and len(pool.tags) <= LIMIT:
            message = f"together with the cluster's these are {len(both)} tags, at most {LIMIT} fit"
            yield Problem((*at, "tags"), message, "Remove some.", str(len(both)))

    def _pool_zone_problems(self, zone: str, at: Path) -> Iterator[Problem]:
        dynamic = self.placement.dynamic
        if dynamic is None:
            yield Problem(at, "zones need dynamic placement", "Name subnets instead.", zone)
            return
        unknown = tuple(zone_problems(zone, self.region, at))
        yield from unknown
        if not unknown and dynamic.zone_names and zone not in dynamic.zone_names:
            remedy = f"Use {' or '.join(dynamic.zone_names)}, or add it to the placement."
            yield Problem(at, f"{zone} is not a zone of this cluster", remedy, zone)

    def _subnet_problems(self, subnets: tuple[str, ...], at: Path) -> Iterator[Problem]:
        static = self.placement.static
        if subnets and static is None:
            remedy = "Remove them: they are chosen for you, or use static placement."
            yield Problem(at, "subnets need static placement", remedy, ", ".join(subnets))
            return
        for index, subnet in enumerate(subnets):
            if static and subnet not in static.subnet_ids:
                remedy = "Add it to placement.static.subnets first."
                yield Problem((*at, index), f"{subnet} is not a subnet of this cluster", remedy, subnet)


def _too_many(count: int, limit: int, field: str) -> Iterator[Problem]:
    if count > limit:
        yield Problem((field,), f"has {count} entries, at most {limit} may be", "Remove some.", str(count))


def _same(field: str, key: str, names: tuple[str, ...]) -> Iterator[Problem]:
    for index, name in repeated(names):
        message = f"{name} is used already in {field}[{names.index(name)}]"
        yield Problem((field, index, key), message, "Give each its own.", name)


class Cluster(Model):
    """A profile applied to an account, a region and a placement."""

    api_version: Literal["clusterwright.dev/v1"] = API_VERSION
    kind: Literal["Cluster"] = "Cluster"
    metadata: Metadata
    spec: ClusterSpec
