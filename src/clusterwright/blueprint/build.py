"""The door of this room: documents and facts in, wanted resources out, or every finding at once."""

from __future__ import annotations

from collections.abc import Iterator

from clusterwright.blueprint import control_plane, fargate, iam, layers, network, nodes
from clusterwright.blueprint.facts import Facts
from clusterwright.blueprint.given import fargate_subnet_findings, subnet_findings
from clusterwright.blueprint.ground import Ground, dynamic_ground, static_ground
from clusterwright.blueprint.site import Site
from clusterwright.blueprint.stack import assemble, images_of, parts, placed_layers, stack_findings
from clusterwright.blueprint.zones import chosen_zones, zone_findings
from clusterwright.errors import Finding, Invalid
from clusterwright.graph.resource import Resource
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.placement import Dynamic, Placement
from clusterwright.spec.profile import ClusterProfile

CONCERNS = (
    network.resources,
    iam.resources,
    control_plane.resources,
    nodes.resources,
    fargate.resources,
    layers.resources,
)


def build(cluster: Cluster, profiles: tuple[ClusterProfile, ...], facts: Facts) -> tuple[Resource, ...]:
    """The resources that make up the cluster; `profiles` are all that may be meant, not only those used."""
    findings = tuple(check(cluster, profiles, facts))
    images = images_of(cluster, profiles)
    if findings or images is None:
        raise Invalid(findings, f"The cluster {cluster.metadata.name} cannot be built as written.")
    dynamic = cluster.spec.placement.dynamic
    zones = chosen_zones(dynamic, facts) if dynamic else ()
    site = Site(
        cluster=cluster,
        facts=facts,
        ground=ground_of(cluster.spec.placement, facts, zones),
        network=dynamic,
        zones=zones,
        stack=assemble(cluster, profiles),
        images=images,
    )
    return tuple(resource for concern in CONCERNS for resource in concern(site))


def ground_of(placement: Placement, facts: Facts, zones: tuple[str, ...]) -> Ground:
    if placement.static:
        return static_ground(placement.static, facts)
    return dynamic_ground(placement.dynamic or Dynamic(), zones)


def check(cluster: Cluster, profiles: tuple[ClusterProfile, ...], facts: Facts) -> Iterator[Finding]:
    """Everything that keeps the cluster from being built."""
    yield from stack_findings(cluster, profiles)
    yield from placement_findings(cluster, facts)
    yield from control_plane.endpoint_findings(cluster.spec)
    dynamic = cluster.spec.placement.dynamic
    zones = chosen_zones(dynamic, facts) if dynamic else ()
    yield from nodes.pool_findings(cluster.spec, images_of(cluster, profiles), zones)
    addons = parts(cluster, placed_layers(cluster, profiles))
    yield from fargate.fargate_findings(cluster.spec, addons)


def placement_findings(cluster: Cluster, facts: Facts) -> Iterator[Finding]:
    placement = cluster.spec.placement
    if placement.static:
        yield from subnet_findings(placement.static, facts)
        yield from fargate_subnet_findings(cluster.spec, facts)
    elif placement.dynamic:
        yield from zone_findings(placement.dynamic, facts)
