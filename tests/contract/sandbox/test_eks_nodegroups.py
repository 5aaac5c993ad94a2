"""Managed node groups and the instances behind them.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html
"""

from typing import Any, NamedTuple

import pytest

from .tenant import Network, Tenant, refused


class Setting(NamedTuple):
    tenant: Tenant
    network: Network
    node_role: str

    def create(self, name: str = "ng", **more: Any) -> Any:
        given = {
            "clusterName": "one",
            "nodegroupName": name,
            "nodeRole": self.node_role,
            "subnets": self.network.private,
            "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 2},
            **more,
        }
        return self.tenant.eks.create_nodegroup(**given)["nodegroup"]

    def describe(self, name: str = "ng") -> Any:
        return self.tenant.eks.describe_nodegroup(clusterName="one", nodegroupName=name)["nodegroup"]

    def instances(self) -> list[Any]:
        wanted = [
            {"Name": "tag:eks:nodegroup-name", "Values": ["ng"]},
            {"Name": "instance-state-name", "Values": ["running"]},
        ]
        found = self.tenant.ec2.describe_instances(Filters=wanted)["Reservations"]
        return [one for reservation in found for one in reservation["Instances"]]


@pytest.fixture
def setting(tenant: Tenant) -> Setting:
    """An ACTIVE cluster at 1.32 with a way out of its private subnets."""
    network = tenant.network()
    network.add_nat()
    cluster_role, node_role, _ = tenant.roles()
    tenant.cluster(network, cluster_role, version="1.32")
    return Setting(tenant, network, node_role)


def test_what_create_refuses(setting: Setting) -> None:
    tenant = setting.tenant
    with refused("ResourceNotFoundException", "No cluster found for name: two."):
        setting.create(clusterName="two")
    with refused("InvalidParameterException", "desired capacity 5 can't be greater than max size 4"):
        setting.create(scalingConfig={"minSize": 1, "maxSize": 4, "desiredSize": 5})
    with refused("InvalidParameterException"):
        setting.create(scalingConfig={"minSize": 3, "maxSize": 2, "desiredSize": 2})
    with refused("InvalidParameterException", "instance types do not exist"):
        setting.create(instanceTypes=["nonsense"])
    with refused("InvalidParameterException", "newer than cluster version"):
        setting.create(version="1.33")
    with refused("InvalidParameterException", "the trusted entity is not correct"):
        setting.create(nodeRole=f"arn:aws:iam::{tenant.account}:role/cluster")
    with refused("InvalidParameterException", "subnet-00000000"):
        setting.create(subnets=["subnet-00000000"])
    with refused("InvalidParameterException", "key pair"):
        setting.create(remoteAccess={"ec2SshKey": "none"})
    template = tenant.ec2.create_launch_template(
        LaunchTemplateName="t", LaunchTemplateData={"InstanceType": "m5.large"}
    )["LaunchTemplate"]["LaunchTemplateId"]
    with refused("InvalidParameterException", "Disk size must be specified within the launch template"):
        setting.create(launchTemplate={"id": template}, diskSize=50)
    with refused("InvalidParameterException", "Instance types"):
        setting.create(launchTemplate={"id": template}, instanceTypes=["m5.large"])
    with refused("InvalidParameterException", "launch template does not exist"):
        setting.create(launchTemplate={"id": "lt-00000000000000000"})
    setting.create()
    with refused("ResourceInUseException", "NodeGroup already exists with name ng and cluster name one"):
        setting.create()


def test_not_while_the_cluster_is_being_made(setting: Setting) -> None:
    role = f"arn:aws:iam::{setting.tenant.account}:role/cluster"
    config = {"subnetIds": setting.network.private}
    setting.tenant.eks.create_cluster(name="two", roleArn=role, resourcesVpcConfig=config)
    with refused("InvalidRequestException", "is not in ACTIVE status"):
        setting.create(clusterName="two")


