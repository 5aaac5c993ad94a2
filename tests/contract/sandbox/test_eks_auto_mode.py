"""EKS Auto Mode: three capabilities that are on or off together, and whose nodes may join.

https://docs.aws.amazon.com/eks/latest/userguide/automode.html
"""

from typing import Any

import pytest

from .eks_ground import CREATED, Ground
from .pages import api, guide
from .tenant import refused

_ENABLE = guide("auto-enable-existing")
_POOLS = guide("set-builtin-node-pools")
_API = {"authenticationMode": "API"}


def _auto(on: bool = True, **compute: Any) -> dict[str, Any]:
    return {
        "computeConfig": {"enabled": on, **compute},
        "kubernetesNetworkConfig": {"elasticLoadBalancing": {"enabled": on}},
        "storageConfig": {"blockStorage": {"enabled": on}},
    }


def _create(ground: Ground, **given: Any) -> Any:
    return ground.create_cluster(**{"bootstrapSelfManagedAddons": False, "accessConfig": _API, **given})


@pytest.mark.documented(_ENABLE)
@pytest.mark.parametrize("missing", ["computeConfig", "kubernetesNetworkConfig", "storageConfig"])
def test_a_cluster_is_not_made_with_two_of_three(shared: Ground, missing: str) -> None:
    given = {key: value for key, value in _auto().items() if key != missing}
    with refused("InvalidParameterException", "either fully enabled or fully disabled"):
        _create(shared, **given)


@pytest.mark.documented(_ENABLE)
@pytest.mark.parametrize("missing", ["computeConfig", "kubernetesNetworkConfig", "storageConfig"])
def test_a_cluster_is_not_changed_with_two_of_three(shared: Ground, missing: str) -> None:
    given = {key: value for key, value in _auto().items() if key != missing}
    with refused("InvalidParameterException", "either fully enabled or fully disabled"):
        shared.update_config(**given)


@pytest.mark.documented(guide("create-cluster-auto"))
def test_it_needs_access_entries(shared: Ground) -> None:
    with refused("InvalidParameterException", "authentication mode"):
        _create(shared, **_auto(), accessConfig={"authenticationMode": "CONFIG_MAP"})


@pytest.mark.documented(_POOLS)
def test_built_in_pools_need_a_node_role(shared: Ground) -> None:
    with refused("InvalidParameterException", "nodeRoleArn is null or empty"):
        _create(shared, **_auto(nodePools=["system"]))


@pytest.mark.documented(_POOLS)
def test_there_are_two_built_in_pools(shared: Ground) -> None:
    with refused("InvalidParameterException", "nodePools"):
        _create(shared, **_auto(nodePools=["gpu"], nodeRoleArn=shared.node_role))


@pytest.mark.documented(guide("auto-create-node-role"))
def test_the_node_role_trusts_ec2(shared: Ground) -> None:
    with refused("InvalidParameterException", "could not be assumed"):
        _create(shared, **_auto(nodePools=["system"], nodeRoleArn=shared.cluster_role))


def test_it_brings_its_own_networking(shared: Ground) -> None:
    with refused("InvalidParameterException", "bootstrapSelfManagedAddons must be set to false"):
        _create(shared, **_auto(), bootstrapSelfManagedAddons=True)


def test_a_node_role_without_pools_is_refused(shared: Ground) -> None:
    with refused("InvalidParameterException", "nodePool value(s) must be provided"):
        _create(shared, **_auto(nodeRoleArn=shared.node_role))


@pytest.fixture
def auto(ground: Ground) -> Ground:
    """An Auto Mode cluster called two, with both built-in pools."""
    pools = _auto(nodePools=["system", "general-purpose"], nodeRoleArn=ground.node_role)
    _create(ground, **pools)
    ground.tenant.advance(CREATED)
    return ground


@pytest.mark.documented(api("ComputeConfigResponse"))
def test_the_cluster_shows_its_pools(auto: Ground) -> None:
    assert auto.cluster("two")["computeConfig"] == {
        "enabled": True,
        "nodePools": ["system", "general-purpose"],
        "nodeRoleArn": auto.node_role,
    }


@pytest.mark.documented(api("StorageConfigResponse"))
def test_the_cluster_shows_its_block_storage(auto: Ground) -> None:
    assert auto.cluster("two")["storageConfig"] == {"blockStorage": {"enabled": True}}


@pytest.mark.documented(api("KubernetesNetworkConfigResponse"))
def test_the_cluster_shows_its_load_balancing(auto: Ground) -> None:
    assert auto.cluster("two")["kubernetesNetworkConfig"]["elasticLoadBalancing"] == {"enabled": True}


@pytest.mark.documented(guide("create-node-class"))
def test_the_nodes_of_built_in_pools_have_an_access_entry(auto: Ground) -> None:
    entry = auto.eks.describe_access_entry(clusterName="two", principalArn=auto.node_role)["accessEntry"]
    assert entry["type"] == "EC2"
    found = auto.eks.list_associated_access_policies(clusterName="two", principalArn=auto.node_role)
    (policy,) = found["associatedAccessPolicies"]
    assert policy["policyArn"].endswith("/AmazonEKSAutoNodePolicy")


@pytest.mark.documented(guide("automode"))
def test_deployments_find_nodes_when_they_need_them(auto: Ground) -> None:
    auto.eks.create_addon(clusterName="two", addonName="metrics-server")
    auto.tenant.advance(120)
    addon = auto.eks.describe_addon(clusterName="two", addonName="metrics-server")["addon"]
    assert addon["status"] == "ACTIVE"


@pytest.mark.documented(api("ComputeConfigRequest"))
def test_the_node_role_stays(auto: Ground) -> None:
    other = auto.role("other", "ec2.amazonaws.com")
    with refused("InvalidParameterException", "cannot be changed"):
        auto.eks.update_cluster_config(name="two", **_auto(nodePools=["system"], nodeRoleArn=other))


@pytest.mark.documented(_ENABLE)
def test_an_existing_cluster_is_switched_on(occupied: Ground) -> None:
    update = occupied.update_config(**_auto())
    assert update["type"] == "AutoModeUpdate"
    assert {one["type"] for one in update["params"]} == {
        "ComputeConfig",
        "KubernetesNetworkConfig",
        "StorageConfig",
    }
    occupied.tenant.advance(CREATED)
    assert occupied.cluster()["computeConfig"]["enabled"] is True


@pytest.mark.documented(guide("auto-disable"))
def test_a_cluster_is_switched_off(auto: Ground) -> None:
    auto.eks.update_cluster_config(name="two", **_auto(on=False))
    auto.tenant.advance(CREATED)
    cluster = auto.cluster("two")
    assert cluster["computeConfig"] == {"enabled": False, "nodePools": []}
    assert cluster["storageConfig"] == {"blockStorage": {"enabled": False}}


@pytest.mark.documented(_POOLS)
def test_pools_are_taken_away(auto: Ground) -> None:
    auto.eks.update_cluster_config(name="two", **_auto(nodePools=[]))
    auto.tenant.advance(CREATED)
    assert auto.cluster("two")["computeConfig"] == {"enabled": True, "nodePools": []}
