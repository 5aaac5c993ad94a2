"""Managed node groups and what they make in EC2 and Auto Scaling."""

from collections.abc import Callable
from typing import Any

import pytest

from .eks_ground import Ground, with_cluster
from .pages import api, guide
from .tenant import Tenant, refused

_GROUPS = guide("managed-node-groups")
_TEMPLATES = guide("launch-templates")
_INVENTED_BY_MOTO = "nodegroup -> ASG / EC2 instances"
_TAGS = [{"Key": "team", "Value": "a"}]
_DATA: dict[str, Any] = {
    "InstanceType": "m6i.large",
    "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 60}}],
    "TagSpecifications": [
        {"ResourceType": "instance", "Tags": _TAGS},
        {"ResourceType": "volume", "Tags": _TAGS},
    ],
}


@pytest.fixture(scope="module")
def settled(tenants: Callable[[], Tenant]) -> Ground:
    """An ACTIVE node group ng of two from a launch template, for tests that only look."""
    ground = with_cluster(tenants())
    template = ground.template(**_DATA)
    ground.active_nodegroup(launchTemplate={"id": template}, tags={"x": "y"})
    return ground


def _scaling_group(ground: Ground, name: str = "ng") -> Any:
    (named,) = ground.nodegroup(name)["resources"]["autoScalingGroups"]
    scaling = ground.tenant.client("autoscaling")
    found = scaling.describe_auto_scaling_groups(AutoScalingGroupNames=[named["name"]])
    return found["AutoScalingGroups"][0]


def _tags(one: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in one["Tags"]}


@pytest.mark.documented(api("Nodegroup"))
def test_instances_are_there_before_the_node_group_is_active(occupied: Ground) -> None:
    occupied.create_nodegroup()
    assert occupied.instances() == []
    occupied.tenant.advance(70)
    assert len(occupied.instances()) == 2
    assert occupied.nodegroup()["status"] == "CREATING"


@pytest.mark.documented(_GROUPS, row=_INVENTED_BY_MOTO)
def test_there_is_an_auto_scaling_group(settled: Ground) -> None:
    group = _scaling_group(settled)
    assert group["AutoScalingGroupName"].startswith("eks-ng-")
    assert (group["MinSize"], group["MaxSize"], group["DesiredCapacity"]) == (1, 4, 2)


@pytest.mark.documented(_GROUPS, row=_INVENTED_BY_MOTO)
def test_its_instances_are_known_to_ec2(settled: Ground) -> None:
    listed = {one["InstanceId"] for one in _scaling_group(settled)["Instances"]}
    assert listed == {one["InstanceId"] for one in settled.instances()}
    assert len(listed) == 2


@pytest.mark.documented(_GROUPS)
def test_its_instances_span_all_subnets(settled: Ground) -> None:
    assert {one["SubnetId"] for one in settled.instances()} == set(settled.network.private)


@pytest.mark.documented(_GROUPS)
def test_it_is_tagged_for_the_cluster_autoscaler(settled: Ground) -> None:
    tags = _tags(_scaling_group(settled))
    assert tags["k8s.io/cluster-autoscaler/enabled"] == "true"
    assert tags["k8s.io/cluster-autoscaler/one"] == "owned"


@pytest.mark.documented(_TEMPLATES, row=_INVENTED_BY_MOTO)
def test_instances_have_the_type_of_the_template(settled: Ground) -> None:
    assert {one["InstanceType"] for one in settled.instances()} == {"m6i.large"}


@pytest.mark.documented(_TEMPLATES)
def test_instances_have_the_tags_of_the_template(settled: Ground) -> None:
    assert {_tags(one)["team"] for one in settled.instances()} == {"a"}


@pytest.mark.documented(guide("eks-using-tags"))
def test_instances_do_not_have_the_tags_of_the_node_group(settled: Ground) -> None:
    assert settled.nodegroup()["tags"] == {"x": "y"}
    assert all("x" not in _tags(one) for one in settled.instances())


@pytest.mark.documented(_TEMPLATES)
def test_volumes_have_the_tags_of_the_template(settled: Ground) -> None:
    assert [one["tags"]["team"] for one in settled.tenant.objects("volume")] == ["a", "a"]


@pytest.mark.documented(_TEMPLATES)
def test_volumes_have_the_size_of_the_template(settled: Ground) -> None:
    assert {one["Size"] for one in settled.tenant.ec2.describe_volumes()["Volumes"]} == {60}


@pytest.mark.documented(guide("launch-workers"))
def test_instances_are_tagged_as_the_clusters(settled: Ground) -> None:
    assert {_tags(one)["kubernetes.io/cluster/one"] for one in settled.instances()} == {"owned"}


@pytest.mark.documented(_TEMPLATES)
def test_instances_wear_the_cluster_security_group(settled: Ground) -> None:
    cluster_group = settled.cluster()["resourcesVpcConfig"]["clusterSecurityGroupId"]
    worn = [[group["GroupId"] for group in one["SecurityGroups"]] for one in settled.instances()]
    assert worn == [[cluster_group]] * 2