def test_instances_come_before_active_and_carry_all_tags(setting: Setting) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html"""
    tenant = setting.tenant
    tags = [{"Key": "team", "Value": "a"}]
    data = {
        "InstanceType": "m6i.large",
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 60}}],
        "TagSpecifications": [
            {"ResourceType": "instance", "Tags": tags},
            {"ResourceType": "volume", "Tags": tags},
        ],
    }
    made = tenant.ec2.create_launch_template(LaunchTemplateName="t", LaunchTemplateData=data)
    template = made["LaunchTemplate"]["LaunchTemplateId"]
    group = setting.create(launchTemplate={"id": template, "version": "1"}, tags={"x": "y"})
    assert (group["status"], group["launchTemplate"]["name"]) == ("CREATING", "t")
    tenant.advance(70)
    assert setting.describe()["status"] == "CREATING"
    instances = setting.instances()
    assert {one["SubnetId"] for one in instances} == set(setting.network.private)
    assert {one["InstanceType"] for one in instances} == {"m6i.large"}
    cluster = tenant.eks.describe_cluster(name="one")["cluster"]
    for one in instances:
        found = {tag["Key"]: tag["Value"] for tag in one["Tags"]}
        assert found["team"] == "a"
        assert found["eks:cluster-name"] == "one"
        assert found["kubernetes.io/cluster/one"] == "owned"
        groups = [group["GroupId"] for group in one["SecurityGroups"]]
        assert groups == [cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]]
    volumes = tenant.objects("volume")
    assert [one["tags"]["team"] for one in volumes] == ["a", "a"]
    sizes = {one["Size"] for one in tenant.ec2.describe_volumes()["Volumes"]}
    assert sizes == {60}
    tenant.advance(200)
    group = setting.describe()
    assert group["status"] == "ACTIVE"
    name = group["resources"]["autoScalingGroups"][0]["name"]
    assert name.startswith("eks-ng-")
    scaling = tenant.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    assert len(scaling["AutoScalingGroups"][0]["Instances"]) == 2
    templates = tenant.ec2.describe_launch_templates()["LaunchTemplates"]
    assert sorted(one["LaunchTemplateName"][:4] for one in templates) == ["eks-", "t"]


def test_spot_uses_all_its_types(setting: Setting) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html (capacity types)"""
    types = ["m5.large", "m6i.large"]
    setting.create(capacityType="SPOT", instanceTypes=types)
    setting.tenant.advance(300)
    assert setting.describe()["capacityType"] == "SPOT"
    instances = setting.instances()
    assert sorted(one["InstanceType"] for one in instances) == types
    assert {one["InstanceLifecycle"] for one in instances} == {"spot"}


def test_scaling_changes_the_instances(setting: Setting) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupConfig.html"""
    tenant = setting.tenant
    setting.create(labels={"a": "b"})
    tenant.advance(300)
    for desired in (4, 1):
        update = tenant.eks.update_nodegroup_config(
            clusterName="one",
            nodegroupName="ng",
            scalingConfig={"minSize": 1, "maxSize": 4, "desiredSize": desired},
            labels={"addOrUpdateLabels": {"c": "d"}},
        )["update"]
        assert (update["status"], setting.describe()["status"]) == ("InProgress", "UPDATING")
        with refused("ResourceInUseException"):
            tenant.eks.update_nodegroup_config(
                clusterName="one", nodegroupName="ng", labels={"removeLabels": ["a"]}
            )
        tenant.advance(200)
        assert len(setting.instances()) == desired
        found = tenant.eks.describe_update(name="one", nodegroupName="ng", updateId=update["id"])["update"]
        assert found["status"] == "Successful"
    assert setting.describe()["labels"] == {"a": "b", "c": "d"}
    with refused("InvalidParameterException"):
        tenant.eks.update_nodegroup_config(
            clusterName="one", nodegroupName="ng", scalingConfig={"desiredSize": 9}
        )


def test_a_version_update_replaces_the_instances(setting: Setting) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html"""
    tenant = setting.tenant
    setting.create(version="1.31")
    tenant.advance(300)
    before = {one["InstanceId"] for one in setting.instances()}
    tenant.eks.update_nodegroup_version(clusterName="one", nodegroupName="ng")
    tenant.advance(1200)
    group = setting.describe()
    assert (group["status"], group["version"]) == ("ACTIVE", "1.32")
    after = {one["InstanceId"] for one in setting.instances()}
    assert len(after) == 2
    assert not before & after


