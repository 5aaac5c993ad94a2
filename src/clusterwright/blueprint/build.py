"""The door of this room: documents and facts in, wanted resources out, or every finding at once."""

from __future__ import annotations

from collections.abc import Iterator

from clusterwright.blueprint import control_plane, fargate, iam, layers, network, nodes
from clusterwright.blueprint.facts import Facts
from clusterwright.blueprint.site import Site
from clusterwright.blueprint.stack import assemble, images_of, parts, placed_layers, stack_findings
from clusterwright.blueprint.zones import chosen_zones, zone_findings
from clusterwright.errors import Finding, Invalid
from clusterwright.graph.resource import Resource
from clusterwright.spec.cluster import Cluster
from clusterwright.spec.placement import Dynamic
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
    dynamic, images = cluster.spec.placement.dynamic, images_of(cluster, profiles)
    if findings or dynamic is None or images is None:
        raise Invalid(findings, f"The cluster {cluster.metadata.name} cannot be built as written.")
    site = Site(
        cluster=cluster,
        facts=facts,
        network=dynamic,
        zones=chosen_zones(dynamic, facts),
        stack=assemble(cluster, profiles),
        images=images,
    )
    return tuple(resource for concern in CONCERNS for resource in concern(site))


def check(cluster: Cluster, profiles: tuple[ClusterProfile, ...], facts: Facts) -> Iterator[Finding]:
    """Everything that keeps the cluster from being built."""
    yield from stack_findings(cluster, profiles)
    yield from placement_findings(cluster, facts)
    yield from control_plane.endpoint_findings(cluster.spec)
    dynamic = cluster.spec.placement.dynamic
    if dynamic:
        zones = chosen_zones(dynamic, facts)
        yield from nodes.pool_findings(cluster.spec, images_of(cluster, profiles), zones)
    addons = parts(cluster, placed_layers(cluster, profiles))
    yield from fargate.fargate_findings(cluster.spec, addons)


def placement_findings(cluster: Cluster, facts: Facts) -> Iterator[Finding]:
    dynamic: Dynamic | None = cluster.spec.placement.dynamic
    if cluster.spec.placement.static:
        message = "static placement comes in a later version"
        remedy = "Remove it; 'dynamic: {}' in its place makes a new VPC."
        yield Finding("spec.placement.static", message, remedy)
    elif dynamic:
        yield from zone_findings(dynamic, facts)
