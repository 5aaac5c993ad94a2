"""A cluster as its users reach it: address and authority from DescribeCluster, tokens signed by botocore."""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import botocore.session
import httpx
from botocore.credentials import Credentials
from botocore.signers import RequestSigner

from tests.conformance.endpoint import Endpoint

from ..tenant import Tenant

Wire = dict[str, Any]

APPLY = {"Content-Type": "application/apply-patch+yaml"}
MERGE = {"Content-Type": "application/merge-patch+json"}
STRATEGIC = {"Content-Type": "application/strategic-merge-patch+json"}
JSON_PATCH = {"Content-Type": "application/json-patch+json"}
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_PATIENCE = 20.0


def sign(
    session: botocore.session.Session, credentials: Credentials, cluster: str, host: str | None = None
) -> str:
    """`aws eks get-token`: https://docs.aws.amazon.com/cli/latest/reference/eks/get-token.html"""
    sts = session.create_client("sts", region_name="us-east-1")
    signer = RequestSigner(
        sts.meta.service_model.service_id,
        "us-east-1",
        "sts",
        "v4",
        credentials,
        session.get_component("event_emitter"),
    )
    asked = {
        "method": "GET",
        "url": f"{host or 'https://sts.us-east-1.amazonaws.com'}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {"x-k8s-aws-id": cluster},
        "context": {},
    }
    url = signer.generate_presigned_url(asked, operation_name="", region_name="us-east-1", expires_in=60)
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")


@dataclass(frozen=True)
class Cluster:
    tenant: Tenant
    wire: Wire

    @property
    def name(self) -> str:
        return str(self.wire["name"])

    @property
    def authority(self) -> str:
        return base64.b64decode(self.wire["certificateAuthority"]["data"]).decode()

    def token(self, keys: Wire | None = None, name: str = "") -> str:
        found = keys or self.tenant.credentials
        credentials = Credentials(found["accessKeyId"], found["secretAccessKey"], found.get("sessionToken"))
        return sign(self.tenant.session, credentials, name or self.name)

    def endpoint(self, token: str | None = None) -> Endpoint:
        return Endpoint(self.wire["endpoint"], self.authority, token or self.token())

    def client(self, token: str | None = None) -> httpx.Client:
        return self.endpoint(token).client()


def make(tenant: Tenant, **more: Any) -> Cluster:
    """An ACTIVE cluster in a network of its own."""
    network = tenant.network()
    network.add_nat()
    tenant.advance(200)
    role, _, _ = tenant.roles()
    given = {"accessConfig": {"authenticationMode": "API"}, **more}
    return Cluster(tenant, tenant.cluster(network, role, **given))


def add_nodes(cluster: Cluster, name: str = "general", advance: float = 600, **more: Any) -> None:
    tenant = cluster.tenant
    arn = tenant.iam.get_role(RoleName="node")["Role"]["Arn"]
    tenant.eks.create_nodegroup(
        clusterName=cluster.name,
        nodegroupName=name,
        nodeRole=arn,
        subnets=cluster.wire["resourcesVpcConfig"]["subnetIds"],
        scalingConfig={"minSize": 0, "maxSize": 4, "desiredSize": 2},
        **more,
    )
    tenant.advance(advance)


def deployment(name: str = "web", replicas: int = 2, image: str = "nginx:1") -> Wire:
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
        },
    }


def config_map(name: str, labels: Wire | None = None, **data: str) -> Wire:
    metadata: Wire = {"name": name, **({"labels": labels} if labels else {})}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def maps(namespace: str) -> str:
    return f"/api/v1/namespaces/{namespace}/configmaps"


def deployments(namespace: str) -> str:
    return f"/apis/apps/v1/namespaces/{namespace}/deployments"


def apply(api: httpx.Client, path: str, wire: Wire, manager: str, **more: str) -> httpx.Response:
    return api.patch(path, json=wire, headers=APPLY, params={"fieldManager": manager, **more})


def ok(answer: httpx.Response) -> Any:
    assert answer.is_success, answer.text
    return answer.json()


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Code and reason of a `Status`: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/"""
    said = answer.json()
    assert (said["kind"], said["status"]) == ("Status", "Failure"), said
    assert said["code"] == answer.status_code
    return answer.status_code, said["reason"]


def definition(plural: str, kind: str, schema: Wire | None = None, **version: Any) -> Wire:
    """Of a namespaced kind of example.com, which takes everything where no schema is given."""
    schema = schema or {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    first = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}, **version}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.example.com"},
        "spec": {
            "group": "example.com",
            "scope": "Namespaced",
            "names": {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"},
            "versions": [first],
        },
    }


def define(api: httpx.Client, wire: Wire, namespace: str) -> str:
    """The path of the new kind's objects, once it is served."""
    ok(api.post(CRDS, json=wire))
    spec = wire["spec"]
    served = [one["name"] for one in spec["versions"] if one["served"]]
    path = f"/apis/{spec['group']}/{served[0]}/namespaces/{namespace}/{spec['names']['plural']}"
    eventually(lambda: api.get(path).status_code == 200, f"{path} is served")
    return path


def eventually(look: Callable[[], object], what: str) -> None:
    """At once in the sandbox; a real control plane takes its time."""
    until = time.monotonic() + _PATIENCE
    while not look():
        assert time.monotonic() < until, f"not within {_PATIENCE:.0f} s: {what}"
        time.sleep(0.02)
