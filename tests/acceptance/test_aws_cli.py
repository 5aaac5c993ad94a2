"""AWS's own command line as an independent judge of what was made."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.acceptance.processes import PATIENCE, REGION, TARGET, Stage, environment, example
from tests.conformance.tools import require

NAME = "hello"


def _environment(stage: Stage) -> dict[str, str]:
    key = stage.sandbox.key(TARGET)
    return environment(stage.home) | {
        "PATH": f"{require('aws').parent}:{os.environ['PATH']}",
        "AWS_ENDPOINT_URL": stage.sandbox.url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_PAGER": "",
    }


@dataclass(frozen=True)
class Shell:
    """Somebody at a terminal, whose programs know where the sandbox is."""

    stage: Stage
    env: Mapping[str, str]

    def run(self, *words: str, given: str = "", fails: bool = False) -> str:
        done = subprocess.run(
            words, env=dict(self.env), cwd=self.stage.home, input=given, capture_output=True, text=True,
            timeout=PATIENCE, check=False,
        )  # fmt: skip
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    def aws(self, *words: str) -> Any:
        said = self.run("aws", *words, "--output", "json")
        return json.loads(said) if said.strip() else None

    def kubectl(self, *words: str, given: str = "", fails: bool = False) -> str:
        return self.run(str(require("kubectl")), *words, given=given, fails=fails)

    def pass_time(self, seconds: int) -> None:
        """The CLI's waiters sleep for half a minute of real time, unless there is nothing to wait for."""
        self.stage.sandbox.http.post("/_sandbox/clock/advance", json={"seconds": seconds}).raise_for_status()


@pytest.fixture
def shell(stage: Stage) -> Shell:
    return Shell(stage, _environment(stage))


def test_the_aws_cli_sees_an_active_cluster_with_our_tags(shell: Shell) -> None:
    stage, aws = shell.stage, shell.aws
    text = example("quickstart").replace("cloudAccount: sandbox", "cloudAccount: sandbox\n  tags: {team: a}")
    server = stage.server()
    stage.register(server, text)
    server.apply(text)
    server.await_ready(NAME)
    found = server.cluster(NAME)
    assert found
    uid = found["metadata"]["uid"]
    ours = {"clusterwright.dev/cluster-id": uid, "team": "a"}

    cluster = aws("eks", "describe-cluster", "--name", NAME)["cluster"]
    assert cluster["status"] == "ACTIVE"
    assert cluster["version"] == "1.33"
    assert cluster["tags"].items() >= ours.items()
    assert cluster["resourcesVpcConfig"]["vpcId"] == found["status"]["outputs"]["vpc"]
    assert aws("eks", "list-nodegroups", "--cluster-name", NAME)["nodegroups"] == ["default"]
    pool = aws("eks", "describe-nodegroup", "--cluster-name", NAME, "--nodegroup-name", "default")[
        "nodegroup"
    ]
    assert (pool["status"], pool["scalingConfig"]["desiredSize"]) == ("ACTIVE", 2)
    addons = aws("eks", "list-addons", "--cluster-name", NAME)["addons"]
    assert {"vpc-cni", "coredns", "kube-proxy"} <= set(addons)
    mine = f"Name=tag:clusterwright.dev/cluster-id,Values={uid}"
    nodes = aws("ec2", "describe-instances", "--filters", mine, "Name=instance-state-name,Values=running")
    assert sum(len(reservation["Instances"]) for reservation in nodes["Reservations"]) == 2
    assert len(aws("ec2", "describe-volumes", "--filters", mine)["Volumes"]) == 2


def _role(shell: Shell, name: str, service: str) -> str:
    trusted = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    made = shell.aws("iam", "create-role", "--role-name", name, "--assume-role-policy-document", trust)
    return str(made["Role"]["Arn"])


