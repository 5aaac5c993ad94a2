"""The real kubectl, from discovery to watches."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.conformance.endpoint import Endpoint
from tests.conformance.tools import require

from .client import Cluster, Wire, config_map, deployment, maps

Kubectl = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def kubectl(server: Endpoint, namespace: str, tmp_path: Path) -> Kubectl:
    return _runner(server, namespace, tmp_path)


@pytest.fixture
def cluster_kubectl(cluster: Cluster, cluster_namespace: str, tmp_path: Path) -> Kubectl:
    return _runner(cluster.endpoint(), cluster_namespace, tmp_path)


def _runner(server: Endpoint, namespace: str, home: Path) -> Kubectl:
    config = server.kubeconfig(home / "config")
    start = [str(require("kubectl")), f"--kubeconfig={config}", f"--namespace={namespace}"]

    def run(*arguments: str, given: Any = None, fails: bool = False) -> "subprocess.CompletedProcess[str]":
        text = given if isinstance(given, str) else yaml.safe_dump(given) if given else None
        done = subprocess.run(
            [*start, f"--cache-dir={home}", *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"HOME": str(home)},
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done

    return run


def _scaled(replicas: int) -> Wire:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {"replicas": replicas},
    }


def test_what_the_server_says_about_itself(kubectl: Kubectl) -> None:
    version = json.loads(kubectl("version", "-o", "json").stdout)
    assert version["serverVersion"]["gitVersion"].startswith("v1.33.")
    resources = kubectl("api-resources").stdout
    assert "deployments" in resources
    assert "customresourcedefinitions" in resources


def test_nodes_are_shown_as_people_know_them(cluster_kubectl: Kubectl) -> None:
    head, *rows = cluster_kubectl("get", "nodes").stdout.splitlines()
    assert head.split() == ["NAME", "STATUS", "ROLES", "VERSION", "AGE"]
    assert len(rows) == 2
    assert rows[0].startswith("ip-10-0-")
    assert " Ready " in rows[0]


def test_apply_change_wait_and_delete(cluster_kubectl: Kubectl) -> None:
    """Client-side apply, which reads OpenAPI and sends a three-way patch."""
    assert "created" in cluster_kubectl("apply", "-f", "-", given=deployment()).stdout
    assert "unchanged" in cluster_kubectl("apply", "-f", "-", given=deployment()).stdout
    assert "configured" in cluster_kubectl("apply", "-f", "-", given=deployment(image="nginx:2")).stdout
    cluster_kubectl("wait", "--for=condition=Available", "deployment/web", "--timeout=10s")
    cluster_kubectl("rollout", "status", "deployment/web", "--timeout=10s")
    cluster_kubectl("scale", "deployment/web", "--replicas=3")
    shown = cluster_kubectl("get", "deployment", "web").stdout.splitlines()[1].split()
    assert shown[:4] == ["web", "3/3", "3", "3"]
    assert "deleted" in cluster_kubectl("delete", "deployment", "web", "--timeout=10s").stdout
    assert "not found" in cluster_kubectl("get", "deployment", "web", fails=True).stderr


def test_server_side_apply_and_its_conflicts(kubectl: Kubectl) -> None:
    applied = ("apply", "--server-side", "-f", "-")
    assert "serverside-applied" in kubectl(*applied, given=deployment()).stdout
    refused = kubectl(*applied, "--field-manager=other", given=_scaled(9), fails=True).stderr
    assert 'Apply failed with 1 conflict: conflict with "kubectl": .spec.replicas' in refused
    kubectl(*applied, "--field-manager=other", "--force-conflicts", given=_scaled(9))
    shown = json.loads(kubectl("get", "deployment", "web", "-o", "json", "--show-managed-fields").stdout)
    assert shown["spec"]["replicas"] == 9
    managers = {one["manager"] for one in shown["metadata"]["managedFields"]}
    assert {"kubectl", "other"} <= managers


def test_typed_commands_speak_protobuf(cluster_kubectl: Kubectl) -> None:
    assert cluster_kubectl("auth", "can-i", "delete", "nodes").stdout.strip() == "yes"
    assert "arn:aws:iam::300000000001:user/sandbox-administrator" in cluster_kubectl("auth", "whoami").stdout
    assert "*.*" in cluster_kubectl("auth", "can-i", "--list").stdout
    cluster_kubectl("create", "configmap", "c", "--from-literal=a=b")
    cluster_kubectl("create", "secret", "generic", "s", "--from-literal=a=b")
    cluster_kubectl("create", "serviceaccount", "robot")
    cluster_kubectl("create", "deployment", "d", "--image=nginx:1", "--replicas=2")
    cluster_kubectl("create", "namespace", "made-by-kubectl")
    cluster_kubectl("delete", "namespace", "made-by-kubectl", "--timeout=10s")
    assert cluster_kubectl("get", "configmap", "c", "-o", "jsonpath={.data.a}").stdout == "b"


def test_who_may_only_look_is_told_so(cluster: Cluster, cluster_kubectl: Kubectl, tmp_path: Path) -> None:
    tenant = cluster.tenant
    arn = tenant.iam.create_user(UserName="looker")["User"]["Arn"]
    key = tenant.iam.create_access_key(UserName="looker")["AccessKey"]
    tenant.eks.create_access_entry(clusterName=cluster.name, principalArn=arn)
    tenant.eks.associate_access_policy(
        clusterName=cluster.name,
        principalArn=arn,
        policyArn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminViewPolicy",
        accessScope={"type": "cluster"},
    )
    keys = {"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}
    config = cluster.endpoint(cluster.token(keys)).kubeconfig(tmp_path / "looker")
    asked = (f"--kubeconfig={config}",)
    assert cluster_kubectl(*asked, "auth", "can-i", "list", "secrets").stdout.strip() == "yes"
    assert cluster_kubectl(*asked, "auth", "can-i", "create", "pods", fails=True).stdout.strip() == "no"
    assert "is forbidden: User" in cluster_kubectl(*asked, "create", "configmap", "c", fails=True).stderr


def test_a_watch_sees_what_comes(kubectl: Kubectl, api: httpx.Client, tmp_path: Path, namespace: str) -> None:
    command = [str(require("kubectl")), f"--kubeconfig={tmp_path / 'config'}", f"-n={namespace}"]
    watch = ["get", "configmaps", "-l=kept", "--watch", "-o=name", f"--cache-dir={tmp_path}"]
    api.post(maps(namespace), json=config_map("early", {"kept": "yes"}))
    with subprocess.Popen([*command, *watch], stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout is not None
        assert watching.stdout.readline() == "configmap/early\n"
        api.post(maps(namespace), json=config_map("late", {"kept": "yes"}))
        assert watching.stdout.readline() == "configmap/late\n"
        watching.terminate()


def test_custom_resources_from_definition_to_deletion(kubectl: Kubectl) -> None:
    definition = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.org}
spec:
  group: example.org
  scope: Namespaced
  names: {plural: gadgets, singular: gadget, kind: Gadget, shortNames: [gd]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
"""
    kubectl("apply", "-f", "-", given=definition)
    kubectl("wait", "--for=condition=Established", "crd/gadgets.example.org", "--timeout=10s")
    gadget = {
        "apiVersion": "example.org/v1",
        "kind": "Gadget",
        "metadata": {"name": "g"},
        "spec": {"size": 3},
    }
    kubectl("apply", "--server-side", "-f", "-", given=gadget)
    kubectl("apply", "-f", "-", given={**gadget, "metadata": {"name": "h"}})
    kubectl("apply", "-f", "-", given={**gadget, "metadata": {"name": "h"}, "spec": {"size": 4}})
    assert [line.split()[:2] for line in kubectl("get", "gd").stdout.splitlines()] == [
        ["NAME", "SIZE"],
        ["g", "3"],
        ["h", "4"],
    ]
    kubectl("delete", "crd", "gadgets.example.org", "--timeout=10s")


def test_explain_edit_label_and_drain(cluster_kubectl: Kubectl) -> None:
    cluster_kubectl("label", "namespace", "default", "team=a", "--overwrite")
    cluster_kubectl("annotate", "namespace", "default", "note=b", "--overwrite")
    node = cluster_kubectl("get", "nodes", "-o", "name").stdout.split()[0]
    cluster_kubectl("cordon", node)
    assert "SchedulingDisabled" in cluster_kubectl("get", node).stdout
    cluster_kubectl("drain", node, "--ignore-daemonsets", "--timeout=10s")
    cluster_kubectl("uncordon", node)
