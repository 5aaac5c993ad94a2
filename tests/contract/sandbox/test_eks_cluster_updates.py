"""Changes to a cluster: which there are, one at a time, and the record of each."""

from typing import Any

import pytest

from .eks_ground import CREATED, Ground
from .pages import api, guide
from .tenant import refused

_UPDATE = api("UpdateClusterConfig")
_VERSION = api("UpdateClusterVersion")
_CONFIG_ROW = "update_cluster_config"
_VERSION_ROW = "update_cluster_version, describe/list_updates, update_nodegroup_version"
_LOGGING = {"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]}
_PRIVATE = {"endpointPrivateAccess": True}


@pytest.mark.documented(_UPDATE, row=_CONFIG_ROW)
def test_a_change_is_answered_with_an_update_in_progress(occupied: Ground) -> None:
    update = occupied.update_config(logging=_LOGGING)
    assert (update["status"], update["type"]) == ("InProgress", "LoggingUpdate")


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        pytest.param({"resourcesVpcConfig": _PRIVATE}, "EndpointAccessUpdate", id="endpoint"),
        pytest.param({"logging": _LOGGING}, "LoggingUpdate", id="logging"),
        pytest.param(
            {"accessConfig": {"authenticationMode": "API"}}, "AccessConfigUpdate", id="authentication mode"
        ),
        pytest.param({"upgradePolicy": {"supportType": "STANDARD"}}, "UpgradePolicyUpdate", id="support"),
        pytest.param({"zonalShiftConfig": {"enabled": True}}, "ZonalShiftConfigUpdate", id="zonal shift"),
        pytest.param({"deletionProtection": True}, "DeletionProtectionUpdate", id="deletion protection"),
        pytest.param(
            {"controlPlaneScalingConfig": {"tier": "tier-xl"}},
            "ControlPlaneScalingConfigUpdate",
            id="scaling tier",
        ),
        pytest.param(
            {"remoteNetworkConfig": {"remoteNodeNetworks": [{"cidrs": ["192.168.0.0/20"]}]}},
            "RemoteNetworkConfigUpdate",
            id="remote networks",
        ),
    ],
)
@pytest.mark.documented(api("Update"), row=_CONFIG_ROW)
def test_each_kind_of_change_has_its_type(occupied: Ground, given: dict[str, Any], kind: str) -> None:
    before = occupied.cluster()
    update = occupied.update_config(**given)
    assert update["type"] == kind
    occupied.tenant.advance(CREATED)
    assert occupied.update(update)["status"] == "Successful"
    after = occupied.cluster()
    assert {key for key in after if after[key] != before.get(key)} == set(given)


@pytest.mark.documented(_UPDATE)
def test_the_cluster_is_updating_meanwhile(occupied: Ground) -> None:
    occupied.update_config(logging=_LOGGING)
    occupied.tenant.advance(20)
    assert occupied.cluster()["status"] == "UPDATING"
    occupied.tenant.advance(CREATED)
    assert occupied.cluster()["status"] == "ACTIVE"


@pytest.mark.documented(_UPDATE)
def test_the_status_follows_a_moment_later(occupied: Ground) -> None:
    update = occupied.update_config(logging=_LOGGING)
    assert occupied.cluster()["status"] == "ACTIVE"
    assert occupied.update(update)["status"] == "InProgress"


@pytest.mark.documented(_UPDATE)
def test_one_change_at_a_time(occupied: Ground) -> None:
    occupied.update_config(logging=_LOGGING)
    with refused("ResourceInUseException", "update in progress"):
        occupied.update_config(resourcesVpcConfig=_PRIVATE)


@pytest.mark.documented(_UPDATE)
def test_no_change_while_a_cluster_is_created(shared: Ground) -> None:
    shared.create_cluster("young")
    with refused("ResourceInUseException"):
        shared.eks.update_cluster_config(name="young", logging=_LOGGING)