def _public_subnets(shell: Shell) -> list[str]:
    """In two zones, with a way out for their nodes."""
    ec2 = ("ec2",)
    vpc = shell.aws(*ec2, "create-vpc", "--cidr-block", "10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = shell.aws(*ec2, "create-internet-gateway")["InternetGateway"]["InternetGatewayId"]
    shell.aws(*ec2, "attach-internet-gateway", "--vpc-id", vpc, "--internet-gateway-id", gateway)
    tables = shell.aws(*ec2, "describe-route-tables", "--filters", f"Name=vpc-id,Values={vpc}")["RouteTables"]
    route = ("--destination-cidr-block", "0.0.0.0/0", "--gateway-id", gateway)
    shell.aws(*ec2, "create-route", "--route-table-id", tables[0]["RouteTableId"], *route)
    found = []
    for number, zone in enumerate("ab"):
        place = ("--cidr-block", f"10.0.{number}.0/24", "--availability-zone", f"{REGION}{zone}")
        subnet = shell.aws(*ec2, "create-subnet", "--vpc-id", vpc, *place)["Subnet"]["SubnetId"]
        shell.aws(*ec2, "modify-subnet-attribute", "--subnet-id", subnet, "--map-public-ip-on-launch")
        found.append(subnet)
    return found


WEB = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "nginx:1"}]}
"""


def _use_with_kubectl(shell: Shell) -> None:
    kubectl = shell.kubectl
    nodes = kubectl("get", "nodes").splitlines()
    assert len(nodes) == 3
    assert all(" Ready " in line for line in nodes[1:])
    assert "deployment.apps/web created" in kubectl("apply", "-f", "-", given=WEB)
    assert "serverside-applied" in kubectl(
        "apply", "--server-side", "-f", "-", "--force-conflicts", given=WEB
    )
    kubectl("wait", "--for=condition=Available", "deployment/web", "--timeout=20s")
    kubectl("rollout", "status", "deployment/web", "--timeout=20s")
    kubectl("create", "deployment", "other", "--image=nginx:1")
    assert kubectl("auth", "can-i", "delete", "nodes").strip() == "yes"
    assert "Deployment" in kubectl("explain", "deployment")
    assert "not found" in kubectl("logs", "nobody", fails=True)
    kubectl("delete", "deployment", "web", "other", "--timeout=20s")
    assert kubectl("get", "deployments", "-o", "name") == ""


def test_a_cluster_lives_and_dies_by_the_command_line(shell: Shell) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/getting-started-console.html, with the CLI alone"""
    aws, here = shell.aws, ("--name", NAME)
    cluster_role, node_role = (
        _role(shell, "cluster", "eks.amazonaws.com"),
        _role(shell, "node", "ec2.amazonaws.com"),
    )
    subnets = _public_subnets(shell)
    shell.pass_time(60)
    network = f"subnetIds={','.join(subnets)}"
    aws("eks", "create-cluster", *here, "--role-arn", cluster_role, "--resources-vpc-config", network)
    assert aws("eks", "describe-cluster", *here)["cluster"]["status"] == "CREATING"
    shell.pass_time(3600)
    aws("eks", "wait", "cluster-active", *here)
    group = ("--cluster-name", NAME, "--nodegroup-name", "workers")
    sizes = "minSize=0,maxSize=3,desiredSize=2"
    made = ("--node-role", node_role, "--subnets", *subnets, "--scaling-config", sizes)
    aws("eks", "create-nodegroup", *group, *made)
    shell.pass_time(3600)
    aws("eks", "wait", "nodegroup-active", *group)
    assert aws("eks", "describe-nodegroup", *group)["nodegroup"]["health"] == {"issues": []}
    assert aws("eks", "list-clusters")["clusters"] == [NAME]
    shell.run("aws", "eks", "update-kubeconfig", *here)
    _use_with_kubectl(shell)
    aws("eks", "delete-nodegroup", *group)
    shell.pass_time(3600)
    aws("eks", "wait", "nodegroup-deleted", *group)
    aws("eks", "delete-cluster", *here)
    shell.pass_time(3600)
    aws("eks", "wait", "cluster-deleted", *here)
    assert aws("eks", "list-clusters")["clusters"] == []
    assert "there is no cluster" in shell.kubectl("get", "nodes", fails=True)
