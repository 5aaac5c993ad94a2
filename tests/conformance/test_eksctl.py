"""The real eksctl makes, changes and removes a cluster in a sandbox whose clock runs fast; nothing is left.

It knows nothing of the sandbox but an endpoint, makes everything through CloudFormation, and fails where an
answer is not what AWS's would be. `make eksctl` builds and runs it where Go is. Most of the time that this
takes eksctl sleeps: it looks at what it waits for twice a minute, whatever the clock here says.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from tests.contract.sandbox.tenant import Tenant

VERSION = (Path(__file__).parent / "eksctl" / "version").read_text().strip()
MISSING = f"eksctl {VERSION} is not on this machine: tests/conformance/eksctl/build brings it where Go is"
ASKED = "CLUSTERWRIGHT_EKSCTL"
SLOW = "eksctl sleeps for most of the eight minutes that this takes: `make eksctl` builds and runs it"
ACCOUNT = "111122223333"
POLICY = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
SPEED = 600
LOGS = ("log-group", "/aws/eks/demo/cluster")
"""EKS itself leaves the logs of a cluster."""
PATIENCE = 600
"""Seconds for one command."""

CONFIG: dict[str, Any] = {
    "apiVersion": "eksctl.io/v1alpha5",
    "kind": "ClusterConfig",
    "metadata": {"name": "demo", "region": "us-east-1", "version": "1.33", "tags": {"team": "a"}},
    "availabilityZones": ["us-east-1a", "us-east-1b", "us-east-1c"],
    "vpc": {"nat": {"gateway": "HighlyAvailable"}},
    "cloudWatch": {"clusterLogging": {"enableTypes": ["api", "audit"]}},
    "addons": [{"name": name} for name in ("vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent")],
    "managedNodeGroups": [
        {
            "name": "private",
            "instanceType": "m5.large",
            "desiredCapacity": 2,
            "maxSize": 4,
            "privateNetworking": True,
            "labels": {"role": "web"},
        },
        {"name": "spot", "instanceTypes": ["m5.large", "m5a.large"], "spot": True, "desiredCapacity": 1},
    ],
}


def program() -> Path:
    if not os.environ.get(ASKED):
        pytest.skip(SLOW)
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    found = home / "clusterwright" / "tools" / f"eksctl-{VERSION}" / "eksctl"
    if not found.exists():
        pytest.fail(MISSING)
    return found


@dataclass(frozen=True)
class Eksctl:
    """Of a sandbox of its own."""

    program: Path
    tenant: Tenant
    home: Path

    def __call__(self, command: str) -> str:
        """Its standard output; a command that fails is an error."""
        done = subprocess.run(
            [self.program, *command.split()],
            env=self._environment(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"eksctl {command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def together(self, *commands: str) -> None:
        with ThreadPoolExecutor(len(commands)) as pool:
            list(pool.map(self, commands))

    def get(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self(f"get {kind} --cluster demo --output json"))
        return found

    def _environment(self) -> dict[str, str]:
        key = self.tenant.credentials
        return {
            "HOME": str(self.home),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "AWS_ENDPOINT_URL": self.tenant.url,
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": key["accessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["secretAccessKey"],
        }


@pytest.fixture
def eksctl(tmp_path: Path) -> Iterator[Eksctl]:
    found = program()
    command = [sys.executable, "-m", "clusterwright.sandbox", "--port", "0", "--speed", str(SPEED)]
    with subprocess.Popen([*command, "--seed", "7"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            tenant = Tenant(process.stdout.readline().split()[-1], botocore.session.Session(), ACCOUNT)
            yield Eksctl(found, tenant, tmp_path)
            tenant.close()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


@pytest.mark.timeout(3600)
def test_eksctl_makes_changes_and_removes_a_cluster(eksctl: Eksctl, tmp_path: Path) -> None:
    viewer = eksctl.tenant.role("viewer", "ec2.amazonaws.com")
    before = eksctl.tenant.objects()
    create(eksctl, tmp_path)
    add(eksctl, viewer)
    upgrade(eksctl)
    remove(eksctl)
    left = [one for one in eksctl.tenant.objects() if one not in before]
    assert [(one["kind"], one["name"]) for one in left] == [LOGS]


def create(eksctl: Eksctl, folder: Path) -> None:
    config = folder / "cluster.json"
    config.write_text(json.dumps(CONFIG))
    eksctl(f"create cluster --config-file {config}")
    assert [one["Name"] for one in eksctl.get("nodegroup")] == ["private", "spot"]
    assert {"vpc-cni", "coredns", "kube-proxy"} <= {one["Name"] for one in eksctl.get("addon")}
    kinds = Counter(one["kind"] for one in eksctl.tenant.objects())
    assert (kinds["nat-gateway"], kinds["stack"], kinds["instance"]) == (3, 3, 3)


def add(eksctl: Eksctl, viewer: str) -> None:
    """All at once: what they change are different things."""
    eksctl.together(
        "scale nodegroup --cluster demo --name private --nodes 3 --wait",
        "create nodegroup --cluster demo --name public --nodes 1",
        "create fargateprofile --cluster demo --name serverless --namespace serverless",
        "create addon --cluster demo --name aws-ebs-csi-driver --wait",
        "update addon --cluster demo --name vpc-cni --version latest --wait",
        f"create accessentry --cluster demo --principal-arn {viewer} --kubernetes-groups viewers",
        "create podidentityassociation --cluster demo --namespace default --service-account-name puller "
        f"--permission-policy-arns {POLICY}",
    )
    sizes = {one["Name"]: one["DesiredCapacity"] for one in eksctl.get("nodegroup")}
    assert sizes == {"private": 3, "spot": 1, "public": 1}
    assert [one["name"] for one in eksctl.get("fargateprofile")] == ["serverless"]
    assert viewer in {one["principalARN"] for one in eksctl.get("accessentry")}
    assert len(eksctl.get("podidentityassociation")) == 1
    kubeconfig = eksctl.home / "kubeconfig"
    eksctl(f"utils write-kubeconfig --cluster demo --kubeconfig {kubeconfig}")
    assert "clusters:" in kubeconfig.read_text()


def upgrade(eksctl: Eksctl) -> None:
    eksctl("upgrade cluster --name demo --version 1.34 --approve")
    eksctl("upgrade nodegroup --cluster demo --name private --kubernetes-version 1.34")
    versions = {one["Name"]: one["Version"] for one in eksctl.get("nodegroup")}
    assert versions == {"private": "1.34", "spot": "1.33", "public": "1.33"}


def remove(eksctl: Eksctl) -> None:
    eksctl.together(
        "delete nodegroup --cluster demo --name public --wait --disable-eviction",
        "delete fargateprofile --cluster demo --name serverless --wait",
        "delete addon --cluster demo --name aws-ebs-csi-driver",
    )
    eksctl("delete cluster --name demo --wait --disable-nodegroup-eviction")
