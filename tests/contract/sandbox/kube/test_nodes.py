"""Nodes come with instances and go with them; without a CNI they are not ready. Of the sandbox only.

https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
"""

from typing import Any

import httpx
import pytest

from ..tenant import Tenant
from .client import Cluster, add_nodes, deployment, make


def _nodes(api: httpx.Client) -> list[Any]:
    found: list[Any] = api.get("/api/v1/nodes").json()["items"]
    return found


def _is_ready(node: Any) -> bool:
    return {"Ready": "True"} in [{one["type"]: one["status"]} for one in node["status"]["conditions"]]


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html")
def test_a_node_for_each_instance(cluster: Cluster, cluster_api: httpx.Client) -> None:
    nodes = _nodes(cluster_api)
    assert len(nodes) == 2
    assert all(_is_ready(node) for node in nodes)
    instances = cluster.tenant.ec2.describe_instances()["Reservations"]
    names = {one["PrivateDnsName"] for found in instances for one in found["Instances"]}
    assert {node["metadata"]["name"] for node in nodes} == names
    labels = nodes[0]["metadata"]["labels"]
    assert labels["eks.amazonaws.com/nodegroup"] == "general"
    assert labels["topology.kubernetes.io/zone"] in ("us-east-1a", "us-east-1b")
    assert labels["role"] == "general"
    assert nodes[0]["spec"]["providerID"].startswith("aws:///us-east-1")
    assert nodes[0]["status"]["nodeInfo"]["kubeletVersion"].startswith("v1.33.5-eks-")


@pytest.mark.documented(
    "https://docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html"
)
def test_nodes_follow_the_group(tenant: Tenant) -> None:
    cluster = make(tenant)
    taints = [{"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}]
    add_nodes(cluster, advance=0, taints=taints)
    with cluster.client() as api:
        path = "/apis/apps/v1/namespaces/default/deployments"
        api.post(path, json=deployment())
        assert _nodes(api) == []
        waiting = api.get(f"{path}/web").json()["status"]
        assert (waiting["unavailableReplicas"], waiting.get("availableReplicas")) == (2, None)
        tenant.advance(600)
        nodes = _nodes(api)
        assert [_is_ready(node) for node in nodes] == [True, True]
        assert nodes[0]["spec"]["taints"] == [{"key": "gpu", "value": "yes", "effect": "NoSchedule"}]
        assert api.get(f"{path}/web").json()["status"]["availableReplicas"] == 2
        sizes = {"minSize": 0, "maxSize": 4, "desiredSize": 1}
        tenant.eks.update_nodegroup_config(
            clusterName=cluster.name, nodegroupName="general", scalingConfig=sizes
        )
        tenant.advance(300)
        assert len(_nodes(api)) == 1


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/alternate-cni-plugins.html")
def test_without_a_cni_nodes_wait_for_one(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/alternate-cni-plugins.html"""
    cluster = make(tenant, bootstrapSelfManagedAddons=False)
    add_nodes(cluster)
    with cluster.client() as api:
        nodes = _nodes(api)
        assert [_is_ready(node) for node in nodes] == [False, False]
        assert {"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"} in nodes[0]["spec"]["taints"]
        assert api.get("/apis/apps/v1/namespaces/kube-system/daemonsets").json()["items"] == []
        agent = {**deployment("cilium"), "kind": "DaemonSet"}
        made = api.post("/apis/apps/v1/namespaces/kube-system/daemonsets", json=agent)
        assert made.status_code == 201
        assert [_is_ready(node) for node in _nodes(api)] == [True, True]
        tenant.advance(60)
        group = tenant.eks.describe_nodegroup(clusterName=cluster.name, nodegroupName="general")["nodegroup"]
        assert group["status"] == "ACTIVE"


def test_calicos_operator_and_an_installation_make_a_cni(tenant: Tenant) -> None:
    """https://docs.tigera.io/calico/latest/getting-started/kubernetes/managed-public-cloud/eks"""
    cluster = make(tenant, bootstrapSelfManagedAddons=False)
    add_nodes(cluster)
    names = {"plural": "installations", "kind": "Installation"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    versions = [{"name": "v1", "served": True, "storage": True, "schema": schema}]
    spec = {"group": "operator.tigera.io", "scope": "Cluster", "names": names, "versions": versions}
    crd = {"metadata": {"name": "installations.operator.tigera.io"}, "spec": spec}
    with cluster.client() as api:
        api.post("/apis/apps/v1/namespaces/default/deployments", json=deployment("tigera-operator"))
        api.post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", json=crd)
        assert not any(_is_ready(node) for node in _nodes(api))
        api.post("/apis/operator.tigera.io/v1/installations", json={"metadata": {"name": "default"}})
        assert all(_is_ready(node) for node in _nodes(api))


def test_what_people_write_on_nodes_stays(tenant: Tenant) -> None:
    cluster = make(tenant)
    add_nodes(cluster)
    with cluster.client() as api:
        path = f"/api/v1/nodes/{_nodes(api)[0]['metadata']['name']}"
        change = {
            "metadata": {"labels": {"mine": "yes"}},
            "spec": {"unschedulable": True, "taints": [{"key": "mine", "effect": "NoExecute"}]},
        }
        api.patch(path, json=change, headers={"Content-Type": "application/merge-patch+json"})
        tenant.advance(60)
        node = api.get(path).json()
        assert node["metadata"]["labels"]["mine"] == "yes"
        assert node["spec"]["unschedulable"] is True
        assert node["spec"]["taints"] == [{"key": "mine", "effect": "NoExecute"}]


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html")
def test_addons_are_workloads(tenant: Tenant) -> None:
    cluster = make(tenant, bootstrapSelfManagedAddons=False)
    tenant.eks.create_addon(clusterName=cluster.name, addonName="vpc-cni")
    tenant.eks.create_addon(clusterName=cluster.name, addonName="coredns")
    add_nodes(cluster)
    system = "/apis/apps/v1/namespaces/kube-system"
    with cluster.client() as api:
        agent = api.get(f"{system}/daemonsets/aws-node").json()
        assert agent["status"]["numberReady"] == 2
        assert api.get(f"{system}/deployments/coredns").json()["status"]["readyReplicas"] == 2
        tenant.eks.delete_addon(clusterName=cluster.name, addonName="coredns")
        tenant.advance(120)
        assert api.get(f"{system}/deployments/coredns").status_code == 404


def test_deleting_aws_node_leaves_the_cluster_without_a_cni(tenant: Tenant) -> None:
    cluster = make(tenant)
    with cluster.client() as api:
        assert api.delete("/apis/apps/v1/namespaces/kube-system/daemonsets/aws-node").status_code == 200
        add_nodes(cluster)
        assert [_is_ready(node) for node in _nodes(api)] == [False, False]
