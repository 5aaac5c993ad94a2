"""EC2: which resources an action is about, and tags given at creation.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
Actions that are not in the table, nearly all that describe among them, are about `*`.
"""

import re
from collections.abc import Iterator

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.iam import keys_ec2
from clusterwright.sandbox.iam.checks import (
    ANY,
    Check,
    World,
    arn,
    members,
    numbered,
    pairs,
    pass_role,
    request_tags,
)

_KINDS = {
    "acl": "network-acl",
    "ami": "image",
    "dopt": "dhcp-options",
    "eigw": "egress-only-internet-gateway",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "i": "instance",
    "igw": "internet-gateway",
    "key": "key-pair",
    "lt": "launch-template",
    "nat": "natgateway",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
_ID = re.compile(rf"({'|'.join(sorted(_KINDS, key=len, reverse=True))})-[0-9a-z]+")

# What is new, then the parameters that name what it needs. Optional parameters count when given.
_ABOUT: dict[str, tuple[str, ...]] = {
    "AllocateAddress": ("+elastic-ip",),
    "AssociateAddress": ("AllocationId", "InstanceId", "NetworkInterfaceId"),
    "AssociateVpcCidrBlock": ("VpcId",),
    "AssociateRouteTable": ("RouteTableId", "SubnetId", "GatewayId"),
    "AttachInternetGateway": ("InternetGatewayId", "VpcId"),
    "AttachVolume": ("VolumeId", "InstanceId"),
    "AuthorizeSecurityGroupEgress": ("GroupId",),
    "AuthorizeSecurityGroupIngress": ("GroupId",),
    "AttachNetworkInterface": ("NetworkInterfaceId", "InstanceId"),
    "CreateKeyPair": ("+key-pair",),
    "CreateSnapshot": ("+snapshot", "VolumeId"),
    "CreateVpcEndpoint": ("+vpc-endpoint", "VpcId", "SubnetId.*", "SecurityGroupId.*", "RouteTableId.*"),
    "CreateInternetGateway": ("+internet-gateway",),
    "CreateLaunchTemplate": ("+launch-template",),
    "CreateLaunchTemplateVersion": ("LaunchTemplateId",),
    "CreateNatGateway": ("+natgateway", "AllocationId", "SubnetId"),
    "CreateNetworkInterface": ("+network-interface", "SubnetId", "SecurityGroupId.*"),
    "CreateRoute": ("RouteTableId",),
    "CreateRouteTable": ("+route-table", "VpcId"),
    "CreateSecurityGroup": ("+security-group", "VpcId"),
    "CreateSubnet": ("+subnet", "VpcId"),
    "CreateTags": ("ResourceId.*",),
    "CreateVolume": ("+volume", "SnapshotId"),
    "CreateVpc": ("+vpc",),
    "DeleteInternetGateway": ("InternetGatewayId",),
    "DeleteLaunchTemplate": ("LaunchTemplateId",),
    "DeleteLaunchTemplateVersions": ("LaunchTemplateId",),
    "DeleteNatGateway": ("NatGatewayId",),
    "DeleteNetworkInterface": ("NetworkInterfaceId",),
    "DeleteRoute": ("RouteTableId",),
    "DeleteRouteTable": ("RouteTableId",),
    "DeleteSecurityGroup": ("GroupId",),
    "DeleteSnapshot": ("SnapshotId",),
    "DeleteVpcEndpoints": ("VpcEndpointId.*",),
    "DeleteSubnet": ("SubnetId",),
    "DeleteTags": ("ResourceId.*",),
    "DeleteVolume": ("VolumeId",),
    "DeleteVpc": ("VpcId",),
    "DescribeVpcAttribute": ("VpcId",),
    "DetachInternetGateway": ("InternetGatewayId", "VpcId"),
    "DetachVolume": ("VolumeId", "InstanceId"),
    "ModifyInstanceAttribute": ("InstanceId",),
    "ModifyNetworkInterfaceAttribute": ("NetworkInterfaceId",),
    "ModifySubnetAttribute": ("SubnetId",),
    "ModifyVolume": ("VolumeId",),
    "ModifyVpcAttribute": ("VpcId",),
    "ReleaseAddress": ("AllocationId",),
    "ReplaceRoute": ("RouteTableId",),
    "RevokeSecurityGroupEgress": ("GroupId",),
    "RevokeSecurityGroupIngress": ("GroupId",),
    "RunInstances": (
        "+instance",
        "+network-interface",
        "+volume",
        "ImageId",
        "SubnetId",
        "SecurityGroupId.*",
        "LaunchTemplate.LaunchTemplateId",
    ),
    "StartInstances": ("InstanceId.*",),
    "StopInstances": ("InstanceId.*",),
    "TerminateInstances": ("InstanceId.*",),
}
_NAMED = {"LaunchTemplateId": "launch-template"}


def checks(call: Call, world: World) -> Iterator[Check]:
    asked = _tags_of(call)
    context = request_tags({key: value for tags in asked.values() for key, value in tags.items()})
    for resource in _resources(call, world) or [ANY]:
        kind = resource.rpartition(":")[2].removesuffix("/*")
        made = keys_ec2.made(call, kind) if resource.endswith("/*") else {}
        yield Check(f"ec2:{call.action}", resource, {**context, **made, "ec2:region": (call.region,)})
    for kind, tags in asked.items():
        creating = {"ec2:createaction": (call.action,)}
        if call.action not in ("CreateTags", "DeleteTags"):
            yield Check("ec2:CreateTags", arn(call, "ec2", f"{kind}/*"), {**request_tags(tags), **creating})
    profile = call.params.get("IamInstanceProfile.Arn") if call.action == "RunInstances" else None
    if profile:
        role = str(profile).replace(":instance-profile/", ":role/")
        yield pass_role(role, "ec2.amazonaws.com", arn(call, "ec2", "instance/*"))


def arn_of(call: Call, identifier: str) -> str | None:
    """Images and snapshots have no account, as far as ARNs go."""
    found = _ID.fullmatch(identifier)
    if found is None:
        return None
    kind = _KINDS[found.group(1)]
    if kind in ("image", "snapshot"):
        return f"arn:{call.partition}:ec2:{call.region}::{kind}/{identifier}"
    return arn(call, "ec2", f"{kind}/{identifier}")


def _tags_of(call: Call) -> dict[str, dict[str, str]]:
    """By the kind of thing that they are for; those of CreateTags are for no kind in particular."""
    if call.action in ("CreateTags", "DeleteTags"):
        tags = pairs(numbered(call.params, "Tag"))
        return {"": tags} if tags else {}
    found: dict[str, dict[str, str]] = {}
    for one in numbered(call.params, "TagSpecification"):
        found.setdefault(one.get("ResourceType", ""), {}).update(pairs(numbered(one, "Tag")))
    return {kind: tags for kind, tags in found.items() if tags}


def _resources(call: Call, world: World) -> list[str]:
    found: list[str] = []
    association = call.params.get("AssociationId")
    if association and call.action.startswith("Disassociate"):
        found += [_existing(call, "", one) for one in world.associated(call, str(association))]
    for about in _ABOUT.get(call.action, ()):
        if about.startswith("+"):
            found.append(arn(call, "ec2", f"{about[1:]}/*"))
        else:
            found += [_existing(call, about, value) for value in _values(call, about)]
    return found


def _values(call: Call, name: str) -> list[str]:
    if name.endswith(".*"):
        return members(call.params, name.removesuffix(".*"))
    value = call.params.get(name)
    return [str(value)] if value else []


def _existing(call: Call, name: str, identifier: str) -> str:
    known = arn_of(call, identifier)
    if known is None and name in _NAMED:
        known = arn(call, "ec2", f"{_NAMED[name]}/{identifier}")
    return known or ANY
