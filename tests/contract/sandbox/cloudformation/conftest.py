"""Stacks of a tenant, and one that has everything, which the tests of a module only look at."""

from collections.abc import Iterator

import botocore.session
import pytest

from clusterwright.sandbox.server import Running

from ..tenant import Tenant
from .templates import Stacks, att, everything, output, ref, template

_OWNER = "200000900001"


@pytest.fixture
def stacks(tenant: Tenant) -> Stacks:
    return Stacks(tenant)


@pytest.fixture(scope="module")
def made(sandbox: Running, shared_session: botocore.session.Session) -> Iterator[Stacks]:
    """A stack `all`, CREATE_COMPLETE, with the tag `cost`."""
    tenant = Tenant(sandbox.url, shared_session, _OWNER)
    stacks = Stacks(tenant)
    names = ("Cluster", "Nodes", "Fargate", "Cni", "Viewer", "Pods")
    outputs = {name: output(ref(name)) for name in names}
    for attribute in (
        "Arn",
        "Endpoint",
        "CertificateAuthorityData",
        "ClusterSecurityGroupId",
        "OpenIdConnectIssuerUrl",
    ):
        outputs[f"Cluster{attribute}"] = output(att("Cluster", attribute))
    stacks.create("all", template(everything(), outputs), Tags=[{"Key": "cost", "Value": "42"}])
    assert stacks.settle("all") == "CREATE_COMPLETE", stacks.reasons("all")
    yield stacks
    tenant.close()
