"""Who gets in, and what they may do: EKS's part, so of the sandbox only.

https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
"""

import json
import ssl
import time
from typing import Any

import httpx
import pytest

from clusterwright.sandbox.server import Running

from ..tenant import Tenant
from .client import Cluster, Wire, config_map, make


def _reader(cluster: Cluster, name: str, policy: str, scope: Wire, **entry: Any) -> httpx.Client:
    """A role with an access policy, assumed."""
    tenant = cluster.tenant
    trusted = {"Effect": "Allow", "Principal": {"AWS": tenant.account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trusted]})
    arn = tenant.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    tenant.advance(30)
    tenant.eks.create_access_entry(clusterName=cluster.name, principalArn=arn, **entry)
    if policy:
        tenant.eks.associate_access_policy(
            clusterName=cluster.name,
            principalArn=arn,
            policyArn=f"arn:aws:eks::aws:cluster-access-policy/{policy}",
            accessScope=scope,
        )
    keys = tenant.client("sts").assume_role(RoleArn=arn, RoleSessionName="me")["Credentials"]
    found = {
        "accessKeyId": keys["AccessKeyId"],
        "secretAccessKey": keys["SecretAccessKey"],
        "sessionToken": keys["SessionToken"],
    }
    return cluster.client(cluster.token(found))


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/APIReference/API_Certificate.html")
def test_the_authority_vouches_for_the_endpoint(cluster: Cluster) -> None:
    assert cluster.wire["endpoint"].startswith("https://127.0.0.1:")
    with httpx.Client(verify=ssl.create_default_context()) as stranger, pytest.raises(httpx.ConnectError):
        stranger.get(cluster.wire["endpoint"] + "/healthz")
    with cluster.client() as client:
        assert client.get("/healthz").text == "ok"
        assert client.get("/version").json()["gitVersion"].startswith("v1.33.5-eks-")


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/cluster-auth.html")
def test_only_the_right_token_lets_in(cluster: Cluster) -> None:
    keys = cluster.tenant.credentials
    bad = (
        "none",
        cluster.token(name="another"),
        cluster.token({**keys, "secretAccessKey": "wrong"}),
        cluster.token({**keys, "accessKeyId": "AKIANOBODY0000000000"}),
    )
    for token in bad:
        with cluster.client(token) as client:
            refused = client.get("/api/v1/nodes")
            assert (refused.status_code, refused.json()["message"]) == (401, "Unauthorized")
    with cluster.client() as client:
        assert client.get("/api/v1/nodes").status_code == 200
        assert client.get("/api/v1/nodes", headers={"Authorization": ""}).status_code == 401


def test_an_old_token_is_worth_nothing(
    sandbox: Running, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = cluster.token()
    later = time.time() + 16 * 60
    monkeypatch.setattr(sandbox.frame.kube, "_real_now", lambda: later)
    with cluster.client(token) as client:
        assert client.get("/api").status_code == 401


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/access-policies.html")
def test_a_view_in_one_namespace(cluster: Cluster, cluster_api: httpx.Client, cluster_namespace: str) -> None:
    scope = {"type": "namespace", "namespaces": [cluster_namespace]}
    assert (
        cluster_api.post(
            f"/api/v1/namespaces/{cluster_namespace}/configmaps", json=config_map("a")
        ).status_code
        == 201
    )
    with _reader(cluster, "viewer", "AmazonEKSViewPolicy", scope) as reader:
        assert reader.get(f"/api/v1/namespaces/{cluster_namespace}/configmaps/a").status_code == 200
        refused = reader.get(f"/api/v1/namespaces/{cluster_namespace}/secrets")
        assert refused.status_code == 403
        name = f"arn:aws:sts::{cluster.tenant.account}:assumed-role/viewer/me"
        assert refused.json()["message"] == (
            f'secrets is forbidden: User "{name}" cannot list resource "secrets" in API group "" in the '
            f'namespace "{cluster_namespace}"'
        )
        assert reader.post(f"/api/v1/namespaces/{cluster_namespace}/configmaps", json={}).status_code == 403
        assert reader.get("/api/v1/namespaces/default/configmaps").status_code == 403
        pretended = reader.get("/api/v1/nodes", headers={"Impersonate-User": "root"})
        assert 'cannot impersonate resource "users"' in pretended.json()["message"]
        assert "at the cluster scope" in reader.get("/api/v1/nodes").json()["message"]
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {
                "resourceAttributes": {"namespace": cluster_namespace, "verb": "list", "resource": "pods"}
            },
        }
        answer = reader.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", json=review)
        assert answer.json()["status"] == {"allowed": True}


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html")
def test_groups_of_an_entry_are_bound_by_rbac(
    cluster: Cluster, cluster_api: httpx.Client, cluster_namespace: str
) -> None:
    with _reader(cluster, "auditor", "", {}, kubernetesGroups=["auditors"]) as auditor:
        assert auditor.get("/api/v1/nodes").status_code == 403
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": "look-at-nodes"},
            "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}],
        }
        binding = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": "look-at-nodes"},
            "roleRef": {
                "apiGroup": "rbac.authorization.k8s.io",
                "kind": "ClusterRole",
                "name": "look-at-nodes",
            },
            "subjects": [
                {"kind": "Group", "name": "auditors", "apiGroup": "rbac.authorization.k8s.io"},
            ],
        }
        rbac = "/apis/rbac.authorization.k8s.io/v1"
        assert cluster_api.post(f"{rbac}/clusterroles", json=role).status_code == 201
        assert cluster_api.post(f"{rbac}/clusterrolebindings", json=binding).status_code == 201
        assert auditor.get("/api/v1/nodes").status_code == 200
        assert auditor.delete("/api/v1/nodes").status_code == 403


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html")
def test_without_entries_the_creator_and_aws_auth_get_in(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html"""
    cluster = make(tenant, accessConfig={"authenticationMode": "CONFIG_MAP"})
    tenant.iam.create_user(UserName="other")
    key = tenant.iam.create_access_key(UserName="other")["AccessKey"]
    keys = {"accessKeyId": key["AccessKeyId"], "secretAccessKey": key["SecretAccessKey"]}
    with cluster.client() as creator, cluster.client(cluster.token(keys)) as other:
        assert other.get("/api/v1/nodes").status_code == 401
        arn = f"arn:aws:iam::{tenant.account}:user/other"
        users = f"- {{userarn: '{arn}', username: other, groups: ['system:masters']}}"
        made = creator.post(
            "/api/v1/namespaces/kube-system/configmaps", json=config_map("aws-auth", mapUsers=users)
        )
        assert made.status_code == 201
        assert other.get("/api/v1/nodes").status_code == 200


def test_a_cluster_that_is_gone_answers_nobody(tenant: Tenant) -> None:
    cluster = make(tenant)
    with cluster.client() as client:
        assert client.get("/api").status_code == 200
        tenant.eks.delete_cluster(name=cluster.name)
        tenant.advance(900)
        assert client.get("/api").status_code == 404
