"""The control plane, roles and access."""

from __future__ import annotations

import pytest

from clusterwright.aws.kinds.access_entry import AccessPolicy
from clusterwright.aws.kinds.iam_role import IamRole, ServiceTrust, WorkloadTrust
from clusterwright.blueprint import refs
from clusterwright.blueprint.names import ROLE_LIMIT, TEMPLATE_LIMIT, role_name, template_name
from clusterwright.graph.resource import Ref
from tests.unit.blueprint.documents import FARGATE, Built, account_facts, cluster, finding, profile

ADMINS = "arn:aws:iam::111122223333:role/teams/Admins"


def test_it_takes_the_version_of_the_profile() -> None:
    assert Built(cluster())[refs.CONTROL_PLANE].version == "1.33"


def test_it_has_no_log_group_without_logging() -> None:
    built = Built(cluster())
    assert built[refs.CONTROL_PLANE].log_group is None
    assert built.keys("log_group") == []


def test_its_log_group_is_ours_and_forgets() -> None:
    built = Built(cluster(controlPlane={"logging": ["audit", "api"], "logRetentionDays": 7}))
    assert built[refs.CONTROL_PLANE].logging == ("api", "audit")
    assert built[refs.LOGS].group_name == "/aws/eks/team-a/cluster"
    assert built[refs.LOGS].retention_days == 7


@pytest.mark.parametrize(
    ("endpoint", "cidrs"),
    [
        ({"publicCidrs": ["203.0.113.0/24", "198.51.100.0/24"]}, ("198.51.100.0/24", "203.0.113.0/24")),
        ({"public": False}, None),
    ],
)
def test_public_cidrs_are_sorted_and_left_alone_where_nothing_is_public(
    endpoint: dict[str, object], cidrs: tuple[str, ...] | None
) -> None:
    built = Built(cluster(controlPlane={"endpointAccess": endpoint}))
    assert built[refs.CONTROL_PLANE].public_cidrs == cidrs


def test_nodes_that_could_not_reach_the_endpoint_are_a_finding() -> None:
    endpoint = {"private": False, "publicCidrs": ["203.0.113.0/24"]}
    assert finding(cluster(controlPlane={"endpointAccess": endpoint})).path == (
        "spec.controlPlane.endpointAccess.private"
    )


def test_access_entries_name_the_policy_of_the_partition() -> None:
    access = [{"principalArn": ADMINS, "policy": "AmazonEKSViewPolicy", "namespaces": ["b", "a"]}]
    built = Built(cluster(controlPlane={"access": access}), facts=account_facts("aws-cn"))
    (name,) = built.keys("access_entry")
    assert name.startswith("Admins-")
    entry = built.resources[f"access_entry/{name}"]
    policy = AccessPolicy("arn:aws-cn:eks::aws:cluster-access-policy/AmazonEKSViewPolicy", ("a", "b"))
    assert getattr(entry, "policies", None) == (policy,)


def test_access_names_differ_where_only_the_path_does() -> None:
    names = {refs.access_name(f"arn:aws:iam::111122223333:role/{path}Admins") for path in ("", "a/", "b/")}
    assert len(names) == 3


def test_access_names_have_only_letters_that_tags_allow() -> None:
    assert refs.access_name("arn:aws:iam::111122223333:user/a,b").startswith("a-b-")


def test_roles_exist_only_where_something_assumes_them() -> None:
    assert Built(cluster(nodePools=[])).keys("iam_role") == ["cluster"]
    assert Built(cluster(fargateProfiles=[FARGATE])).keys("iam_role") == ["cluster", "node", "fargate"]


def test_nodes_may_use_the_network_plugin_and_session_manager() -> None:
    assert [arn.rpartition("/")[2] for arn in Built(cluster())[refs.NODE_ROLE].policies] == [
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonSSMManagedInstanceCore",
    ]


@pytest.mark.parametrize(
    ("partition", "service"),
    [
        ("aws", "ec2.amazonaws.com"),
        ("aws-us-gov", "ec2.amazonaws.com"),
        ("aws-cn", "ec2.amazonaws.com.cn"),
    ],
)
def test_ec2_has_its_own_principal_in_china(partition: str, service: str) -> None:
    role = Built(cluster(), facts=account_facts(partition))[refs.NODE_ROLE]
    assert role.trust == ServiceTrust(service)
    assert all(arn.startswith(f"arn:{partition}:iam::aws:policy/") for arn in role.policies)


def test_only_fargate_profiles_of_this_cluster_may_use_their_role() -> None:
    role = Built(cluster(fargateProfiles=[FARGATE]))[refs.FARGATE_ROLE]
    assert role.trust == ServiceTrust(
        "eks-fargate-pods.amazonaws.com",
        "arn:aws:eks:us-east-1:111122223333:fargateprofile/team-a/*",
    )


def test_the_volume_driver_has_a_role_for_its_service_account() -> None:
    built = Built(cluster(), profile({"layer": "csi", "pack": "aws-ebs-csi"}))
    role = built[Ref(IamRole, "addon-aws-ebs-csi")]
    account = ("kube-system", "ebs-csi-controller-sa")
    assert role.trust == WorkloadTrust(refs.OIDC, refs.ISSUER, *account)
    assert role.policies == ("arn:aws:iam::aws:policy/service-role/AmazonEBSCSIDriverPolicy",)
    assert built[refs.addon("aws-ebs-csi")].role == role.ref


def test_names_hold_the_uid_and_fit() -> None:
    assert role_name("team-a", "cluster", "1a2b3c4d-0000") == "team-a-cluster-1a2b3c4d"
    long = role_name("c" * 63, "aws-ebs-csi", "1a2b3c4d-0000")
    assert len(long) == ROLE_LIMIT
    assert long.endswith("-aws-ebs-csi-1a2b3c4d")
    assert len(template_name("c" * 63, "p" * 63, "1a2b3c4d-0000")) == TEMPLATE_LIMIT
