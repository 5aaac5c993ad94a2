"""Access entries and pod identity: https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html"""

from typing import Any

import pytest

from .tenant import Tenant, refused

_ADMIN = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"


def _cluster(tenant: Tenant, **access: Any) -> None:
    network = tenant.network()
    cluster_role, _, _ = tenant.roles()
    tenant.cluster(network, cluster_role, accessConfig=access)


@pytest.fixture
def ready(tenant: Tenant) -> Tenant:
    _cluster(tenant, authenticationMode="API", bootstrapClusterCreatorAdminPermissions=False)
    return tenant


def test_the_creator_is_an_administrator(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessConfigRequest.html"""
    _cluster(tenant, authenticationMode="API_AND_CONFIG_MAP")
    creator = f"arn:aws:iam::{tenant.account}:user/sandbox-administrator"
    assert tenant.eks.list_access_entries(clusterName="one")["accessEntries"] == [creator]
    found = tenant.eks.list_associated_access_policies(clusterName="one", principalArn=creator)
    assert [one["policyArn"] for one in found["associatedAccessPolicies"]] == [_ADMIN]


def test_a_config_map_cluster_has_no_entries(tenant: Tenant) -> None:
    _cluster(tenant, authenticationMode="CONFIG_MAP")
    with refused("InvalidRequestException", "authentication mode"):
        tenant.eks.list_access_entries(clusterName="one")
    update = tenant.eks.update_cluster_config(
        name="one", accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"}
    )["update"]
    assert update["type"] == "AccessConfigUpdate"
    tenant.advance(600)
    assert tenant.eks.list_access_entries(clusterName="one")["accessEntries"] == []
    with refused("InvalidParameterException", "Unsupported authentication mode update"):
        tenant.eks.update_cluster_config(name="one", accessConfig={"authenticationMode": "CONFIG_MAP"})


def test_the_life_of_an_entry(ready: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessEntry.html"""
    eks = ready.eks
    arn = f"arn:aws:iam::{ready.account}:role/node"
    with refused("InvalidParameterException"):
        eks.create_access_entry(clusterName="one", principalArn=arn.replace("node", "ghost"))
    entry = eks.create_access_entry(clusterName="one", principalArn=arn, tags={"a": "b"})["accessEntry"]
    assert (entry["type"], entry["username"], entry["tags"]) == ("STANDARD", arn, {"a": "b"})
    with refused("ResourceInUseException"):
        eks.create_access_entry(clusterName="one", principalArn=arn)
    eks.associate_access_policy(
        clusterName="one", principalArn=arn, policyArn=_ADMIN, accessScope={"type": "cluster"}
    )
    with refused("InvalidParameterException"):
        eks.associate_access_policy(
            clusterName="one", principalArn=arn, policyArn=_ADMIN + "x", accessScope={"type": "cluster"}
        )
    listed = eks.list_access_entries(clusterName="one", associatedPolicyArn=_ADMIN)
    assert listed["accessEntries"] == [arn]
    eks.update_access_entry(clusterName="one", principalArn=arn, kubernetesGroups=["viewers"])
    found = eks.describe_access_entry(clusterName="one", principalArn=arn)["accessEntry"]
    assert found["kubernetesGroups"] == ["viewers"]
    eks.disassociate_access_policy(clusterName="one", principalArn=arn, policyArn=_ADMIN)
    assert (
        eks.list_associated_access_policies(clusterName="one", principalArn=arn)["associatedAccessPolicies"]
        == []
    )
    eks.delete_access_entry(clusterName="one", principalArn=arn)
    with refused("ResourceNotFoundException"):
        eks.describe_access_entry(clusterName="one", principalArn=arn)


def test_access_policies_are_listed(ready: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html"""
    assert _ADMIN in [one["arn"] for one in ready.eks.list_access_policies()["accessPolicies"]]


def test_the_life_of_an_association(ready: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_CreatePodIdentityAssociation.html"""
    eks = ready.eks
    role = ready.role("pod", "pods.eks.amazonaws.com")
    other = ready.role("pod2", "pods.eks.amazonaws.com")
    ready.advance(30)
    wanted = {"clusterName": "one", "namespace": "n", "serviceAccount": "s"}
    with refused("InvalidParameterException"):
        eks.create_pod_identity_association(**wanted, roleArn=f"arn:aws:iam::{ready.account}:role/node")
    made = eks.create_pod_identity_association(**wanted, roleArn=role)["association"]
    with refused("ResourceInUseException"):
        eks.create_pod_identity_association(**wanted, roleArn=role)
    number = made["associationId"]
    eks.update_pod_identity_association(clusterName="one", associationId=number, roleArn=other)
    found = eks.describe_pod_identity_association(clusterName="one", associationId=number)["association"]
    assert found["roleArn"] == other
    eks.delete_pod_identity_association(clusterName="one", associationId=number)
    assert eks.list_pod_identity_associations(clusterName="one")["associations"] == []
