"""The control plane, its log group, and who may use it. It waits for no gateway and no route."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from clusterwright.aws.kinds.access_entry import AccessEntry, AccessPolicy
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.log_group import LogGroup
from clusterwright.blueprint import refs
from clusterwright.blueprint.names import log_group_name
from clusterwright.blueprint.site import Site
from clusterwright.errors import Finding
from clusterwright.graph.resource import Resource
from clusterwright.spec import control_plane as spec
from clusterwright.spec.cluster import ClusterSpec
from clusterwright.spec.control_plane import EVERYWHERE, EndpointAccess


def resources(site: Site) -> Iterator[Resource]:
    if site.spec.control_plane.logging:
        yield log_group(site)
    yield control_plane(site)
    for entry in site.spec.control_plane.access:
        yield access_entry(site, entry)


def log_group(site: Site) -> LogGroup:
    return LogGroup(
        name=refs.LOGS.name,
        group_name=log_group_name(site.name),
        retention_days=site.spec.control_plane.log_retention_days,
        tags=site.tags(),
    )


def control_plane(site: Site) -> EksCluster:
    wanted = site.spec.control_plane
    endpoint = wanted.endpoint_access
    return EksCluster(
        name=refs.CONTROL_PLANE.name,
        cluster_name=site.name,
        version=site.stack.kubernetes,
        role=refs.CLUSTER_ROLE,
        subnets=site.ground.control_plane,
        public=endpoint.public,
        private=endpoint.private,
        public_cidrs=public_cidrs(endpoint),
        logging=tuple(sorted(wanted.logging)),
        log_group=refs.LOGS if wanted.logging else None,
        key_arn=wanted.encryption_key_arn,
        tags=site.tags(),
    )


def public_cidrs(endpoint: EndpointAccess) -> tuple[str, ...] | None:
    """As AWS writes them; where the public endpoint is off the list does not matter."""
    if not endpoint.public:
        return None
    return tuple(sorted(str(IPv4Network(cidr)) for cidr in endpoint.public_cidrs))


def access_entry(site: Site, entry: spec.AccessEntry) -> AccessEntry:
    arn = f"arn:{site.facts.partition}:eks::aws:cluster-access-policy/{entry.policy}"
    return AccessEntry(
        name=refs.access_name(entry.principal_arn),
        cluster=refs.CONTROL_PLANE,
        principal_arn=entry.principal_arn,
        policies=(AccessPolicy(arn, tuple(sorted(entry.namespaces))),),
        tags=site.tags(),
    )


def endpoint_findings(wanted: ClusterSpec) -> Iterator[Finding]:
    """Without the private endpoint nodes come through the NAT gateways, whose addresses nobody knows yet."""
    endpoint = wanted.control_plane.endpoint_access
    has_compute = bool(wanted.node_pools or wanted.fargate_profiles)
    if has_compute and not endpoint.private and EVERYWHERE not in endpoint.public_cidrs:
        message = "nodes could not join: their way to the API is public, and publicCidrs does not let them in"
        yield Finding("spec.controlPlane.endpointAccess.private", message, "Set it to true.", value="false")