def test_nodes_without_a_way_out_never_join(setting: Setting) -> None:
    """NodeCreationFailure: https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html"""
    tenant = setting.tenant
    tenant.ec2.delete_route(RouteTableId=setting.network.private_table, DestinationCidrBlock="0.0.0.0/0")
    setting.create()
    tenant.advance(800)
    assert setting.describe()["status"] == "CREATING"
    tenant.advance(800)
    group = setting.describe()
    assert group["status"] == "CREATE_FAILED"
    (issue,) = group["health"]["issues"]
    assert issue["code"] == "NodeCreationFailure"
    assert len(issue["resourceIds"]) == 2
    with refused("ResourceInUseException"):
        tenant.eks.delete_cluster(name="one")
    tenant.eks.delete_nodegroup(clusterName="one", nodegroupName="ng")
    tenant.advance(900)
    assert tenant.objects("instance") + tenant.objects("launch-template") == []


def test_nodes_wait_for_a_network_plugin(setting: Setting) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/troubleshooting.html (instances failed to join)"""
    tenant = setting.tenant
    role = f"arn:aws:iam::{tenant.account}:role/cluster"
    for name in ("bare", "late", "other"):
        tenant.cluster(setting.network, role, name, bootstrapSelfManagedAddons=False)
    for name in ("bare", "late", "other"):
        setting.create(clusterName=name)
    tenant.advance(400)
    tenant.eks.create_addon(clusterName="late", addonName="vpc-cni")
    tenant.post("cni", {"account": tenant.account, "region": "us-east-1", "cluster": "other"})
    tenant.advance(60)
    eks = tenant.eks
    states = {
        name: eks.describe_nodegroup(clusterName=name, nodegroupName="ng")["nodegroup"]["status"]
        for name in ("bare", "late", "other")
    }
    assert states == {"bare": "CREATING", "late": "ACTIVE", "other": "ACTIVE"}
    tenant.advance(1200)
    bare = eks.describe_nodegroup(clusterName="bare", nodegroupName="ng")["nodegroup"]
    assert (bare["status"], bare["health"]["issues"][0]["code"]) == ("CREATE_FAILED", "NodeCreationFailure")


def test_public_subnets_must_give_addresses(setting: Setting) -> None:
    """Ec2SubnetInvalidConfiguration: https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html"""
    tenant = setting.tenant
    subnet = setting.network.public[0]
    tenant.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": False})
    setting.create(subnets=setting.network.public)
    tenant.advance(300)
    group = setting.describe()
    assert group["status"] == "CREATE_FAILED"
    assert group["health"]["issues"][0]["code"] == "Ec2SubnetInvalidConfiguration"


def test_the_nodes_role_is_in_use(setting: Setting) -> None:
    """DeleteConflict: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"""
    tenant = setting.tenant
    setting.create()
    tenant.advance(300)
    with refused("DeleteConflict"):
        tenant.iam.delete_role(RoleName="node")
    tenant.eks.delete_nodegroup(clusterName="one", nodegroupName="ng")
    tenant.advance(900)
    assert tenant.objects("instance-profile") == []
    tenant.iam.delete_role(RoleName="node")


def test_a_subnet_can_be_gone_before_the_nodes_come(setting: Setting) -> None:
    tenant = setting.tenant
    made = tenant.ec2.create_subnet(VpcId=setting.network.vpc, CidrBlock="10.0.9.0/24")["Subnet"]["SubnetId"]
    setting.create(subnets=[made])
    tenant.ec2.delete_subnet(SubnetId=made)
    tenant.advance(300)
    group = setting.describe()
    assert group["status"] == "CREATE_FAILED"
    assert group["health"]["issues"][0]["code"] == "AsgInstanceLaunchFailures"


def test_deletion_takes_a_while_and_everything(setting: Setting) -> None:
    tenant = setting.tenant
    setting.create()
    tenant.advance(300)
    tenant.eks.delete_nodegroup(clusterName="one", nodegroupName="ng")
    assert setting.describe()["status"] == "DELETING"
    tenant.advance(900)
    with refused("ResourceNotFoundException", "No node group found for name: ng."):
        setting.describe()
    kinds = ("instance", "volume", "launch-template", "auto-scaling-group")
    assert [tenant.objects(kind) for kind in kinds] == [[], [], [], []]
