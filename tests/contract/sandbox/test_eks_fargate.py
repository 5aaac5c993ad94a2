"""Fargate profiles: https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html"""

from typing import Any, NamedTuple

import pytest

from .tenant import Network, Tenant, refused


class Setting(NamedTuple):
    tenant: Tenant
    network: Network
    role: str

    def create(self, name: str = "fp", **more: Any) -> Any:
        given = {
            "clusterName": "one",
            "fargateProfileName": name,
            "podExecutionRoleArn": self.role,
            "subnets": self.network.private,
            "selectors": [{"namespace": "jobs", "labels": {"compute": "fargate"}}],
            **more,
        }
        return self.tenant.eks.create_fargate_profile(**given)["fargateProfile"]

    def delete(self, name: str) -> None:
        self.tenant.eks.delete_fargate_profile(clusterName="one", fargateProfileName=name)


@pytest.fixture
def setting(tenant: Tenant) -> Setting:
    network = tenant.network()
    cluster_role, _, role = tenant.roles()
    tenant.cluster(network, cluster_role)
    return Setting(tenant, network, role)


def test_what_create_refuses(setting: Setting) -> None:
    with refused("InvalidParameterException", "is not a private subnet"):
        setting.create(subnets=setting.network.public)
    with refused("InvalidParameterException", "at least one selector"):
        setting.create(selectors=[])
    with refused("InvalidParameterException", "5"):
        setting.create(selectors=[{"namespace": f"n{n}"} for n in range(6)])
    with refused("InvalidParameterException", "5"):
        setting.create(selectors=[{"namespace": "n", "labels": {f"l{n}": "v" for n in range(6)}}])
    with refused("InvalidParameterException", "the trusted entity is not correct"):
        setting.create(podExecutionRoleArn=f"arn:aws:iam::{setting.tenant.account}:role/node")
    with refused("ResourceNotFoundException"):
        setting.create(clusterName="two")


def test_one_profile_at_a_time(setting: Setting) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DeleteFargateProfile.html"""
    tenant = setting.tenant
    assert setting.create("a")["status"] == "CREATING"
    with refused("ResourceInUseException", "profile a in status CREATING"):
        setting.create("b")
    tenant.advance(300)
    setting.create("b")
    tenant.advance(300)
    with refused("ResourceInUseException"):
        setting.create("b", clientRequestToken="other")
    setting.delete("a")
    with refused("ResourceInUseException", "profile a in status DELETING"):
        setting.delete("b")
    with refused("ResourceInUseException", "profile a in status DELETING"):
        setting.create("c")
    with refused("ResourceInUseException"):
        tenant.eks.delete_cluster(name="one")
    tenant.advance(300)
    setting.delete("b")
    tenant.advance(300)
    assert tenant.eks.list_fargate_profiles(clusterName="one")["fargateProfileNames"] == []
    tenant.eks.delete_cluster(name="one")
