"""A world that goes on in another process where it stopped in this one."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import botocore.session

from .tenant import Tenant, refused

_ACCOUNT = "400000000001"


@contextmanager
def process(directory: Path, shared: botocore.session.Session) -> Iterator[Tenant]:
    """A sandbox of its own with a frozen clock; ended as systemd would end it."""
    command = [sys.executable, "-m", "clusterwright.sandbox", "--speed", "0", "--data-dir", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        said = running.stdout.readline()
        assert said, running.stderr.read()
        tenant = Tenant(said.split()[-1], shared, _ACCOUNT)
        try:
            yield tenant
        finally:
            tenant.close()
            running.send_signal(signal.SIGTERM)
            running.wait(20)
        assert running.stderr.read() == ""


def _session(tenant: Tenant) -> dict[str, str]:
    """Of a role that may do everything, held by a managed session policy."""
    statement = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    everything = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    entry = {"Effect": "Allow", "Principal": {"AWS": tenant.account}, "Action": "sts:AssumeRole"}
    trusting = json.dumps({"Version": "2012-10-17", "Statement": [entry]})
    role = tenant.iam.create_role(RoleName="held", AssumeRolePolicyDocument=trusting)["Role"]["Arn"]
    tenant.iam.put_role_policy(RoleName="held", PolicyName="all", PolicyDocument=everything)
    some = everything.replace('"Action": "*"', '"Action": "eks:*"')
    arn = tenant.iam.create_policy(PolicyName="eks", PolicyDocument=some)["Policy"]["Arn"]
    tenant.advance(60)
    sts = tenant.client("sts")
    made = sts.assume_role(RoleArn=role, RoleSessionName="me", PolicyArns=[{"arn": arn}])["Credentials"]
    return {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
    }


def test_a_world_goes_on_in_another_process(tmp_path: Path, shared_session: botocore.session.Session) -> None:
    with process(tmp_path, shared_session) as first:
        network = first.network()
        network.add_nat()
        cluster_role, node_role, _ = first.roles()
        first.cluster(network, cluster_role, "old")
        group = {"nodeRole": node_role, "subnets": network.private, "instanceTypes": ["m5.large"]}
        first.eks.create_nodegroup(clusterName="old", nodegroupName="ng", **group)
        logging = {"clusterLogging": [{"types": ["api"], "enabled": True}]}
        update = first.eks.update_cluster_config(name="old", logging=logging)["update"]["id"]
        config = {"subnetIds": network.private}
        first.eks.create_cluster(name="new", roleArn=cluster_role, resourcesVpcConfig=config)
        first.post("quotas", {"code": "L-F678F1CE", "value": 77})
        assert first.post("snapshot", {})["path"] == str(tmp_path / "world.pickle")
        session = _session(first)
        before, now = first.objects(), first.get("health")["now"]
        calls = first.get("calls")
        key = first.credentials

    with process(tmp_path, shared_session) as second:
        assert (second.objects(), second.get("health")["now"], second.credentials) == (before, now, key)
        assert second.get("calls")[: len(calls)] == calls
        assert second.eks.describe_cluster(name="new")["cluster"]["status"] == "CREATING"
        assert second.client("eks", **session).list_clusters()["clusters"] == ["new", "old"]
        with refused("UnauthorizedOperation", "because no session policy allows"):
            second.client("ec2", **session).describe_subnets()
        assert second.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"] not in str(before)
        second.advance(1200)
        assert second.eks.describe_cluster(name="new")["cluster"]["status"] == "ACTIVE"
        done = second.eks.describe_update(name="old", updateId=update)["update"]
        assert done["status"] == "Successful"
        group_now = second.eks.describe_nodegroup(clusterName="old", nodegroupName="ng")["nodegroup"]
        assert group_now["status"] == "ACTIVE"
        assert len(second.objects("instance")) == 2
        quota = second.client("service-quotas").get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")
        assert quota["Quota"]["Value"] == 77


def test_a_stack_goes_on_in_another_process(tmp_path: Path, shared_session: botocore.session.Session) -> None:
    body = json.dumps(
        {
            "Resources": {
                "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
                "Table": {"Type": "AWS::EC2::RouteTable", "Properties": {"VpcId": {"Ref": "Vpc"}}},
            }
        }
    )
    with process(tmp_path, shared_session) as first:
        first.client("cloudformation").create_stack(StackName="one", TemplateBody=body)
        first.advance(6)
        assert [one["state"] for one in first.objects("stack")] == ["CREATE_IN_PROGRESS"]

    with process(tmp_path, shared_session) as second:
        second.advance(60)
        assert [one["state"] for one in second.objects("stack")] == ["CREATE_COMPLETE"]
        assert any(one["tags"].get("aws:cloudformation:stack-name") for one in second.objects("route-table"))


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "world.pickle").write_bytes(b"something else\n")
    command = [sys.executable, "-m", "clusterwright.sandbox", "--data-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode != 0
    assert "start with another directory, or remove the file" in done.stderr
