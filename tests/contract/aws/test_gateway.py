"""The door itself: identities, external ids, errors, budgets."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from clusterwright.aws.credentials import AccessKey, AssumedRole
from clusterwright.aws.gateway import Gateways
from clusterwright.aws.limits import Limits
from clusterwright.errors import BadCredentials, Denied, NotFound, Rejected, Throttled, Unreachable

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
    with pytest.raises(Denied, match="does not let us assume it") as caught:
        new_gateways(world.url).gateway(role, "us-east-1").call("ec2:DescribeVpcs", {})
    assert "external id" in caught.value.remedy
    assert "a-wrong-external-id" not in str(caught.value)
    assert caught.value.action == "sts:AssumeRole"


def look(url: str, key: AccessKey | AssumedRole) -> None:
    new_gateways(url).gateway(key, "us-east-1").call("ec2:DescribeVpcs", {})


def test_a_role_that_turns_us_away_says_where_to_look(world: World) -> None:
    """AWS answers alike for a role that is not there, another external id and another account."""
    ghost = AssumedRole(f"arn:aws:iam::{world.account}:role/Ghost", EXTERNAL_ID, source=key_of(world))
    with pytest.raises(Denied, match="Ghost does not let us assume it") as caught:
        look(world.url, ghost)
    order = [f"account {world.account}", "trust policy", "external id", "own policies"]
    places = [caught.value.remedy.index(words) for words in order]
    assert places == sorted(places)


def test_a_wrong_secret_an_unknown_key_and_a_missing_token_are_told_apart(world: World) -> None:
    key = key_of(world)
    with pytest.raises(BadCredentials) as wrong:
        look(world.url, AccessKey(key.access_key_id, "x" * 40))
    assert "secret does not belong" in wrong.value.remedy
    with pytest.raises(BadCredentials) as unknown:
        look(world.url, AccessKey("AKIA0000000000000000", "x" * 40))
    assert "no such access key" in unknown.value.remedy


def test_a_session_that_has_expired_says_so(world: World) -> None:
    given = world.raw("sts:AssumeRole", RoleArn=self_trusted(world), RoleSessionName="me")["Credentials"]
    session = AccessKey(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    look(world.url, session)
    world.fault(kind="expired", account=world.account)
    with pytest.raises(BadCredentials) as caught:
        look(world.url, session)
    assert "past their end" in caught.value.remedy
    assert given["SessionToken"] not in str(caught.value)


def self_trusted(world: World) -> str:
    root = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{world.account}:root"}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [{**root, "Action": "sts:AssumeRole"}]})
    made = world.raw("iam:CreateRole", RoleName="Mine", AssumeRolePolicyDocument=trust)
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [everything]})
    world.raw("iam:PutRolePolicy", RoleName="Mine", PolicyName="all", PolicyDocument=document)
    world.advance(60)
    return str(made["Role"]["Arn"])


def test_a_clock_that_is_wrong_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    late = datetime.now(UTC) - timedelta(minutes=20)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda **_: late.replace(tzinfo=None))
    with pytest.raises(BadCredentials) as caught:
        look(world.url, key_of(world))
    assert "clock of this server" in caught.value.remedy


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
