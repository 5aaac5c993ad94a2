"""Faults on demand: they do what they say, as often as they say, to whom they say, and the books know it."""

import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ConnectionClosedError

from .tenant import Network, Tenant, refused

Break = Callable[..., dict[str, Any]]


@pytest.fixture
def broken(tenant: Tenant) -> Iterator[Break]:
    """Adds a fault to this account only; all are gone at the end."""

    def add(kind: str, **more: Any) -> dict[str, Any]:
        added: dict[str, Any] = tenant.post("faults", {"kind": kind, "account": tenant.account, **more})
        return added

    yield add
    for one in tenant.get("faults")["faults"]:
        delete(tenant, f"faults/{one['id']}")


def delete(tenant: Tenant, path: str) -> None:
    request = urllib.request.Request(f"{tenant.url}/_sandbox/{path}", method="DELETE")
    urllib.request.urlopen(request).close()


def last_call(tenant: Tenant) -> dict[str, Any]:
    found = [one for one in tenant.get("calls") if one["account"] == tenant.account]
    return dict(found[-1])


def test_an_answer_is_lost_but_the_call_was_made(tenant: Tenant, broken: Break) -> None:
    fault = broken("lost", action="ec2:CreateVpc", times=1)
    before = len(tenant.objects("vpc"))
    with pytest.raises(ConnectionClosedError):
        tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert len(tenant.objects("vpc")) == before + 1
    call = last_call(tenant)
    assert (call["action"], call["status"], call["faults"]) == ("CreateVpc", 200, [[fault["id"], "lost"]])
    tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert len(tenant.objects("vpc")) == before + 2


def test_a_lost_answer_is_a_successful_one(tenant: Tenant, broken: Break) -> None:
    broken("lost", action="eks:*")
    with refused("ResourceNotFoundException"):
        tenant.eks.describe_cluster(name="none")
    with pytest.raises(ConnectionClosedError):
        tenant.eks.list_clusters()


def test_an_error_with_a_code_some_of_the_time(tenant: Tenant, broken: Break) -> None:
    fault = broken("error", action="ec2:Describe*", code="InternalError", rate=0.5)
    outcomes = []
    for _ in range(40):
        try:
            with refused("InternalError"):
                tenant.ec2.describe_vpcs()
            outcomes.append("refused")
        except pytest.fail.Exception:
            outcomes.append("answered")
    assert 8 <= outcomes.count("refused") <= 32
    tenant.iam.list_roles()
    shown = next(one for one in tenant.get("faults")["faults"] if one["id"] == fault["id"])
    assert shown["acted"] == outcomes.count("refused")


def test_a_fault_ends_with_its_time(tenant: Tenant, broken: Break) -> None:
    broken("error", action="eks:*", code="ServerException", status=500, **{"for": 60})
    with refused("ServerException"):
        tenant.eks.list_clusters()
    tenant.advance(61)
    tenant.eks.list_clusters()


def test_a_slow_answer_holds_up_nobody_else(tenant: Tenant, broken: Break) -> None:
    broken("latency", action="eks:ListClusters", milliseconds=300)
    begun = time.monotonic()
    tenant.eks.list_clusters()
    assert time.monotonic() - begun >= 0.3
    begun = time.monotonic()
    tenant.eks.describe_cluster_versions()
    assert time.monotonic() - begun < 0.3


def test_a_region_is_down(tenant: Tenant, broken: Break) -> None:
    broken("down", region="eu-west-1")
    with refused("ServiceUnavailable"):
        tenant.client("ec2", "eu-west-1").describe_vpcs()
    with refused("ServiceUnavailable"):
        tenant.client("eks", "eu-west-1").list_clusters()
    tenant.ec2.describe_vpcs()


def test_a_region_does_not_answer(tenant: Tenant, broken: Break) -> None:
    broken("down", region="eu-west-2", silent=True)
    with pytest.raises(ConnectionClosedError):
        tenant.client("ec2", "eu-west-2").describe_vpcs()


