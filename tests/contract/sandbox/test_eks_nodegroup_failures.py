"""What keeps nodes from joining, and what makes a node group sick later.

Codes: https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html
"""

from typing import Any

import pytest

from .eks_ground import CREATED, Ground
from .pages import api, guide
from .tenant import refused

_ISSUE = api("Issue")
_TROUBLE = guide("troubleshooting")


def _codes(ground: Ground) -> list[str]:
    return [issue["code"] for issue in ground.nodegroup()["health"]["issues"]]


def _cut_off(ground: Ground) -> None:
    ground.tenant.ec2.delete_route(
        RouteTableId=ground.network.private_table, DestinationCidrBlock="0.0.0.0/0"
    )


@pytest.mark.documented(_ISSUE)
def test_nodes_without_a_way_out_never_join(occupied: Ground) -> None:
    _cut_off(occupied)
    occupied.create_nodegroup()
    occupied.tenant.advance(1600)
    assert occupied.nodegroup()["status"] == "CREATE_FAILED"
    assert _codes(occupied) == ["NodeCreationFailure"]


@pytest.mark.documented(_TROUBLE)
def test_eks_waits_long_before_it_says_so(occupied: Ground) -> None:
    _cut_off(occupied)
    occupied.create_nodegroup()
    occupied.tenant.advance(800)
    assert occupied.nodegroup()["status"] == "CREATING"


@pytest.mark.documented(_ISSUE)
def test_the_instances_that_did_not_join_are_named(occupied: Ground) -> None:
    _cut_off(occupied)
    occupied.create_nodegroup()
    occupied.tenant.advance(1600)
    (issue,) = occupied.nodegroup()["health"]["issues"]
    assert set(issue["resourceIds"]) == {one["InstanceId"] for one in occupied.instances()}


@pytest.mark.documented(api("DeleteNodegroup"))
def test_a_node_group_that_failed_is_deleted_with_its_instances(occupied: Ground) -> None:
    _cut_off(occupied)
    occupied.create_nodegroup()
    occupied.tenant.advance(1600)
    occupied.eks.delete_nodegroup(clusterName="one", nodegroupName="ng")
    occupied.tenant.advance(900)
    assert occupied.tenant.objects("instance") + occupied.tenant.objects("launch-template") == []


@pytest.fixture
def bare(ground: Ground) -> Ground:
    """A cluster that came without a network plugin, and a node group in it."""
    ground.network.add_nat()
    ground.tenant.cluster(ground.network, ground.cluster_role, bootstrapSelfManagedAddons=False)
    ground.create_nodegroup()
    ground.tenant.advance(400)
    return ground


@pytest.mark.documented(api("CreateCluster"))
def test_nodes_without_a_network_plugin_never_join(bare: Ground) -> None:
    assert bare.nodegroup()["status"] == "CREATING"
    bare.tenant.advance(CREATED)
    assert bare.nodegroup()["status"] == "CREATE_FAILED"
    assert _codes(bare) == ["NodeCreationFailure"]


@pytest.mark.documented(guide("managing-vpc-cni"))
def test_nodes_join_once_the_network_plugin_is_there(bare: Ground) -> None:
    bare.create_addon("vpc-cni")
    bare.tenant.advance(60)
    assert bare.nodegroup()["status"] == "ACTIVE"


@pytest.mark.documented(guide("alternate-cni-plugins"))
def test_another_network_plugin_is_as_good(bare: Ground) -> None:
    bare.tenant.post("cni", {"account": bare.tenant.account, "region": "us-east-1", "cluster": "one"})
    bare.tenant.advance(60)
    assert bare.nodegroup()["status"] == "ACTIVE"


@pytest.mark.documented(_ISSUE)
def test_public_subnets_must_give_addresses(occupied: Ground) -> None:
    subnet = occupied.network.public[0]
    occupied.tenant.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": False})
    occupied.create_nodegroup(subnets=occupied.network.public)
    occupied.tenant.advance(300)
    (issue,) = occupied.nodegroup()["health"]["issues"]
    assert (issue["code"], issue["resourceIds"]) == ("Ec2SubnetInvalidConfiguration", [subnet])


@pytest.mark.documented(guide("managed-node-groups"))
def test_public_subnets_that_give_addresses_will_do(occupied: Ground) -> None:
    assert occupied.active_nodegroup(subnets=occupied.network.public)["health"] == {"issues": []}


