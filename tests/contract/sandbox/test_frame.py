"""The shell itself: clock, books, accounts, one request at a time, a clean start and end."""

import json
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from clusterwright.sandbox.options import Options
from clusterwright.sandbox.server import AlreadyRunning, Running, start

from .tenant import Tenant, refused


def test_health_tells_speed_and_time(tenant: Tenant) -> None:
    before = tenant.get("health")
    assert (before["ready"], before["speed"], before["seed"]) == (True, 0, 7)
    assert tenant.get("health")["now"] == before["now"]
    tenant.advance(60)
    assert tenant.get("health")["now"] > before["now"]


def test_every_call_is_in_the_books(tenant: Tenant) -> None:
    last = max((one["seq"] for one in tenant.get("calls")), default=0)
    vpc = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with refused("ResourceNotFoundException"):
        tenant.eks.describe_cluster(name="none")
    with refused("InvalidVpcID.NotFound"):
        tenant.ec2.delete_vpc(VpcId="vpc-00000000000000000")
    made, missing, wrong = tenant.get(f"calls?since={last}")
    assert (made["service"], made["action"], made["status"]) == ("ec2", "CreateVpc", 200)
    assert (made["account"], made["region"]) == (tenant.account, "us-east-1")
    assert vpc in made["ids"]
    assert made["params"]["CidrBlock"] == "10.0.0.0/16"
    assert (missing["action"], missing["error"]) == ("DescribeCluster", "ResourceNotFoundException")
    assert (wrong["status"], wrong["error"]) == (400, "InvalidVpcID.NotFound")
    assert [one["seq"] for one in tenant.get(f"calls?since={last}&service=eks")] == [missing["seq"]]
    assert [one["seq"] for one in tenant.get(f"calls?since={last}&action=CreateVpc")] == [made["seq"]]


def test_credentials_belong_to_their_account(tenant: Tenant) -> None:
    identity = tenant.client("sts").get_caller_identity()
    assert identity["Account"] == tenant.account
    assert identity["Arn"] == f"arn:aws:iam::{tenant.account}:user/sandbox-administrator"
    assert tenant.get(f"accounts/{tenant.account}/credentials") == tenant.credentials


def _trusting(tenant: Tenant, principal: str, external_id: str | None = None) -> str:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": principal},
        "Action": "sts:AssumeRole",
    }
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = tenant.iam.create_role(RoleName="entered", AssumeRolePolicyDocument=document)
    tenant.advance(60)
    return str(made["Role"]["Arn"])


def _assume(tenant: Tenant, arn: str, **more: str) -> Any:
    return tenant.client("sts").assume_role(RoleArn=arn, RoleSessionName="me", **more)


@pytest.mark.parametrize("principal", ["arn:aws:iam::123456789012:root", "123456789012"])
def test_a_role_of_another_account_is_entered(tenant: Tenant, principal: str) -> None:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
    arn = _trusting(tenant, principal, "id-1")
    networks = {"Effect": "Allow", "Action": "ec2:CreateVpc", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [networks]})
    tenant.iam.put_role_policy(RoleName="entered", PolicyName="networks", PolicyDocument=document)
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    visitor = tenant.client("sts", **keys)
    given = visitor.assume_role(RoleArn=arn, RoleSessionName="me", ExternalId="id-1")["Credentials"]
    session = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    identity = tenant.client("sts", **session).get_caller_identity()
    assert identity["Account"] == tenant.account
    vpc = tenant.client("ec2", **session).create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    assert [one["id"] for one in tenant.objects("vpc")] == [vpc]


def test_a_trust_policy_keeps_others_out(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html"""
    own = f"arn:aws:iam::{tenant.account}:root"
    arn = _trusting(tenant, own, "right")
    assert _assume(tenant, arn, ExternalId="right")["AssumedRoleUser"]["Arn"].endswith(
        ":assumed-role/entered/me"
    )
    words = f"is not authorized to perform: sts:AssumeRole on resource: {arn}"
    with refused("AccessDenied", f"User: arn:aws:iam::{tenant.account}:user/", words):
        _assume(tenant, arn, ExternalId="wrong")
    with refused("AccessDenied"):
        _assume(tenant, arn)
    with refused("AccessDenied"):
        _assume(tenant, f"arn:aws:iam::{tenant.account}:role/ghost")
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    with refused("AccessDenied"):
        tenant.client("sts", **keys).assume_role(RoleArn=arn, RoleSessionName="me", ExternalId="right")


def test_an_exact_principal_is_let_in(tenant: Tenant) -> None:
    arn = _trusting(tenant, f"arn:aws:iam::{tenant.account}:user/sandbox-administrator")
    assert _assume(tenant, arn)["Credentials"]["AccessKeyId"]


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html",
    row="error body of an unimplemented call",
)
def test_what_the_sandbox_lacks_is_an_error_that_clients_can_read(tenant: Tenant) -> None:
    with refused("UnknownOperationException"):
        tenant.eks.list_eks_anywhere_subscriptions()
    with refused("InvalidAction"):
        tenant.ec2.describe_ipam_pools()


def test_racing_creations_make_one(tenant: Tenant) -> None:
    network = tenant.network()
    cluster_role, _, _ = tenant.roles()
    eks = tenant.eks

    def create(_: int) -> str:
        try:
            config = {"subnetIds": network.private}
            eks.create_cluster(name="one", roleArn=cluster_role, resourcesVpcConfig=config)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return "made"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(create, range(16)))
    assert sorted(results) == ["ResourceInUseException"] * 15 + ["made"]


def test_a_process_has_one_sandbox(sandbox: Running) -> None:
    assert sandbox.url.startswith("http://127.0.0.1:")
    with pytest.raises(AlreadyRunning):
        start(Options())


def test_the_command_starts_and_ends_cleanly() -> None:
    command = [sys.executable, "-m", "clusterwright.sandbox", "--port", "0", "--speed", "60", "--seed", "3"]
    begun = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("sandbox ready at http://127.0.0.1:")
        assert time.monotonic() - begun < 20
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""
