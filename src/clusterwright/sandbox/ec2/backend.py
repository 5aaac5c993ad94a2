"""moto's EC2 with everything in this folder laid over it."""

import moto.ec2.urls
from moto.ec2.models import EC2Backend, ec2_backends

from clusterwright.sandbox.ec2 import (
    endpoints,
    filters,
    instances,
    keys,
    load_balancing,
    names,
    paging,
    refreshes,
    routes,
    tags,
    templates,
)
from clusterwright.sandbox.ec2.cidrs import StrictRanges
from clusterwright.sandbox.ec2.dependencies import (
    StrictAddresses,
    StrictGateways,
    StrictGroups,
    StrictInterfaces,
    StrictSubnets,
    StrictTables,
    StrictVpcs,
)
from clusterwright.sandbox.ec2.endpoints import TimedEndpoints
from clusterwright.sandbox.ec2.images import FewImages
from clusterwright.sandbox.ec2.instances import TidyInstances
from clusterwright.sandbox.ec2.nat import TimedNatGateways
from clusterwright.sandbox.ec2.templates import CleanTemplates
from clusterwright.sandbox.timing import Timing


class SandboxEC2(
    TimedNatGateways,
    StrictSubnets,
    StrictInterfaces,
    StrictGateways,
    StrictAddresses,
    StrictGroups,
    StrictTables,
    StrictVpcs,
    StrictRanges,
    TimedEndpoints,
    CleanTemplates,
    FewImages,
    TidyInstances,
    EC2Backend,
):
    _url_module = moto.ec2.urls  # moto derives it from the module's name, which is not its own here

    def __init__(self, region_name: str, account_id: str) -> None:
        EC2Backend.__init__(self, region_name, account_id)


def install(timing: Timing) -> None:
    """moto asks its registry's `backend` for every new account and region: that seam is all we need."""
    TimedNatGateways.timing = TimedEndpoints.timing = timing
    ec2_backends.backend = SandboxEC2
    templates.install()
    instances.install()
    tags.install()
    routes.install()
    endpoints.install()
    filters.install()
    keys.install()
    load_balancing.install(timing)
    names.install()
    paging.install()
    refreshes.install(timing)
