"""The real Helm, from an install that waits to an uninstall that leaves nothing.

https://helm.sh/docs/intro/using_helm/
"""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.conformance.tools import require

from .client import CRDS, Cluster, deployments, maps, ok

_CHART = Path(__file__).parent / "chart"

Helm = Callable[..., str]


@pytest.fixture
def helm(cluster: Cluster, cluster_namespace: str, tmp_path: Path) -> Helm:
    """Of the sandbox only: --wait waits for pods, which a control plane without nodes does not run."""
    config = cluster.endpoint().kubeconfig(tmp_path / "config")
    start = [str(require("helm")), f"--kubeconfig={config}", f"--namespace={cluster_namespace}"]

    def run(*arguments: str, fails: bool = False) -> str:
        done = subprocess.run(
            [*start, *arguments],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={"HOME": str(tmp_path)},
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stderr if fails else done.stdout

    return run


@pytest.fixture
def installed(helm: Helm, cluster_api: httpx.Client) -> Iterator[Helm]:
    helm("install", "shop", str(_CHART), "--wait", "--timeout=60s")
    yield helm
    cluster_api.delete(f"{CRDS}/orders.shop.example.com")  # Helm leaves definitions alone


def _releases(helm: Helm) -> list[Any]:
    found: list[Any] = json.loads(helm("history", "shop", "--output=json"))
    return [(one["revision"], one["status"]) for one in found]


def test_an_install_waits_until_everything_is_ready(
    installed: Helm, cluster_api: httpx.Client, cluster_namespace: str
) -> None:
    found = ok(cluster_api.get(f"{deployments(cluster_namespace)}/shop"))
    assert found["status"]["availableReplicas"] == 2
    assert json.loads(installed("status", "shop", "--output=json"))["info"]["status"] == "deployed"
    assert ok(cluster_api.get(f"{maps(cluster_namespace)}/shop"))["data"] == {"greeting": "hello"}
    secret = ok(cluster_api.get(f"/api/v1/namespaces/{cluster_namespace}/secrets/shop"))
    assert secret["type"] == "Opaque"
    assert ok(cluster_api.get(f"/api/v1/namespaces/{cluster_namespace}/services/shop"))["spec"]["clusterIP"]


def test_definitions_of_a_chart_come_first(
    installed: Helm, cluster_api: httpx.Client, cluster_namespace: str
) -> None:
    path = f"/apis/shop.example.com/v1/namespaces/{cluster_namespace}/orders/first"
    assert ok(cluster_api.get(path))["spec"] == {"items": 3}


def test_a_hook_runs_and_is_cleaned_up(
    installed: Helm, cluster_api: httpx.Client, cluster_namespace: str
) -> None:
    """It ran: an install with a hook that does not end well fails. Its policy takes it away then."""
    jobs = ok(cluster_api.get(f"/apis/batch/v1/namespaces/{cluster_namespace}/jobs"))["items"]
    assert jobs == []


def test_an_upgrade_changes_and_a_rollback_changes_back(
    installed: Helm, cluster_api: httpx.Client, cluster_namespace: str
) -> None:
    path = f"{deployments(cluster_namespace)}/shop"
    installed("upgrade", "shop", str(_CHART), "--wait", "--timeout=60s", "--set=replicas=3,greeting=hi")
    assert ok(cluster_api.get(path))["spec"]["replicas"] == 3
    assert ok(cluster_api.get(f"{maps(cluster_namespace)}/shop"))["data"] == {"greeting": "hi"}
    installed("rollback", "shop", "1", "--wait", "--timeout=60s")
    assert ok(cluster_api.get(path))["spec"]["replicas"] == 2
    assert _releases(installed) == [(1, "superseded"), (2, "superseded"), (3, "deployed")]


def test_an_uninstall_leaves_nothing_of_the_release(
    installed: Helm, cluster_api: httpx.Client, cluster_namespace: str
) -> None:
    installed("uninstall", "shop", "--wait", "--timeout=60s")
    space = f"/api/v1/namespaces/{cluster_namespace}"
    ours = {"labelSelector": "app.kubernetes.io/managed-by=Helm"}
    for path in (
        deployments(cluster_namespace),
        maps(cluster_namespace),
        f"{space}/secrets",
        f"{space}/services",
    ):
        assert ok(cluster_api.get(path, params=ours))["items"] == []
    assert ok(cluster_api.get(f"{space}/secrets", params={"labelSelector": "owner=helm"}))["items"] == []


def test_what_is_not_helms_is_not_taken_over(
    helm: Helm, cluster_api: httpx.Client, cluster_namespace: str
) -> None:
    ok(cluster_api.post(maps(cluster_namespace), json={"metadata": {"name": "shop"}}))
    assert "exists and cannot be imported" in helm("install", "shop", str(_CHART), fails=True)
    cluster_api.delete(f"{CRDS}/orders.shop.example.com")
