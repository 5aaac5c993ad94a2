"""Every kind through its whole life, against the sandbox: made, read back as wanted, changed, gone."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from clusterwright.aws.kinds.access_entry import AccessEntry, AccessPolicy
from clusterwright.aws.kinds.addon import Addon, canonical
from clusterwright.aws.kinds.fargate_profile import FargateProfile, Selector
from clusterwright.aws.kinds.iam_role import IamRole, ServiceTrust, WorkloadTrust
from clusterwright.aws.kinds.launch_template import LaunchTemplate
from clusterwright.aws.kinds.log_group import LogGroup
from clusterwright.aws.kinds.node_group import NodeGroup, Taint
from clusterwright.aws.kinds.oidc_provider import OidcProvider
from clusterwright.aws.kinds.route_table import Route, RouteTable
from clusterwright.aws.kinds.security_group import Rule, SecurityGroup
from clusterwright.aws.scope import Owner
from clusterwright.errors import NotFound, NotOurs
from clusterwright.graph.diff import diff
from clusterwright.graph.resource import Output, Resource

from . import world as w
from .world import World

STRANGER = Owner(uid="uid-of-another", cluster="team-a")

PEER = SecurityGroup(name="peer", vpc=w.VPC.ref, description="a peer")
HTTPS = Rule("tcp", 443, 443, cidr="10.0.0.0/16", description="https")
FROM_PEER = Rule("tcp", 10250, 10250, source=PEER.ref, description="kubelet")
ISSUER = Output(w.CLUSTER.ref, "issuer")
OIDC = OidcProvider(name="irsa", issuer=ISSUER)
GROUP = SecurityGroup(name="nodes", vpc=w.VPC.ref, description="nodes", ingress=(HTTPS,))
TEMPLATE = LaunchTemplate(name="default", template_name="team-a-default", disk_gib=60)
TEMPLATE_VERSION = Output(TEMPLATE.ref, "version")
ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
VIEW = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
NODES = NodeGroup(
    name="default",
    cluster=w.CLUSTER.ref,
    group_name="default",
    role=w.NODE_ROLE.ref,
    subnets=(w.PRIVATE_A.ref, w.PRIVATE_B.ref),
    instance_types=("m6i.large", "m5.large"),
    capacity="ON_DEMAND",
    ami_type="AL2023_x86_64_STANDARD",
    version="1.31",
    min_size=1,
    max_size=5,
    desired_size=2,
    template=TEMPLATE.ref,
    template_version=TEMPLATE_VERSION,
)
CNI = Addon(name="vpc-cni", cluster=w.CLUSTER.ref, addon_name="vpc-cni")
PROFILE = FargateProfile(
    name="jobs",
    cluster=w.CLUSTER.ref,
    profile_name="jobs",
    role=w.FARGATE_ROLE.ref,
    subnets=(w.PRIVATE_A.ref, w.PRIVATE_B.ref),
    selectors=(Selector("jobs", (("compute", "fargate"),)),),
)


def ordered(*items: Any) -> tuple[Any, ...]:
    return tuple(sorted(items, key=str))


@dataclass(frozen=True)
class Life:
    """A kind's life: what it stands on, itself, and one change after the other."""

    want: Resource
    on: tuple[Resource, ...] = ()
    changes: tuple[dict[str, Any], ...] = ()
    tagged_in: str = ""
    named: bool = False
    extra: dict[str, str] = field(default_factory=dict)


TAGS = {"tags": (("cost-center", "42"), ("team", "a"))}
OTHER_TAGS = {"tags": (("team", "b"),)}

NETWORK_LIVES = (
    Life(w.VPC, (), ({"dns": False}, TAGS, OTHER_TAGS), "ec2:CreateVpc"),
    Life(w.GATEWAY, (w.VPC,), (TAGS, OTHER_TAGS), "ec2:CreateInternetGateway"),
    Life(w.PUBLIC, (w.VPC,), ({"public": False}, TAGS, OTHER_TAGS), "ec2:CreateSubnet"),
    Life(w.ADDRESS, (), (TAGS, OTHER_TAGS), "ec2:AllocateAddress"),
    Life(w.NAT, (w.VPC, w.GATEWAY, w.PUBLIC, w.ADDRESS), (TAGS, OTHER_TAGS), "ec2:CreateNatGateway"),
    Life(
        RouteTable(name="private", vpc=w.VPC.ref, routes=(Route("0.0.0.0/0", w.NAT.ref),)),
        (w.VPC, w.GATEWAY, w.PUBLIC, w.PRIVATE_A, w.PRIVATE_B, w.ADDRESS, w.NAT),
        (
            {"subnets": (w.PRIVATE_A.ref, w.PRIVATE_B.ref)},
            {"subnets": (w.PRIVATE_B.ref,)},
            {"routes": (Route("0.0.0.0/0", w.GATEWAY.ref), Route("192.0.2.0/24", w.NAT.ref))},
            {"routes": (Route("192.0.2.0/24", w.GATEWAY.ref),)},
            TAGS,
            OTHER_TAGS,
        ),
        "ec2:CreateRouteTable",
    ),
    Life(
        GROUP,
        (w.VPC, PEER),
        (
            {"ingress": ordered(HTTPS, FROM_PEER)},
            {"ingress": (Rule("tcp", 443, 443, cidr="10.0.0.0/16", description="web"),)},
            {
                "ingress": ordered(
                    Rule("-1"), Rule("-1", cidr="2001:db8::/32"), Rule("udp", 53, 53, "0.0.0.0/0")
                )
            },
            {"ingress": ()},
            TAGS,
            OTHER_TAGS,
        ),
        "ec2:CreateSecurityGroup",
    ),
    Life(
        TEMPLATE,
        (w.VPC, PEER),
        (
            {"disk_gib": 80},
            {"disk_gib": 60},
            {"disk_gib": 80},
            {"disk_type": "gp2", "key_name": "ops", "security_groups": (PEER.ref,)},
            {"key_name": "", "instance_tags": (("Name", "worker"), ("team", "a"))},
            TAGS,
            OTHER_TAGS,
        ),
        "ec2:CreateLaunchTemplate",
    ),
    Life(
        w.NODE_ROLE,
        (),
        (
            {"policies": (w.managed("AmazonEKSWorkerNodePolicy"),)},
            {
                "policies": tuple(
                    sorted(map(w.managed, ("AmazonEKS_CNI_Policy", "AmazonEKSWorkerNodePolicy")))
                )
            },
            {"trust": ServiceTrust("eks.amazonaws.com", "arn:aws:eks:*:*:cluster/x")},
            TAGS,
            OTHER_TAGS,
        ),
        "iam:CreateRole",
        named=True,
    ),
    Life(
        LogGroup(name="control-plane", group_name="/aws/eks/team-a/cluster", retention_days=30),
        (),
        ({"retention_days": 90}, TAGS, OTHER_TAGS),
        "logs:CreateLogGroup",
        named=True,
    ),
)