def test_temporary_credentials_expire_and_new_ones_are_good(tenant: Tenant, broken: Break) -> None:
    statement = f'{{"Effect":"Allow","Principal":{{"AWS":"{tenant.account}"}},"Action":"sts:AssumeRole"}}'
    document = f'{{"Version":"2012-10-17","Statement":[{statement}]}}'
    arn = tenant.iam.create_role(RoleName="visitor", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    policy = "arn:aws:iam::aws:policy/AdministratorAccess"
    tenant.iam.attach_role_policy(RoleName="visitor", PolicyArn=policy)
    tenant.advance(30)
    old = session(tenant, arn)
    tenant.client("ec2", **old).describe_vpcs()
    broken("expired")
    with refused("RequestExpired"):
        tenant.client("ec2", **old).describe_vpcs()
    with refused("ExpiredTokenException"):
        tenant.client("eks", **old).list_clusters()
    tenant.client("ec2", **session(tenant, arn)).describe_vpcs()


def session(tenant: Tenant, arn: str) -> dict[str, str]:
    given = tenant.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


def node_group(tenant: Tenant, **more: Any) -> Network:
    network = tenant.network()
    network.add_nat()
    cluster_role, node_role, _ = tenant.roles()
    tenant.cluster(network, cluster_role)
    given = {
        "clusterName": "one",
        "nodegroupName": "ng",
        "nodeRole": node_role,
        "subnets": network.private,
        "instanceTypes": ["m5.large"],
        "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 2},
    }
    tenant.eks.create_nodegroup(**{**given, **more})
    return network


def described(tenant: Tenant) -> Any:
    return tenant.eks.describe_nodegroup(clusterName="one", nodegroupName="ng")["nodegroup"]


def test_a_zone_without_capacity_is_avoided(tenant: Tenant, broken: Break) -> None:
    broken("capacity", instanceType="m5.*", zone="us-east-1a")
    node_group(tenant)
    tenant.advance(300)
    found = tenant.ec2.describe_instances()["Reservations"]
    zones = {one["Placement"]["AvailabilityZone"] for group in found for one in group["Instances"]}
    assert (described(tenant)["status"], zones) == ("ACTIVE", {"us-east-1b"})


def test_no_capacity_anywhere_fails_a_new_group(tenant: Tenant, broken: Break) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_Issue.html (AsgInstanceLaunchFailures)"""
    broken("capacity", instanceType="m5.large")
    node_group(tenant)
    tenant.advance(300)
    assert described(tenant)["status"] == "CREATING"
    tenant.advance(2000)
    group = described(tenant)
    assert group["status"] == "CREATE_FAILED"
    (issue,) = group["health"]["issues"]
    assert issue["code"] == "AsgInstanceLaunchFailures"
    assert "InsufficientInstanceCapacity" in issue["message"]


def test_a_running_group_is_degraded_until_capacity_is_back(tenant: Tenant, broken: Break) -> None:
    node_group(tenant)
    tenant.advance(300)
    fault = broken("capacity", instanceType="m5.*")
    sizes = {"minSize": 1, "maxSize": 4, "desiredSize": 4}
    tenant.eks.update_nodegroup_config(clusterName="one", nodegroupName="ng", scalingConfig=sizes)
    tenant.advance(100)
    group = described(tenant)
    assert (group["status"], group["health"]["issues"][0]["code"]) == (
        "DEGRADED",
        "AsgInstanceLaunchFailures",
    )
    delete(tenant, f"faults/{fault['id']}")
    tenant.advance(100)
    assert described(tenant)["status"] == "ACTIVE"
    assert len(tenant.objects("instance")) == 4


def test_spot_instances_are_taken_away_and_replaced(tenant: Tenant, broken: Break) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html"""
    node_group(tenant, capacityType="SPOT")
    tenant.advance(300)
    before = {one["id"] for one in tenant.objects("instance")}
    assert broken("interruption", cluster="one", nodegroup="ng", times=1)["acted"] == 1
    tenant.advance(119)
    assert {one["id"] for one in tenant.objects("instance")} == before
    tenant.advance(2)
    assert len(tenant.objects("instance")) == 1
    tenant.advance(61)
    after = {one["id"] for one in tenant.objects("instance")}
    assert (len(after), len(after & before)) == (2, 1)
    assert described(tenant)["status"] == "ACTIVE"


@pytest.mark.parametrize(
    "wanted", [{"kind": "nonsense"}, {"kind": "error", "color": "red"}, {"kind": "error", "times": -1}]
)
def test_what_makes_no_sense_is_refused(tenant: Tenant, wanted: dict[str, Any]) -> None:
    with pytest.raises(HTTPError, match="400") as caught:
        tenant.post("faults", wanted)
    caught.value.close()
