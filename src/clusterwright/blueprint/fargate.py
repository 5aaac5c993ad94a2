"""Fargate profiles: pods without nodes, in private subnets."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from clusterwright.aws.kinds.fargate_profile import FargateProfile, Selector
from clusterwright.blueprint import refs
from clusterwright.blueprint.ground import in_order, ways_out
from clusterwright.blueprint.site import Site
from clusterwright.blueprint.stack import Part
from clusterwright.errors import Finding
from clusterwright.graph.resource import Resource
from clusterwright.spec import fargate as spec
from clusterwright.spec.cluster import ClusterSpec

SYSTEM = "kube-system"


def resources(site: Site) -> Iterator[Resource]:
    for profile in site.spec.fargate_profiles:
        yield fargate_profile(site, profile)


def fargate_profile(site: Site, profile: spec.FargateProfile) -> FargateProfile:
    selectors = (
        Selector(selector.namespace, tuple(sorted(selector.labels.items()))) for selector in profile.selectors
    )
    return FargateProfile(
        name=refs.fargate_profile(profile.name).name,
        cluster=refs.CONTROL_PLANE,
        profile_name=profile.name,
        role=refs.FARGATE_ROLE,
        subnets=in_order(profile.subnets) or site.ground.fargate,
        selectors=tuple(sorted(selectors, key=str)),
        after=ways_out(site.ground, site.zones),
        tags=site.tags(),
    )


def only_fargate(wanted: ClusterSpec) -> bool:
    return bool(wanted.fargate_profiles) and not wanted.node_pools


def fargate_findings(wanted: ClusterSpec, parts: tuple[Part, ...]) -> Iterator[Finding]:
    """Without nodes the pods of add-ons run only if a profile selects them."""
    if not only_fargate(wanted):
        return
    selectors = tuple(selector for profile in wanted.fargate_profiles for selector in profile.selectors)
    for part in parts:
        if not part.addon.before_nodes and not any(selects(selector, part) for selector in selectors):
            message = f"no node pool, and no Fargate profile selects the pods of {part.pack}"
            remedy = f"Add a selector with 'namespace: {SYSTEM}', or a node pool."
            yield Finding("spec.fargateProfiles", message, remedy)


def selects(selector: spec.Selector, part: Part) -> bool:
    have = dict(part.addon.pods)
    return fnmatchcase(SYSTEM, selector.namespace) and all(
        fnmatchcase(have.get(key, ""), value) for key, value in selector.labels.items()
    )
