"""Node pools: managed node groups with a launch template each, and the group that lets SSH in."""

from __future__ import annotations

from collections.abc import Iterator

from clusterwright.aws.kinds.launch_template import LaunchTemplate
from clusterwright.aws.kinds.node_group import NodeGroup, Taint
from clusterwright.aws.kinds.security_group import Rule, SecurityGroup
from clusterwright.blueprint import refs
from clusterwright.blueprint.ground import in_order, ways_out
from clusterwright.blueprint.instance_types import is_arm
from clusterwright.blueprint.names import template_name
from clusterwright.blueprint.site import Site
from clusterwright.errors import Finding
from clusterwright.graph.resource import Output, Ref, Resource
from clusterwright.packs.builtin import Images
from clusterwright.spec.cluster import ClusterSpec
from clusterwright.spec.node_pool import NodePool

CAPACITY = {"onDemand": "ON_DEMAND", "spot": "SPOT"}
EFFECTS = {
    "NoSchedule": "NO_SCHEDULE",
    "PreferNoSchedule": "PREFER_NO_SCHEDULE",
    "NoExecute": "NO_EXECUTE",
}
SSH_PORT = 22


def resources(site: Site) -> Iterator[Resource]:
    if site.spec.node_pools and site.spec.ssh_key_name:
        yield ssh_group(site)
    for pool in site.spec.node_pools:
        yield template(site, pool)
        yield node_group(site, pool)


def ssh_group(site: Site) -> SecurityGroup:
    return SecurityGroup(
        name=refs.SSH_GROUP.name,
        vpc=site.ground.vpc,
        description=f"SSH to the nodes of {site.name} from inside the VPC",
        ingress=(Rule("tcp", SSH_PORT, SSH_PORT, cidr=site.ground.cidr, description="SSH"),),
        tags=site.tags(),
    )


def template(site: Site, pool: NodePool) -> LaunchTemplate:
    return LaunchTemplate(
        name=refs.template(pool.name).name,
        template_name=template_name(site.name, pool.name, site.facts.uid),
        disk_gib=pool.disk_gib,
        key_name=site.spec.ssh_key_name or "",
        security_groups=security_groups(site),
        instance_tags=site.tags(pool.tags),
        tags=site.tags(),
    )


def security_groups(site: Site) -> tuple[Ref[SecurityGroup] | Output, ...]:
    """None where EKS's choice is right: naming any makes the template wait for the control plane."""
    if not site.spec.ssh_key_name:
        return ()
    return tuple(sorted((refs.CLUSTER_GROUP, refs.SSH_GROUP), key=str))


def node_group(site: Site, pool: NodePool) -> NodeGroup:
    launch = refs.template(pool.name)
    return NodeGroup(
        name=refs.node_group(pool.name).name,
        cluster=refs.CONTROL_PLANE,
        group_name=pool.name,
        role=refs.NODE_ROLE,
        subnets=in_order(pool.subnets or map(refs.private_subnet, pool.zones)) or site.ground.nodes,
        instance_types=pool.instance_types,
        capacity=CAPACITY[pool.capacity],
        ami_type=ami_type(pool, site.images),
        version=site.stack.kubernetes,
        min_size=pool.size.min,
        max_size=pool.size.max,
        desired_size=pool.size.desired,
        labels=tuple(sorted(pool.labels.items())),
        taints=taints(pool),
        max_unavailable=pool.update.nodes,
        max_unavailable_percentage=pool.update.max_unavailable_percentage,
        template=launch,
        template_version=Output(launch, "version"),
        tags=site.tags(pool.tags),
        after=ways_out(site.ground, pool.zones or site.zones),
        follows=before_nodes(site),
    )


def taints(pool: NodePool) -> tuple[Taint, ...]:
    found = (Taint(taint.key, taint.value, EFFECTS[taint.effect]) for taint in pool.taints)
    return tuple(sorted(found, key=str))


def before_nodes(site: Site) -> tuple[Ref[Resource], ...]:
    """Without a network plugin nodes never get ready; its add-on gets ready only with nodes."""
    names = (part.pack for part in site.stack.parts if part.addon.before_nodes)
    return tuple(sorted(map(refs.addon, names), key=str))


def ami_type(pool: NodePool, images: Images) -> str:
    """As written; else of the profile's operating system, for the processor of the instance types."""
    if "ami_type" in pool.model_fields_set:
        return pool.ami_type
    return images.arm if all(map(is_arm, pool.instance_types)) else images.x86


def pool_findings(wanted: ClusterSpec, images: Images | None, zones: tuple[str, ...]) -> Iterator[Finding]:
    for index, pool in enumerate(wanted.node_pools):
        path = f"spec.nodePools[{index}]"
        for place, zone in enumerate(pool.zones):
            if zone not in zones:
                remedy = f"Use one of {', '.join(zones)}, or name it in the placement."
                at = f"{path}.zones[{place}]"
                yield Finding(at, f"{zone} is not a zone of this cluster", remedy, value=zone)
        if images:
            yield from _image_findings(pool, images, path)


def _image_findings(pool: NodePool, images: Images, path: str) -> Iterator[Finding]:
    image = ami_type(pool, images)
    if not image.startswith(images.prefix):
        message = f"{image} is not an image of the operating system that the profile names"
        remedy = f"Leave amiType out, use one that starts with {images.prefix}, or change the os layer."
        yield Finding(f"{path}.amiType", message, remedy, value=image)
    for index, instance_type in enumerate(pool.instance_types):
        if is_arm(instance_type) != ("_ARM_" in image):
            kind = "an ARM" if is_arm(instance_type) else "an x86"
            message = f"{instance_type} has {kind} processor, {image} is for the other kind"
            at = f"{path}.instanceTypes[{index}]"
            yield Finding(at, message, "Use types of one kind, and amiType to match.", value=instance_type)
