"""The control plane and what lives in it: updates in order, health, names that others have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from clusterwright.aws.calls import Row
from clusterwright.aws.gateway import Gateway
from clusterwright.aws.kinds.addon import Addon
from clusterwright.aws.kinds.launch_template import LaunchTemplate
from clusterwright.aws.kinds.log_group import LogGroup
from clusterwright.aws.kinds.oidc_provider import OidcProvider
from clusterwright.aws.kinds.security_group import SecurityGroup
from clusterwright.errors import Denied, NotOurs
from clusterwright.graph.diff import diff
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Output, State

from . import world as w
from .world import World

OIDC = OidcProvider(name="irsa", issuer=Output(w.CLUSTER.ref, "issuer"))
DNS = Addon(name="coredns", cluster=w.CLUSTER.ref, addon_name="coredns")


def test_life_of_a_cluster(world: World) -> None:
    group = SecurityGroup(name="extra", vpc=w.VPC.ref, description="extra")
    logs = LogGroup(name="logs", group_name="/aws/eks/team-a/cluster", retention_days=7)
    want = replace(w.CLUSTER, version="1.31", public_cidrs=("198.51.100.0/24", "203.0.113.0/24"))
    world.build(*w.FOUNDATION, group, logs)
    found = world.make(want)
    assert diff(want, found, None) == ()
    assert {"arn", "endpoint", "certificate", "issuer", "security_group"} == set(found.outputs)
    changes: tuple[dict[str, Any], ...] = (
        {"version": "1.32", "logging": ("api", "audit"), "log_group": logs.ref},
        {"public_cidrs": ("203.0.113.0/24",)},
        {"private": False, "logging": ()},
        {"private": True, "public": False, "public_cidrs": None},
        {"security_groups": (group.ref,)},
        {"tags": (("team", "a"),)},
        {"tags": (), "public": True},
    )
    for change in changes:
        before, want = want, replace(want, **change)
        world.update(want, applied=before)
    world.delete(want)
    world.delete(logs)
    world.delete(group)


def test_a_cluster_of_another_is_never_taken_over(world: World) -> None:
    world.build(*w.FOUNDATION)
    network = {"subnetIds": world.known.values((w.PRIVATE_A.ref, w.PRIVATE_B.ref))}
    arn = world.known.value(w.CLUSTER_ROLE.ref)
    world.patiently(
        lambda: world.raw("eks:CreateCluster", name="team-a", roleArn=arn, resourcesVpcConfig=network)
    )
    with pytest.raises(NotOurs, match="EKS cluster team-a exists already"):
        world.find(w.CLUSTER)


def test_children_of_a_cluster_that_is_unknown_or_gone_are_not_there(eks: World) -> None:
    known = eks.known
    eks.known = Known()
    assert eks.find(DNS) is None
    eks.known = Known(ids={w.CLUSTER.ref: "another"})
    assert eks.find(DNS) is None
    eks.known = known


def test_a_degraded_addon_is_waited_for_unless_something_else_is_wanted(eks: World) -> None:
    """CoreDNS has no nodes here."""
    eks.create(DNS)
    eks.advance(300)
    found = eks.find(DNS)
    assert found is not None
    assert found.state is State.PENDING
    assert "InsufficientNumberOfReplicas" in found.message
    other = eks.find(replace(DNS, configuration='{"replicaCount":1}'))
    assert other is not None
    assert other.state is State.READY
    eks.delete(DNS)


def test_a_template_name_of_another_is_an_error(world: World) -> None:
    data = {"InstanceType": "m6i.large"}
    world.raw("ec2:CreateLaunchTemplate", LaunchTemplateName="taken", LaunchTemplateData=data)
    with pytest.raises(NotOurs, match="Launch template taken exists already"):
        world.create(LaunchTemplate(name="x", template_name="taken", disk_gib=20))


def test_a_group_name_of_another_is_an_error(world: World) -> None:
    world.build(w.VPC)
    vpc = world.known.value(w.VPC.ref)
    world.raw("ec2:CreateSecurityGroup", GroupName="team-a-x", Description="x", VpcId=vpc)
    with pytest.raises(NotOurs, match="Security group team-a-x exists already"):
        world.create(SecurityGroup(name="x", vpc=w.VPC.ref, description="x"))


@dataclass
class Restricted:
    """A gateway to an account whose policies lack some actions, or all uses of tags in one."""

    to: Gateway

    def __getattr__(self, name: str) -> Any:
        return getattr(self.to, name)

    def call(self, action: str, params: Row) -> Row:
        tags = action == "iam:CreateOpenIDConnectProvider" and "Tags" in params
        if tags or action in ("iam:GetOpenIDConnectProvider", "iam:TagOpenIDConnectProvider"):
            raise Denied(action)
        return self.to.call(action, params)


def test_oidc_provider_without_the_newer_permissions(eks: World) -> None:
    """The seed's policies allow making, listing and deleting, nothing else; later the account allows more."""
    free = eks.gateway
    eks.gateway = Restricted(free)  # type: ignore[assignment]  # a gateway as far as kinds can see
    assert eks.find(OIDC) is None
    made = eks.make(OIDC)
    assert diff(OIDC, made, None) == ()
    eks.gateway = free
    assert eks.find(OIDC) is not None
    eks.update(replace(OIDC, tags=(("team", "a"),)))
    eks.delete(OIDC)


def test_oidc_provider_of_a_former_cluster_is_replaced(eks: World) -> None:
    eks.make(OIDC)
    outputs = eks.known.outputs[w.CLUSTER.ref]
    eks.known.outputs[w.CLUSTER.ref] = {
        **outputs,
        "issuer": "https://oidc.eks.us-east-1.amazonaws.com/id/NEW",
    }
    found = eks.find(OIDC)
    assert found is not None
    assert [change.field for change in diff(OIDC, found, None)] == ["issuer"]
    eks.known.outputs[w.CLUSTER.ref] = outputs
    eks.delete(OIDC)