@pytest.mark.documented(_UPDATE)
def test_a_change_needs_a_cluster(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.update_cluster_config(name="none", logging=_LOGGING)


@pytest.mark.documented(_UPDATE)
def test_the_same_change_again_is_the_same_update(occupied: Ground) -> None:
    first = occupied.update_config(logging=_LOGGING, clientRequestToken="t")
    assert occupied.update_config(logging=_LOGGING, clientRequestToken="t")["id"] == first["id"]
    assert occupied.eks.list_updates(name="one")["updateIds"] == [first["id"]]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        pytest.param({}, "No changes", id="nothing"),
        pytest.param(
            {"logging": _LOGGING, "resourcesVpcConfig": _PRIVATE}, "Only one type", id="two kinds at once"
        ),
        pytest.param(
            {"logging": {"clusterLogging": [{"types": ["api"], "enabled": False}]}},
            "No changes needed",
            id="logs that are off already",
        ),
        pytest.param(
            {"resourcesVpcConfig": {"endpointPublicAccess": True}},
            "already at the desired configuration",
            id="an endpoint that is open already",
        ),
        pytest.param(
            {"resourcesVpcConfig": {"endpointPublicAccess": False}},
            "cannot be disabled",
            id="closing the only way in",
        ),
        pytest.param(
            {"resourcesVpcConfig": {"publicAccessCidrs": ["192.168.0.0/16"]}},
            "invalid in publicAccessCidrs",
            id="reserved addresses",
        ),
        pytest.param(
            {"resourcesVpcConfig": {"securityGroupIds": ["sg-00000000"]}},
            "sg-00000000",
            id="a security group that is not there",
        ),
        pytest.param(
            {"accessConfig": {"authenticationMode": "CONFIG_MAP"}},
            "Unsupported authentication mode update",
            id="back to the ConfigMap",
        ),
        pytest.param(
            {"upgradePolicy": {"supportType": "EXTENDED"}}, "No changes needed", id="the same support"
        ),
        pytest.param(
            {"controlPlaneScalingConfig": {"tier": "tier-9xl"}}, "enum value set", id="an unknown tier"
        ),
        pytest.param(
            {"remoteNetworkConfig": {"remotePodNetworks": [{"cidrs": ["192.168.0.0/20"]}]}},
            "without remoteNodeNetworks",
            id="pods without nodes",
        ),
    ],
)
@pytest.mark.documented(_UPDATE)
def test_changes_that_are_refused(shared: Ground, given: dict[str, Any], words: str) -> None:
    with refused("InvalidParameterException", words):
        shared.update_config(**given)


@pytest.mark.documented(_UPDATE)
def test_subnets_stay_in_two_zones(shared: Ground) -> None:
    config = {"subnetIds": [shared.network.private[0], shared.network.public[0]]}
    with refused("InvalidParameterException", "at least two different AZs"):
        shared.update_config(resourcesVpcConfig=config)


@pytest.mark.documented(_UPDATE)
def test_subnets_stay_in_the_vpc(shared: Ground) -> None:
    elsewhere = shared.tenant.network()
    with refused("InvalidParameterException", "VPC of the cluster"):
        shared.update_config(resourcesVpcConfig={"subnetIds": elsewhere.private})


@pytest.mark.documented(_UPDATE)
def test_other_subnets_bring_other_interfaces(occupied: Ground) -> None:
    network = occupied.network
    config = {"subnetIds": [network.private[0], network.public[1]]}
    assert (
        occupied.updated(resourcesVpcConfig=config)["resourcesVpcConfig"]["subnetIds"] == config["subnetIds"]
    )
    found = occupied.tenant.ec2.describe_network_interfaces(
        Filters=[{"Name": "description", "Values": ["Amazon EKS one"]}]
    )
    assert {eni["SubnetId"] for eni in found["NetworkInterfaces"]} == set(config["subnetIds"])