EKS_LIVES = (
    Life(OIDC, (), (TAGS, OTHER_TAGS), "iam:CreateOpenIDConnectProvider", named=True),
    Life(
        IamRole(
            name="csi",
            role_name="team-a-csi",
            trust=WorkloadTrust(replace(OIDC, name="irsa-2").ref, ISSUER, "kube-system", "ebs-csi"),
            policies=(),
        ),
        (replace(OIDC, name="irsa-2"),),
        (TAGS,),
        "iam:CreateRole",
        named=True,
    ),
    Life(
        AccessEntry(
            name="admins",
            cluster=w.CLUSTER.ref,
            principal_arn="arn:aws:iam::111122223333:user/ann",
            policies=(AccessPolicy(ADMIN),),
        ),
        (),
        (
            {"policies": ordered(AccessPolicy(ADMIN), AccessPolicy(VIEW, ("a", "b")))},
            {"policies": (AccessPolicy(VIEW, ("a",)),)},
            {"policies": ()},
            TAGS,
            OTHER_TAGS,
        ),
        "eks:CreateAccessEntry",
        named=True,
    ),
    Life(
        replace(CNI, configuration=canonical('{"env": {"WARM_IP_TARGET": "1"}}')),
        (),
        ({"configuration": "{}"}, {"configuration": canonical('{"env": {}}')}, TAGS, OTHER_TAGS),
        "eks:CreateAddon",
        named=True,
    ),
    Life(PROFILE, (), (TAGS, OTHER_TAGS), "eks:CreateFargateProfile", named=True),
    Life(
        NODES,
        (CNI, TEMPLATE),
        (
            {"version": "1.32"},
            {"min_size": 3, "max_size": 8},
            {"labels": (("a", "1"), ("b", "2"))},
            {"labels": (("a", "2"),)},
            {"taints": ordered(Taint("gpu", "yes", "NO_SCHEDULE"), Taint("old", "", "NO_EXECUTE"))},
            {"taints": (Taint("gpu", "no", "NO_SCHEDULE"),)},
            {"max_unavailable_percentage": 50},
            {"labels": (), "taints": (), "min_size": 1},
            TAGS,
            OTHER_TAGS,
        ),
        "eks:CreateNodegroup",
        named=True,
    ),
)


def kind_of(life: Life) -> str:
    return f"{life.want.ref}"


@pytest.mark.parametrize("life", NETWORK_LIVES, ids=kind_of)
def test_life(world: World, life: Life) -> None:
    world.build(*life.on)
    live(world, life)


@pytest.mark.parametrize("life", EKS_LIVES, ids=kind_of)
def test_life_in_a_cluster(eks: World, life: Life) -> None:
    eks.build(*life.on)
    live(eks, life)
    for resource in reversed(life.on):
        eks.delete(resource)


def live(world: World, life: Life) -> None:
    want = life.want
    assert world.find(want) is None
    found = world.make(want)
    assert diff(want, found, None) == ()
    assert_tagged_at_once(world, life)
    if life.named:
        with pytest.raises(NotOurs, match="does not belong to cluster"):
            world.find(want, STRANGER)
    for change in life.changes:
        before, want = want, replace(want, **change)
        world.update(want, applied=before)
        assert_no_stale_tags(world, want)
    last = world.find(want)
    world.delete(want)
    assert last is not None
    assert_deleting_again_is_harmless(world, want, last)


def assert_tagged_at_once(world: World, life: Life) -> None:
    service, action = life.tagged_in.split(":")
    made = world.calls(service, action)[-1]
    assert str(life.want.ref) in str(made["params"]), made
    assert world.owner.uid in str(made["params"]), made


def assert_no_stale_tags(world: World, want: Resource) -> None:
    found = world.find(want)
    assert found is not None
    have = {key: value for key, value in found.actual.tags if key != "Name"}
    assert have == dict(want.tags)


def assert_deleting_again_is_harmless(world: World, want: Resource, last: Any) -> None:
    world.known.learn(want.ref, last.id, last.outputs)
    with suppress(NotFound):
        world.delete_found(last)
    assert world.find(want) is None
    world.known.forget(want.ref)
