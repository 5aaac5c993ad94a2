"""AWS's own command line as an independent judge of what was made."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.processes import PATIENCE, REGION, TARGET, Stage, environment, example

NAME = "hello"


def aws_command() -> str:
    """Of this environment or of PATH, if it works."""
    found = shutil.which("aws", path=str(Path(sys.executable).parent)) or shutil.which("aws")
    if found is None:
        pytest.skip("the AWS CLI is not installed: `pip install awscli` brings this test")
    tried = subprocess.run([found, "--version"], capture_output=True, timeout=PATIENCE, check=False)
    if tried.returncode:
        pytest.skip(f"{found} does not run: {tried.stderr.decode().strip()[:200]}")
    return found


def test_the_aws_cli_sees_an_active_cluster_with_our_tags(stage: Stage) -> None:
    command = aws_command()
    key = stage.sandbox.key(TARGET)
    env = environment(stage.home) | {
        "PATH": os.environ["PATH"],
        "AWS_ENDPOINT_URL": stage.sandbox.url,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret_access_key,
        "AWS_PAGER": "",
    }

    def aws(*words: str) -> Any:
        done = subprocess.run(
            [command, *words, "--output", "json"], env=env, capture_output=True, timeout=PATIENCE, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

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