@pytest.mark.documented(_UPDATE, row=_CONFIG_ROW)
def test_opening_the_endpoint_leaves_the_subnets(occupied: Ground) -> None:
    wanted = {"endpointPrivateAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]}
    config = occupied.updated(resourcesVpcConfig=wanted)["resourcesVpcConfig"]
    assert config["subnetIds"] == occupied.network.private
    assert config["endpointPrivateAccess"] is True
    assert config["publicAccessCidrs"] == ["203.0.113.0/24"]


@pytest.mark.documented(guide("config-cluster-endpoint"))
def test_the_update_says_what_changes(occupied: Ground) -> None:
    update = occupied.update_config(resourcesVpcConfig=_PRIVATE)
    assert update["params"] == [{"type": "EndpointPrivateAccess", "value": "true"}]
    assert update["errors"] == []


@pytest.mark.documented(guide("control-plane-logs"))
def test_turning_logs_on_makes_a_group(occupied: Ground) -> None:
    assert occupied.tenant.objects("log-group") == []
    occupied.updated(logging=_LOGGING)
    assert [one["name"] for one in occupied.tenant.objects("log-group")] == ["/aws/eks/one/cluster"]


@pytest.mark.documented(guide("control-plane-logs"))
def test_log_types_are_turned_on_one_by_one(occupied: Ground) -> None:
    occupied.updated(logging=_LOGGING)
    more = {"clusterLogging": [{"types": ["scheduler"], "enabled": True}]}
    found = occupied.updated(logging=more)["logging"]["clusterLogging"]
    assert [part["types"] for part in found if part["enabled"]] == [["api", "audit", "scheduler"]]


@pytest.mark.documented(_UPDATE)
def test_empty_lists_take_remote_networks_away(occupied: Ground) -> None:
    networks = {"remoteNodeNetworks": [{"cidrs": ["192.168.0.0/20"]}]}
    assert occupied.updated(remoteNetworkConfig=networks)["remoteNetworkConfig"] == networks
    none: dict[str, Any] = {"remoteNodeNetworks": [], "remotePodNetworks": []}
    assert "remoteNetworkConfig" not in occupied.updated(remoteNetworkConfig=none)


@pytest.mark.documented(guide("setting-up-access-entries"))
def test_the_authentication_mode_goes_one_way(occupied: Ground) -> None:
    occupied.updated(accessConfig={"authenticationMode": "API"})
    with refused("InvalidParameterException", "Unsupported authentication mode update"):
        occupied.update_config(accessConfig={"authenticationMode": "API_AND_CONFIG_MAP"})


@pytest.mark.documented(guide("disable-extended-support"))
def test_extended_support_that_has_begun_is_not_turned_off(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role, version="1.31")
    with refused("InvalidParameterException", "extended support"):
        ground.update_config(upgradePolicy={"supportType": "STANDARD"})


@pytest.mark.documented(api("DescribeUpdate"), row=_VERSION_ROW)
def test_an_update_that_is_not_there_is_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.describe_update(name="one", updateId="none")


@pytest.mark.documented(api("ListUpdates"), row=_VERSION_ROW)
def test_updates_are_listed(occupied: Ground) -> None:
    first = occupied.update_config(logging=_LOGGING)
    occupied.tenant.advance(CREATED)
    second = occupied.update_config(deletionProtection=True)
    assert occupied.eks.list_updates(name="one")["updateIds"] == [first["id"], second["id"]]


@pytest.mark.documented(api("ListUpdates"))
def test_updates_of_a_node_group_that_is_not_there_are_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.list_updates(name="one", nodegroupName="none")


@pytest.mark.documented(api("CancelUpdate"))
def test_most_updates_cannot_be_cancelled(occupied: Ground) -> None:
    update = occupied.update_config(logging=_LOGGING)
    with refused("InvalidRequestException", "cannot be cancelled"):
        occupied.eks.cancel_update(name="one", updateId=update["id"])


@pytest.mark.parametrize(
    ("version", "words"),
    [
        pytest.param("1.34", "minor version update from 1.32 to 1.34", id="two at once"),
        pytest.param("1.31", "minor version update from 1.32 to 1.31", id="backwards"),
        pytest.param("1.32", "already at version 1.32", id="the same"),
        pytest.param("1.99", "unsupported Kubernetes version", id="one that is not on offer"),
    ],
)
@pytest.mark.documented(guide("update-cluster"), row=_VERSION_ROW)
def test_versions_go_up_one_at_a_time(shared: Ground, version: str, words: str) -> None:
    with refused("InvalidParameterException", words):
        shared.eks.update_cluster_version(name="one", version=version)


@pytest.mark.documented(_VERSION, row=_VERSION_ROW)
def test_a_version_update_changes_version_and_platform(occupied: Ground) -> None:
    update = occupied.eks.update_cluster_version(name="one", version="1.33")["update"]
    said = {one["type"]: one["value"] for one in update["params"]}
    assert (update["type"], said["Version"]) == ("VersionUpdate", "1.33")
    occupied.tenant.advance(CREATED)
    cluster = occupied.cluster()
    assert (cluster["version"], cluster["platformVersion"]) == ("1.33", said["PlatformVersion"])


@pytest.mark.documented(api("AssociateEncryptionConfig"))
def test_encryption_is_added_later(occupied: Ground) -> None:
    key = occupied.tenant.client("kms").create_key()["KeyMetadata"]["Arn"]
    wanted = [{"resources": ["secrets"], "provider": {"keyArn": key}}]
    made = occupied.eks.associate_encryption_config(clusterName="one", encryptionConfig=wanted)["update"]
    assert made["type"] == "AssociateEncryptionConfig"
    occupied.tenant.advance(CREATED)
    assert occupied.cluster()["encryptionConfig"] == wanted


@pytest.mark.documented(api("AssociateEncryptionConfig"))
def test_encryption_is_added_once(ground: Ground) -> None:
    key = ground.tenant.client("kms").create_key()["KeyMetadata"]["Arn"]
    wanted = [{"resources": ["secrets"], "provider": {"keyArn": key}}]
    ground.tenant.cluster(ground.network, ground.cluster_role, encryptionConfig=wanted)
    with refused("InvalidParameterException", "already"):
        ground.eks.associate_encryption_config(clusterName="one", encryptionConfig=wanted)


@pytest.mark.documented(api("EncryptionConfig"))
def test_only_secrets_are_encrypted(shared: Ground) -> None:
    key = shared.tenant.client("kms").create_key()["KeyMetadata"]["Arn"]
    wanted = [{"resources": ["everything"], "provider": {"keyArn": key}}]
    with refused("InvalidParameterException", "secrets"):
        shared.eks.associate_encryption_config(clusterName="one", encryptionConfig=wanted)