@pytest.mark.documented(_TEMPLATES)
def test_a_security_group_of_ones_own_comes_alone(occupied: Ground) -> None:
    ec2, vpc = occupied.tenant.ec2, occupied.network.vpc
    own = ec2.create_security_group(GroupName="own", Description="d", VpcId=vpc)["GroupId"]
    template = occupied.template(InstanceType="m5.large", SecurityGroupIds=[own])
    occupied.active_nodegroup(launchTemplate={"id": template})
    assert [[group["GroupId"] for group in one["SecurityGroups"]] for one in occupied.instances()] == [
        [own]
    ] * 2


@pytest.mark.documented(_TEMPLATES)
def test_eks_makes_a_template_of_its_own_from_that(settled: Ground) -> None:
    found = settled.tenant.ec2.describe_launch_templates()["LaunchTemplates"]
    assert sorted(one["LaunchTemplateName"].partition("-")[0] for one in found) == ["eks", "template"]


@pytest.mark.documented(_TEMPLATES)
def test_eks_makes_a_template_where_there_is_none(occupied: Ground) -> None:
    occupied.active_nodegroup()
    (made,) = occupied.tenant.ec2.describe_launch_templates()["LaunchTemplates"]
    assert made["LaunchTemplateName"].startswith("eks-")


@pytest.mark.documented(_GROUPS)
def test_on_demand_types_are_taken_in_their_order(occupied: Ground) -> None:
    occupied.active_nodegroup(instanceTypes=["m6i.large", "m5.large"])
    policy = _scaling_group(occupied)["MixedInstancesPolicy"]
    assert policy["InstancesDistribution"]["OnDemandAllocationStrategy"] == "prioritized"
    assert {one["InstanceType"] for one in occupied.instances()} == {"m6i.large"}


@pytest.fixture(scope="module")
def on_spot(settled: Ground) -> Ground:
    settled.active_nodegroup("cheap", capacityType="SPOT", instanceTypes=["m5.large", "m6i.large"])
    return settled


@pytest.mark.documented(_GROUPS)
def test_spot_is_allocated_by_price_and_capacity(on_spot: Ground) -> None:
    found = _scaling_group(on_spot, "cheap")["MixedInstancesPolicy"]["InstancesDistribution"]
    assert found["SpotAllocationStrategy"] == "price-capacity-optimized"
    assert found["OnDemandPercentageAboveBaseCapacity"] == 0


@pytest.mark.documented(_GROUPS)
def test_spot_instances_are_spot_instances(on_spot: Ground) -> None:
    assert {one["InstanceLifecycle"] for one in on_spot.instances("cheap")} == {"spot"}


@pytest.mark.documented(_GROUPS)
def test_spot_uses_all_its_types(on_spot: Ground) -> None:
    found = [one["InstanceType"] for one in on_spot.instances("cheap")]
    assert sorted(found) == ["m5.large", "m6i.large"]


@pytest.mark.documented(guide("using-service-linked-roles-eks-nodegroups"), row="service-linked role names")
def test_the_first_node_group_brings_its_service_role(settled: Ground) -> None:
    path = "/aws-service-role/eks-nodegroup.amazonaws.com/"
    (role,) = settled.tenant.iam.list_roles(PathPrefix=path)["Roles"]
    assert role["RoleName"] == "AWSServiceRoleForAmazonEKSNodegroup"


@pytest.mark.documented(guide("creating-access-entries"))
def test_the_role_of_the_nodes_has_an_access_entry(settled: Ground) -> None:
    found = settled.eks.describe_access_entry(clusterName="one", principalArn=settled.node_role)
    assert found["accessEntry"]["type"] == "EC2_LINUX"


@pytest.mark.documented("https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html")
def test_the_role_of_the_nodes_is_in_use(settled: Ground) -> None:
    with refused("DeleteConflict"):
        settled.tenant.iam.delete_role(RoleName="node")


@pytest.mark.documented(guide("network-reqs"))
def test_a_subnet_with_nodes_is_not_deleted(occupied: Ground) -> None:
    occupied.active_nodegroup(subnets=[occupied.network.private[0]])
    with refused("DependencyViolation"):
        occupied.tenant.ec2.delete_subnet(SubnetId=occupied.network.private[0])


@pytest.fixture
def ssh(occupied: Ground) -> Ground:
    occupied.tenant.ec2.create_key_pair(KeyName="key")
    return occupied


def _ssh_rule(ground: Ground, **more: Any) -> Any:
    ground.active_nodegroup(remoteAccess={"ec2SshKey": "key", **more})
    group_id = ground.nodegroup()["resources"]["remoteAccessSecurityGroup"]
    (group,) = ground.tenant.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    assert (rule["FromPort"], rule["ToPort"]) == (22, 22)
    return rule


