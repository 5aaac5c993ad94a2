"""What a managed node group makes in the customer's account: a launch template, a scaling group, instances.

https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
"""

import copy
from typing import Any

from clusterwright.sandbox.ec2.images import eks_image_id
from clusterwright.sandbox.eks.account import Subnet
from clusterwright.sandbox.eks.records import Cluster, Nodegroup, Wire
from clusterwright.sandbox.eks.scene import Scene

_DEFAULT_DISK = 20

_NO_ROUTE: Wire = {
    "code": "NodeCreationFailure",
    "message": "Instances failed to join the kubernetes cluster",
}
_NO_PUBLIC_ADDRESS: Wire = {
    "code": "Ec2SubnetInvalidConfiguration",
    "message": "One or more Amazon EC2 Subnets of [{}] for node group {} does not automatically assign "
    "public IP addresses to instances launched into it. If you want your instances to be assigned a public "
    "IP address, then you need to enable auto-assign public IP address for the subnet.",
}


def launch(scene: Scene, cluster: Cluster, group: Nodegroup) -> None:
    """The template, the scaling group and its first instances, and what these will suffer from."""
    wire = group.wire
    suffix = scene.unique("nodegroup", f"{cluster.name}/{wire['nodegroupName']}")
    group.group_name = f"eks-{wire['nodegroupName']}-{suffix}"
    resources = _let_in(scene, cluster, group, str(suffix))
    data = template_data(scene, cluster, group)
    group.template_id = scene.account.make_template(f"eks-{suffix}", data, _aws_tags(cluster, group))
    tags = {
        **_aws_tags(cluster, group),
        f"kubernetes.io/cluster/{cluster.name}": "owned",
        f"k8s.io/cluster-autoscaler/{cluster.name}": "owned",
        "k8s.io/cluster-autoscaler/enabled": "true",
    }
    group.profile_name = f"eks-{suffix}"
    scene.account.make_profile(group.profile_name, wire["nodeRole"])
    refused = scene.account.make_scaling_group(
        group.group_name, _policy(group), wire["scalingConfig"], wire["subnets"], tags
    )
    wire["resources"] = {"autoScalingGroups": [{"name": group.group_name}], **resources}
    asked = data.get("NetworkInterfaces") or [{}]
    group.asks_for_address = asked[0].get("AssociatePublicIpAddress") is True
    group.boot_problem = refused or boot_problem(scene, group)
    group.booted_at = scene.now


def _let_in(scene: Scene, cluster: Cluster, group: Nodegroup, suffix: str) -> Wire:
    """The group through which whoever may use SSH comes: those named, else everybody.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteAccessConfig.html
    """
    access = group.wire["remoteAccess"] or {}
    if not access.get("ec2SshKey"):
        return {}
    vpc = cluster.wire["resourcesVpcConfig"]["vpcId"]
    named = f"eks-remoteAccess-{suffix}"
    tags = _aws_tags(cluster, group)
    group.ssh_group = scene.account.make_ssh_group(named, vpc, access.get("sourceSecurityGroups"), tags)
    return {"remoteAccessSecurityGroup": group.ssh_group}


def boot_problem(scene: Scene, group: Nodegroup) -> Wire | None:
    """Nodes need a way out, to fetch their images and to find their cluster, at the moment they boot."""
    subnets = [scene.account.subnet(subnet_id) for subnet_id in group.wire["subnets"]]
    present = [subnet for subnet in subnets if subnet is not None]
    routes = {subnet.id: scene.account.default_route(subnet) for subnet in present}
    unaddressed = [one.id for one in present if routes[one.id] == "igw" and not _has_address(one, group)]
    if unaddressed:
        message = _NO_PUBLIC_ADDRESS["message"].format(", ".join(unaddressed), group.wire["nodegroupName"])
        return {**_NO_PUBLIC_ADDRESS, "message": message, "resourceIds": unaddressed}
    if len(present) < len(subnets) or not all(routes.values()):
        return dict(_NO_ROUTE)
    return None


def _has_address(subnet: Subnet, group: Nodegroup) -> bool:
    return subnet.gives_public_ip or group.asks_for_address


def failed_to_join(scene: Scene, group: Nodegroup) -> Wire:
    return {**_NO_ROUTE, "resourceIds": scene.account.instances_of(group.group_name)}


def template_data(scene: Scene, cluster: Cluster, group: Nodegroup) -> Wire:
    """The user's template with what EKS adds to it, as EKS's own template for the group."""
    wire = group.wire
    spec = wire.get("launchTemplate")
    found = scene.account.template(spec) if spec else None
    data: Wire = copy.deepcopy(found[3]) if found else {}
    data.setdefault("InstanceType", wire["instanceTypes"][0] if wire["instanceTypes"] else "t3.medium")
    if "ImageId" not in data:
        data["ImageId"] = eks_image_id(scene.region.name, wire["version"], wire["amiType"])
    cluster_group = cluster.wire["resourcesVpcConfig"]["clusterSecurityGroupId"]
    if not data.get("NetworkInterfaces"):
        data.setdefault("SecurityGroupIds", [cluster_group])
    if wire.get("remoteAccess") and wire["remoteAccess"].get("ec2SshKey"):
        data["KeyName"] = wire["remoteAccess"]["ec2SshKey"]
        data["SecurityGroupIds"] = [*data.get("SecurityGroupIds", []), group.ssh_group]
    if not data.get("BlockDeviceMappings"):
        ebs = {"VolumeSize": wire.get("diskSize") or _DEFAULT_DISK, "VolumeType": "gp3"}
        data["BlockDeviceMappings"] = [
            {"DeviceName": "/dev/xvda", "Ebs": {**ebs, "DeleteOnTermination": True}}
        ]
    data["TagSpecifications"] = _tag_specifications(cluster, group, data.get("TagSpecifications", []))
    return data


def _tag_specifications(cluster: Cluster, group: Nodegroup, given: list[Wire]) -> list[Wire]:
    """The template's own tags per kind; instances and volumes get those of EKS as well."""
    merged: dict[str, dict[str, str]] = {"instance": {}, "volume": {}}
    for spec in given:
        tags = {tag["Key"]: tag["Value"] for tag in spec.get("Tags", [])}
        merged.setdefault(spec["ResourceType"], {}).update(tags)
    own = _aws_tags(cluster, group)
    merged["instance"].update(own, **{f"kubernetes.io/cluster/{cluster.name}": "owned"})
    merged["volume"].update(own)
    return [
        {"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}
        for kind, tags in merged.items()
    ]


def _aws_tags(cluster: Cluster, group: Nodegroup) -> dict[str, str]:
    return {"eks:cluster-name": cluster.name, "eks:nodegroup-name": group.wire["nodegroupName"]}


def _policy(group: Nodegroup) -> Wire:
    """https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html#managed-node-group-capacity-types"""
    spot = group.wire["capacityType"] == "SPOT"
    types: list[Any] = group.wire["instanceTypes"]
    return {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": group.template_id, "Version": "$Default"},
            "Overrides": [{"InstanceType": one} for one in types],
        },
        "InstancesDistribution": {
            "OnDemandAllocationStrategy": "prioritized",
            "OnDemandBaseCapacity": 0,
            "OnDemandPercentageAboveBaseCapacity": 0 if spot else 100,
            "SpotAllocationStrategy": "price-capacity-optimized",
        },
    }
