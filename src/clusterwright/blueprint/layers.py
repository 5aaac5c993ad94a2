"""Layers that are EKS add-ons. Which layers there are is `stack`'s.

What nodes need is installed as soon as there is a control plane. The rest waits for compute, as it cannot
get ready without; a cluster that has neither pools nor Fargate profiles does not get it yet.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from clusterwright.aws.kinds.addon import Addon, canonical
from clusterwright.blueprint import refs
from clusterwright.blueprint.fargate import only_fargate
from clusterwright.blueprint.site import Site
from clusterwright.blueprint.stack import Part
from clusterwright.graph.resource import Resource


def resources(site: Site) -> Iterator[Resource]:
    for part in site.stack.parts:
        if part.addon.before_nodes or site.compute:
            yield addon(site, part)


def addon(site: Site, part: Part) -> Addon:
    """Empty configuration is `{}`, not None: values that were removed must go from the add-on too."""
    base = json.dumps(dict(part.addon.on_fargate)) if only_fargate(site.spec) else ""
    return Addon(
        name=refs.addon(part.pack).name,
        cluster=refs.CONTROL_PLANE,
        addon_name=part.addon.name,
        version=part.version,
        configuration=canonical(part.configuration(base)),
        role=refs.workload_role(part.pack) if part.addon.account else None,
        after=() if part.addon.before_nodes else tuple(sorted(site.compute, key=str)),
        tags=site.tags(),
    )
