"""A cluster as its users reach it: address and authority from DescribeCluster, tokens signed by botocore."""

import base64
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import httpx
import yaml
from botocore.credentials import Credentials
from botocore.signers import RequestSigner

from ..tenant import Tenant

Wire = dict[str, Any]


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

    def client(self, token: str | None = None) -> httpx.Client:
        return httpx.Client(
            base_url=self.wire["endpoint"],
            verify=ssl.create_default_context(cadata=self.authority),
            headers={"Authorization": f"Bearer {token or self.token()}"},
            timeout=10,
        )

    def kubeconfig(self, file: Path, token: str | None = None) -> Path:
        server = {
            "server": self.wire["endpoint"],
            "certificate-authority-data": self.wire["certificateAuthority"]["data"],
        }
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": server}],
            "users": [{"name": "u", "user": {"token": token or self.token()}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        file.write_text(yaml.safe_dump(content))
        return file


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