@pytest.mark.documented(_ISSUE)
def test_a_subnet_can_be_gone_before_the_nodes_come(occupied: Ground) -> None:
    ec2 = occupied.tenant.ec2
    made = ec2.create_subnet(VpcId=occupied.network.vpc, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
    occupied.create_nodegroup(subnets=[made])
    ec2.delete_subnet(SubnetId=made)
    occupied.tenant.advance(300)
    assert occupied.nodegroup()["status"] == "CREATE_FAILED"
    assert _codes(occupied) == ["AsgInstanceLaunchFailures"]


@pytest.mark.documented(_ISSUE)
def test_a_subnet_may_have_too_few_addresses(occupied: Ground) -> None:
    ec2, vpc = occupied.tenant.ec2, occupied.network.vpc
    small = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.9.0/28")["Subnet"]["SubnetId"]
    ec2.associate_route_table(RouteTableId=occupied.network.private_table, SubnetId=small)
    sizes = {"minSize": 1, "maxSize": 20, "desiredSize": 20}
    occupied.create_nodegroup(subnets=[small], scalingConfig=sizes)
    occupied.tenant.advance(1600)
    assert occupied.nodegroup()["status"] == "CREATE_FAILED"
    assert _codes(occupied) == ["InsufficientFreeAddresses"]


@pytest.mark.documented(_ISSUE)
def test_without_capacity_no_instance_is_launched(occupied: Ground) -> None:
    fault = {"kind": "capacity", "account": occupied.tenant.account, "for": 2000}
    occupied.tenant.post("faults", fault)
    occupied.create_nodegroup()
    occupied.tenant.advance(1600)
    assert occupied.nodegroup()["status"] == "CREATE_FAILED"
    assert _codes(occupied) == ["AsgInstanceLaunchFailures"]


def _lose_group(ground: Ground) -> None:
    (named,) = ground.nodegroup()["resources"]["autoScalingGroups"]
    scaling = ground.tenant.client("autoscaling")
    scaling.delete_auto_scaling_group(AutoScalingGroupName=named["name"], ForceDelete=True)


def _lose_template(ground: Ground) -> None:
    (found,) = ground.tenant.ec2.describe_launch_templates()["LaunchTemplates"]
    ground.tenant.ec2.delete_launch_template(LaunchTemplateId=found["LaunchTemplateId"])


def _lose_profile(ground: Ground) -> None:
    (found,) = ground.tenant.iam.list_instance_profiles()["InstanceProfiles"]
    name = found["InstanceProfileName"]
    ground.tenant.iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName="node")
    ground.tenant.iam.delete_instance_profile(InstanceProfileName=name)


@pytest.mark.parametrize(
    ("lose", "code"),
    [
        pytest.param(_lose_group, "AutoScalingGroupNotFound", id="its Auto Scaling group"),
        pytest.param(_lose_template, "Ec2LaunchTemplateNotFound", id="its launch template"),
        pytest.param(_lose_profile, "IamInstanceProfileNotFound", id="its instance profile"),
    ],
)
@pytest.mark.documented(_ISSUE)
def test_a_node_group_that_misses_something_is_degraded(occupied: Ground, lose: Any, code: str) -> None:
    occupied.active_nodegroup()
    lose(occupied)
    assert occupied.nodegroup()["status"] == "DEGRADED"
    assert _codes(occupied) == [code]


@pytest.mark.documented(_ISSUE)
def test_a_node_group_that_misses_its_role_is_degraded(occupied: Ground) -> None:
    occupied.active_nodegroup()
    (found,) = occupied.tenant.iam.list_instance_profiles()["InstanceProfiles"]
    occupied.tenant.iam.remove_role_from_instance_profile(
        InstanceProfileName=found["InstanceProfileName"], RoleName="node"
    )
    occupied.tenant.iam.delete_role(RoleName="node")
    assert "IamNodeRoleNotFound" in _codes(occupied)


@pytest.mark.documented(api("DeleteCluster"))
def test_a_failed_node_group_holds_its_cluster(occupied: Ground) -> None:
    _cut_off(occupied)
    occupied.create_nodegroup()
    occupied.tenant.advance(1600)
    with refused("ResourceInUseException"):
        occupied.eks.delete_cluster(name="one")
