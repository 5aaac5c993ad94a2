"""Add-ons: https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html"""

import json
from typing import Any

import pytest

from .tenant import Tenant, refused


@pytest.fixture
def ready(tenant: Tenant) -> Tenant:
    network = tenant.network()
    network.add_nat()
    cluster_role, _, _ = tenant.roles()
    tenant.cluster(network, cluster_role)
    return tenant


def _addon(tenant: Tenant, name: str) -> Any:
    return tenant.eks.describe_addon(clusterName="one", addonName=name)["addon"]


def test_what_create_refuses(ready: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html"""
    eks = ready.eks
    with refused("InvalidParameterException", "not supported"):
        eks.create_addon(clusterName="one", addonName="nonsense")
    with refused("InvalidParameterException", "version specified is not supported"):
        eks.create_addon(clusterName="one", addonName="vpc-cni", addonVersion="v0.0.1")
    ghost = f"arn:aws:iam::{ready.account}:role/ghost"
    with refused("InvalidParameterException"):
        eks.create_addon(clusterName="one", addonName="vpc-cni", serviceAccountRoleArn=ghost)
    with refused("InvalidParameterException", "not defined in the schema"):
        eks.create_addon(clusterName="one", addonName="coredns", configurationValues='{"nonsense": 1}')
    eks.create_addon(clusterName="one", addonName="vpc-cni")
    with refused("ResourceInUseException", "Addon already exists."):
        eks.create_addon(clusterName="one", addonName="vpc-cni")
    with refused("ResourceNotFoundException"):
        _addon(ready, "coredns")


def test_daemons_need_no_nodes_and_deployments_do(ready: Tenant) -> None:
    """InsufficientNumberOfReplicas: https://docs.aws.amazon.com/eks/latest/APIReference/API_AddonIssue.html"""
    names = ("vpc-cni", "kube-proxy", "eks-pod-identity-agent", "coredns", "aws-ebs-csi-driver")
    for name in names:
        assert ready.eks.create_addon(clusterName="one", addonName=name)["addon"]["status"] == "CREATING"
    ready.advance(120)
    assert [_addon(ready, name)["status"] for name in names] == ["ACTIVE"] * 3 + ["DEGRADED"] * 2
    assert _addon(ready, "coredns")["health"]["issues"][0]["code"] == "InsufficientNumberOfReplicas"
    vpcs = ready.ec2.describe_subnets(Filters=[{"Name": "cidr-block", "Values": ["10.0.100.0/24"]}])[
        "Subnets"
    ]
    ready.eks.create_nodegroup(
        clusterName="one",
        nodegroupName="ng",
        nodeRole=f"arn:aws:iam::{ready.account}:role/node",
        subnets=[vpcs[0]["SubnetId"]],
    )
    ready.advance(400)
    assert [_addon(ready, name)["status"] for name in names] == ["ACTIVE"] * 5
    assert _addon(ready, "coredns")["health"] == {"issues": []}


def test_coredns_runs_on_fargate_if_told_to(ready: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/fargate-getting-started.html"""
    private = ready.eks.describe_cluster(name="one")["cluster"]["resourcesVpcConfig"]["subnetIds"]
    values = json.dumps({"computeType": "Fargate"})
    ready.eks.create_addon(clusterName="one", addonName="coredns", configurationValues=values)
    ready.advance(120)
    assert _addon(ready, "coredns")["status"] == "DEGRADED"
    ready.eks.create_fargate_profile(
        clusterName="one",
        fargateProfileName="system",
        podExecutionRoleArn=f"arn:aws:iam::{ready.account}:role/fargate",
        subnets=private,
        selectors=[{"namespace": "kube-system"}],
    )
    ready.advance(400)
    assert _addon(ready, "coredns")["status"] == "ACTIVE"


def test_versions_have_one_default_for_each_kubernetes(ready: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeAddonVersions.html"""
    for kubernetes in ("1.30", "1.31", "1.32", "1.33", "1.34"):
        for addon in ready.eks.describe_addon_versions(kubernetesVersion=kubernetes)["addons"]:
            marks = [one["compatibilities"][0]["defaultVersion"] for one in addon["addonVersions"]]
            assert marks.count(True) == 1, (kubernetes, addon["addonName"])
    found = ready.eks.describe_addon_versions(addonName="coredns", kubernetesVersion="1.33")["addons"]
    version = found[0]["addonVersions"][0]["addonVersion"]
    schema = ready.eks.describe_addon_configuration(addonName="coredns", addonVersion=version)
    assert "computeType" in json.loads(schema["configurationSchema"])["properties"]


def test_an_addon_is_updated_and_deleted(ready: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateAddon.html"""
    eks = ready.eks
    eks.create_addon(clusterName="one", addonName="vpc-cni", addonVersion="v1.19.6-eksbuild.7")
    with refused("ResourceInUseException"):
        eks.update_addon(clusterName="one", addonName="vpc-cni", addonVersion="v1.20.5-eksbuild.1")
    ready.advance(120)
    update = eks.update_addon(clusterName="one", addonName="vpc-cni", addonVersion="v1.20.5-eksbuild.1")[
        "update"
    ]
    assert _addon(ready, "vpc-cni")["status"] == "UPDATING"
    ready.advance(120)
    found = eks.describe_update(name="one", addonName="vpc-cni", updateId=update["id"])["update"]
    assert (found["status"], found["type"]) == ("Successful", "AddonUpdate")
    addon = _addon(ready, "vpc-cni")
    assert (addon["status"], addon["addonVersion"]) == ("ACTIVE", "v1.20.5-eksbuild.1")
    assert eks.delete_addon(clusterName="one", addonName="vpc-cni")["addon"]["status"] == "DELETING"
    ready.advance(120)
    assert eks.list_addons(clusterName="one")["addons"] == []


def test_associations_given_with_an_addon_go_with_it(ready: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html"""
    eks = ready.eks
    role = ready.role("ebs", "pods.eks.amazonaws.com")
    ready.advance(30)
    wanted = [{"serviceAccount": "ebs-csi-controller-sa", "roleArn": role}]
    eks.create_addon(clusterName="one", addonName="aws-ebs-csi-driver", podIdentityAssociations=wanted)
    (one,) = eks.list_pod_identity_associations(clusterName="one")["associations"]
    assert (one["namespace"], one["serviceAccount"]) == ("kube-system", "ebs-csi-controller-sa")
    ready.advance(120)
    eks.delete_addon(clusterName="one", addonName="aws-ebs-csi-driver")
    ready.advance(120)
    assert eks.list_pod_identity_associations(clusterName="one")["associations"] == []
