"""The door itself: identities, external ids, errors, budgets."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from clusterwright.aws.credentials import AccessKey, AssumedRole
from clusterwright.aws.gateway import Gateways
from clusterwright.aws.limits import Limits
from clusterwright.errors import Denied, NotFound, Rejected, Throttled, Unreachable

from .world import World, new_gateways

EXTERNAL_ID = "3f1c-our-own-and-random"


def trusted_role(world: World) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{world.account}:root"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": EXTERNAL_ID}},
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = world.raw("iam:CreateRole", RoleName="ClusterwrightRole", AssumeRolePolicyDocument=document)
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    world.raw(
        "iam:PutRolePolicy",
        RoleName="ClusterwrightRole",
        PolicyName="everything",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [everything]}),
    )
    world.advance(60)
    return str(made["Role"]["Arn"])


def key_of(world: World) -> AccessKey:
    key = world.gateway.by.credentials
    assert isinstance(key, AccessKey)
    return key


def test_one_assume_role_serves_all_threads_services_and_regions(world: World) -> None:
    role = AssumedRole(trusted_role(world), EXTERNAL_ID, source=key_of(world))
    gateways = new_gateways(world.url)
    before = len(world.calls("sts", "AssumeRole"))

    def look(region: str) -> str:
        gateway = gateways.gateway(role, region)
        gateway.call("ec2:DescribeVpcs", {})
        gateway.call("iam:ListOpenIDConnectProviders", {})
        return gateway.account

    with ThreadPoolExecutor(8) as pool:
        accounts = set(pool.map(look, ["us-east-1", "us-east-2"] * 8))
    assert accounts == {world.account}
    assert len(world.calls("sts", "AssumeRole")) == before + 1


def test_a_wrong_external_id_is_denied_and_not_told(world: World) -> None:
    role = AssumedRole(trusted_role(world), "a-wrong-external-id", source=key_of(world))
    with pytest.raises(Denied, match="trust policy") as caught:
        new_gateways(world.url).gateway(role, "us-east-1").call("ec2:DescribeVpcs", {})
    assert "external id" in caught.value.remedy
    assert "a-wrong-external-id" not in str(caught.value)
    assert caught.value.action == "sts:AssumeRole"


def test_who_we_are(world: World) -> None:
    assert world.gateway.account == world.account
    assert world.gateway.partition == "aws"
    assert len([c for c in world.calls("sts", "GetCallerIdentity")]) <= 1


def test_not_found_names_action_and_code(world: World) -> None:
    with pytest.raises(NotFound, match="ec2:DescribeVpcs") as caught:
        world.raw("ec2:DescribeVpcs", VpcIds=["vpc-0123456789abcdef0"])
    assert caught.value.aws_code == "InvalidVpcID.NotFound"
    assert caught.value.__cause__ is not None


def test_parameters_that_aws_does_not_know_are_our_mistake(world: World) -> None:
    with pytest.raises(Rejected, match="Colour"):
        world.raw("ec2:DescribeVpcs", Colour="red")


def test_rows_reads_every_page(world: World) -> None:
    vpc = world.raw("ec2:CreateVpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    for number in range(3):
        cidr = f"10.0.{number}.0/24"
        world.raw("ec2:CreateSubnet", VpcId=vpc, CidrBlock=cidr, AvailabilityZone="us-east-1a")
    only_ours = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}], "MaxResults": 5}
    assert len(world.gateway.rows("ec2:DescribeSubnets", "Subnets", only_ours)) == 3
    assert world.gateway.rows("ec2:DescribeAddresses", "Addresses", {}) == []


def test_nobody_there_is_unreachable() -> None:
    limits = Limits(now=lambda: 0.0, sleep=lambda _: None)
    gateway = Gateways(limits, "http://127.0.0.1:9").gateway(AccessKey("AKIA", "secret"), "us-east-1")
    with pytest.raises(Unreachable, match="sts:GetCallerIdentity"):
        gateway.call("ec2:DescribeVpcs", {})


def test_a_budget_is_shared_by_all_gateways_of_an_account(world: World) -> None:
    limits = Limits(now=lambda: 0.0, sleep=lambda _: None, patience=0.0)
    gateways = Gateways(limits, world.url)
    missing = {"NatGatewayId": "nat-0123456789abcdef0"}
    for _ in range(5):
        with pytest.raises(NotFound):
            gateways.gateway(key_of(world), "us-east-1").call("ec2:DeleteNatGateway", missing)
    with pytest.raises(Throttled, match="ec2:DeleteNatGateway"):
        gateways.gateway(key_of(world), "us-east-1").call("ec2:DeleteNatGateway", missing)
    with pytest.raises(NotFound):
        gateways.gateway(key_of(world), "us-east-2").call("ec2:DeleteNatGateway", missing)