@pytest.mark.documented(api("RemoteAccessConfig"))
def test_ssh_is_open_to_everybody(ssh: Ground) -> None:
    assert _ssh_rule(ssh)["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]


@pytest.mark.documented(api("RemoteAccessConfig"))
def test_ssh_is_open_to_the_groups_that_are_named(ssh: Ground) -> None:
    vpc = ssh.network.vpc
    source = ssh.tenant.ec2.create_security_group(GroupName="s", Description="d", VpcId=vpc)["GroupId"]
    rule = _ssh_rule(ssh, sourceSecurityGroups=[source])
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [source]
    assert rule["IpRanges"] == []


@pytest.mark.documented(api("RemoteAccessConfig"))
def test_nodes_have_the_key(ssh: Ground) -> None:
    _ssh_rule(ssh)
    assert {one["KeyName"] for one in ssh.instances()} == {"key"}


@pytest.mark.documented(api("NodegroupResources"))
def test_the_ssh_group_goes_with_the_node_group(ssh: Ground) -> None:
    _ssh_rule(ssh)
    ssh.eks.delete_nodegroup(clusterName="one", nodegroupName="ng")
    ssh.tenant.advance(900)
    found = ssh.tenant.ec2.describe_security_groups()["SecurityGroups"]
    assert [one["GroupName"] for one in found if "remoteAccess" in one["GroupName"]] == []


@pytest.mark.documented(api("DescribeNodegroup"))
def test_a_node_group_that_is_not_there_is_not_found(settled: Ground) -> None:
    with refused("ResourceNotFoundException", "No node group found for name: none."):
        settled.nodegroup("none")


@pytest.mark.documented(api("DeleteNodegroup"))
def test_a_node_group_is_deleting_before_it_is_gone(occupied: Ground) -> None:
    occupied.active_nodegroup()
    made = occupied.eks.delete_nodegroup(clusterName="one", nodegroupName="ng")["nodegroup"]
    assert made["status"] == "DELETING"
    assert occupied.nodegroup()["status"] == "DELETING"
    occupied.tenant.advance(900)
    with refused("ResourceNotFoundException"):
        occupied.nodegroup()


@pytest.mark.documented(guide("delete-managed-node-group"), row=_INVENTED_BY_MOTO)
def test_everything_in_ec2_goes_with_a_node_group(occupied: Ground) -> None:
    occupied.active_nodegroup()
    occupied.eks.delete_nodegroup(clusterName="one", nodegroupName="ng")
    occupied.tenant.advance(900)
    kinds = ("instance", "volume", "launch-template", "auto-scaling-group", "instance-profile")
    assert [tenant_objects for kind in kinds for tenant_objects in occupied.tenant.objects(kind)] == []


@pytest.mark.documented(_TEMPLATES)
def test_ones_own_template_outlives_the_node_group(occupied: Ground) -> None:
    template = occupied.template(InstanceType="m5.large")
    occupied.active_nodegroup(launchTemplate={"id": template})
    occupied.eks.delete_nodegroup(clusterName="one", nodegroupName="ng")
    occupied.tenant.advance(900)
    (left,) = occupied.tenant.ec2.describe_launch_templates()["LaunchTemplates"]
    assert left["LaunchTemplateId"] == template


@pytest.mark.documented(api("DeleteNodegroup"))
def test_a_node_group_that_is_not_there_is_not_deleted(settled: Ground) -> None:
    with refused("ResourceNotFoundException"):
        settled.eks.delete_nodegroup(clusterName="one", nodegroupName="none")


@pytest.mark.parametrize(
    ("ami_type", "instance_type", "name"),
    [
        pytest.param(ami_type, instance_type, name, id=ami_type)
        for ami_type, instance_type, name in (
            ("AL2023_x86_64_STANDARD", "m5.large", "amazon-eks-node-al2023-x86_64-standard-"),
            ("AL2023_ARM_64_STANDARD", "m6g.large", "amazon-eks-node-al2023-arm64-standard-"),
            ("AL2023_x86_64_NVIDIA", "g4dn.xlarge", "amazon-eks-node-al2023-x86_64-nvidia-"),
            ("BOTTLEROCKET_x86_64", "m5.large", "bottlerocket-aws-k8s-1.32-x86_64-"),
            ("BOTTLEROCKET_ARM_64", "m6g.large", "bottlerocket-aws-k8s-1.32-aarch64-"),
            ("WINDOWS_CORE_2022_x86_64", "m5.large", "Windows_Server-2022-English-Core-EKS_Optimized-1.32"),
        )
    ],
)
@pytest.mark.documented(api("Nodegroup"))
def test_instances_start_from_the_image_of_the_groups_type(
    occupied: Ground, ami_type: str, instance_type: str, name: str
) -> None:
    occupied.create_nodegroup(amiType=ami_type, instanceTypes=[instance_type])
    occupied.tenant.advance(70)
    images = [one["ImageId"] for one in occupied.instances()]
    (found,) = occupied.tenant.ec2.describe_images(ImageIds=images[:1])["Images"]
    assert found["Name"].startswith(name)
