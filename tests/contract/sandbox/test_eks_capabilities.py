"""Capabilities: their states and settings.

https://docs.aws.amazon.com/eks/latest/userguide/working-with-capabilities.html
"""

from typing import Any

import pytest

from .eks_ground import Ground, create_capability
from .pages import api, guide
from .tenant import Tenant, refused

_CREATE = api("CreateCapability")
_TRUSTED = "capabilities.eks.amazonaws.com"
_NAMED = {"clusterName": "one", "capabilityName": "my-ack"}


def _describe(ground: Ground, name: str = "my-ack") -> Any:
    return ground.eks.describe_capability(clusterName="one", capabilityName=name)["capability"]


@pytest.fixture
def role(occupied: Ground) -> str:
    return occupied.role("capability", _TRUSTED)


@pytest.fixture
def able(occupied: Ground, role: str) -> Ground:
    """A cluster with an ACTIVE capability my-ack."""
    create_capability(occupied, roleArn=role)
    occupied.tenant.advance(300)
    return occupied


@pytest.mark.documented(api("Capability"))
def test_a_capability_is_creating_before_it_is_active(occupied: Ground, role: str) -> None:
    assert create_capability(occupied, roleArn=role)["status"] == "CREATING"
    occupied.tenant.advance(300)
    assert _describe(occupied)["status"] == "ACTIVE"


@pytest.mark.documented(_CREATE)
def test_there_is_one_of_a_type_in_a_cluster(able: Ground, role: str) -> None:
    with refused("ResourceInUseException", "type"):
        able.eks.create_capability(
            clusterName="one",
            capabilityName="other",
            type="ACK",
            roleArn=role,
            deletePropagationPolicy="RETAIN",
        )


@pytest.mark.documented(_CREATE)
def test_the_same_request_again_makes_nothing_new(occupied: Ground, role: str) -> None:
    first = create_capability(occupied, roleArn=role, clientRequestToken="t")
    assert create_capability(occupied, roleArn=role, clientRequestToken="t")["arn"] == first["arn"]


@pytest.mark.documented(guide("capability-role"))
def test_the_role_must_trust_capabilities(shared: Ground) -> None:
    with refused("InvalidParameterException", "could not be assumed"):
        create_capability(shared, roleArn=shared.node_role)


@pytest.mark.documented(guide("capability-role"))
def test_the_role_is_of_the_clusters_account(shared: Ground, tenant: Tenant) -> None:
    foreign = tenant.role("capability", _TRUSTED)
    tenant.advance(30)
    with refused("InvalidParameterException", "account"):
        create_capability(shared, roleArn=foreign)


@pytest.mark.documented(api("Capability"))
def test_a_type_is_one_of_three(shared: Ground) -> None:
    with refused("InvalidParameterException", "enum value set"):
        create_capability(shared, "HELM", roleArn=shared.node_role)


@pytest.mark.documented(guide("capability-role"))
def test_the_role_has_an_access_entry(able: Ground, role: str) -> None:
    assert role in able.eks.list_access_entries(clusterName="one")["accessEntries"]


@pytest.mark.documented(api("UpdateCapability"))
def test_a_change_is_an_update(able: Ground) -> None:
    wanted = {"ack": {"disabledServices": ["s3"]}}
    update = able.eks.update_capability(**_NAMED, configuration=wanted)["update"]
    assert (update["type"], _describe(able)["status"]) == ("CapabilityUpdate", "UPDATING")
    able.tenant.advance(300)
    assert able.update(update, capabilityName="my-ack")["status"] == "Successful"
    assert _describe(able)["configuration"] == wanted


@pytest.mark.documented(api("UpdateRoleMappings"))
def test_role_mappings_are_added_and_removed(occupied: Ground, role: str) -> None:
    anna, bert = ({"id": name, "type": "SSO_USER"} for name in ("anna", "bert"))
    create_capability(occupied, "ARGOCD", roleArn=role)
    occupied.tenant.advance(300)
    for change in (
        {"addOrUpdateRoleMappings": [{"role": "ADMIN", "identities": [anna, bert]}]},
        {"removeRoleMappings": [{"role": "ADMIN", "identities": [bert]}]},
    ):
        occupied.eks.update_capability(
            clusterName="one",
            capabilityName="my-argocd",
            configuration={"argoCd": {"rbacRoleMappings": change}},
        )
        occupied.tenant.advance(300)
    found = _describe(occupied, "my-argocd")["configuration"]["argoCd"]
    assert found["rbacRoleMappings"] == [{"role": "ADMIN", "identities": [anna]}]


@pytest.mark.documented(api("DeleteCapability"))
def test_a_capability_is_deleting_before_it_is_gone(able: Ground) -> None:
    assert able.eks.delete_capability(**_NAMED)["capability"]["status"] == "DELETING"
    able.tenant.advance(300)
    with refused("ResourceNotFoundException"):
        _describe(able)


@pytest.mark.documented(api("DescribeCapability"))
def test_a_capability_that_is_not_there_is_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException", "none"):
        _describe(shared, "none")
