"""Security groups and their rules, interfaces, key pairs, tags."""

from typing import Any

import pytest

from .tenant import Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"


def _vpc(tenant: Tenant) -> str:
    tags = [{"Key": "owner", "Value": "us"}, {"Key": "Name", "Value": "x"}]
    spec = [{"ResourceType": "vpc", "Tags": tags}]
    return str(tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=spec)["Vpc"]["VpcId"])


def _subnet(tenant: Tenant) -> str:
    made = tenant.ec2.create_subnet(VpcId=_vpc(tenant), CidrBlock="10.0.0.0/24")
    return str(made["Subnet"]["SubnetId"])


def _group(tenant: Tenant) -> str:
    made = tenant.ec2.create_security_group(GroupName="g", Description="d", VpcId=_vpc(tenant))
    return str(made["GroupId"])


# Security groups


@pytest.mark.documented(_ERRORS)
def test_groups_of_a_vpc_have_names_of_their_own(tenant: Tenant) -> None:
    vpc = _vpc(tenant)
    given = {"GroupName": "g", "Description": "d", "VpcId": vpc}
    tenant.ec2.create_security_group(**given)
    with refused("InvalidGroup.Duplicate"):
        tenant.ec2.create_security_group(**given)


_RULE: dict[str, Any] = {
    "IpProtocol": "tcp",
    "FromPort": 443,
    "ToPort": 443,
    "IpRanges": [{"CidrIp": "10.0.0.0/8"}],
}


@pytest.mark.documented(_ERRORS)
def test_a_rule_is_not_given_twice(tenant: Tenant) -> None:
    group = _group(tenant)
    tenant.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_RULE])
    with refused("InvalidPermission.Duplicate"):
        tenant.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_RULE])


@pytest.mark.documented(_ERRORS)
def test_a_rule_that_is_not_there_is_not_revoked(tenant: Tenant) -> None:
    with refused("InvalidPermission.NotFound"):
        tenant.ec2.revoke_security_group_ingress(GroupId=_group(tenant), IpPermissions=[_RULE])


@pytest.mark.documented(_API.format("CreateSecurityGroup"))
def test_a_new_group_lets_everything_out_and_nothing_in(tenant: Tenant) -> None:
    (group,) = tenant.ec2.describe_security_groups(GroupIds=[_group(tenant)])["SecurityGroups"]
    assert group["IpPermissions"] == []
    (rule,) = group["IpPermissionsEgress"]
    assert (rule["IpProtocol"], rule["IpRanges"]) == ("-1", [{"CidrIp": "0.0.0.0/0"}])


@pytest.mark.documented(_ERRORS)
def test_an_unknown_group_is_not_found(reader: Tenant) -> None:
    with refused("InvalidGroup.NotFound"):
        reader.ec2.describe_security_groups(GroupIds=["sg-00000000000000000"])


# Interfaces


@pytest.mark.documented(_API.format("CreateNetworkInterface"))
def test_a_new_interface_is_available_in_the_default_group(tenant: Tenant) -> None:
    made = tenant.ec2.create_network_interface(SubnetId=_subnet(tenant))["NetworkInterface"]
    (eni,) = tenant.ec2.describe_network_interfaces(NetworkInterfaceIds=[made["NetworkInterfaceId"]])[
        "NetworkInterfaces"
    ]
    assert (eni["Status"], [one["GroupName"] for one in eni["Groups"]]) == ("available", ["default"])


@pytest.mark.documented(_API.format("DescribeNetworkInterfaces"))
def test_interfaces_are_found_by_status_and_description(tenant: Tenant) -> None:
    subnet = _subnet(tenant)
    made = [
        tenant.ec2.create_network_interface(SubnetId=subnet, Description=name)["NetworkInterface"]
        for name in ("aws-K8S-i-1", "mine")
    ]
    wanted = [
        {"Name": "status", "Values": ["available"]},
        {"Name": "description", "Values": ["aws-K8S-*"]},
    ]
    found = tenant.ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]
    assert [one["NetworkInterfaceId"] for one in found] == [made[0]["NetworkInterfaceId"]]


# Key pairs


@pytest.mark.documented(_ERRORS)
def test_key_pairs_have_names_of_their_own(tenant: Tenant) -> None:
    tenant.ec2.create_key_pair(KeyName="k")
    with refused("InvalidKeyPair.Duplicate"):
        tenant.ec2.create_key_pair(KeyName="k")


@pytest.mark.documented(_API.format("CreateTags"))
def test_tags_are_added_and_taken_off(tenant: Tenant) -> None:
    vpc = _vpc(tenant)
    tenant.ec2.create_tags(Resources=[vpc], Tags=[{"Key": "later", "Value": "1"}])
    tenant.ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "owner"}])
    (found,) = tenant.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]
    assert {one["Key"] for one in found["Tags"]} == {"Name", "later"}
