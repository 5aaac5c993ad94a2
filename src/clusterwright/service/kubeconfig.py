"""The file that kubectl needs. It holds no secret: the AWS CLI makes a token each time."""

from __future__ import annotations

import yaml

from clusterwright.errors import Conflict
from clusterwright.service.core import Core
from clusterwright.store import clusters


def kubeconfig(core: Core, name: str) -> str:
    with core.look() as connection:
        row = clusters.get(connection, name)
    outputs = row.status.outputs
    if not outputs.get("endpoint") or not outputs.get("certificate"):
        remedy = f"Wait for the control plane: `clusterwright wait cluster/{name} --for=ready`."
        raise Conflict(f"Cluster {name} has no endpoint yet.", remedy=remedy)
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": server(outputs["endpoint"], outputs["certificate"])}],
        "users": [{"name": name, "user": {"exec": token_maker(name, row.document.spec.region)}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    return yaml.safe_dump(config, sort_keys=False)


def server(endpoint: str, certificate: str) -> dict[str, str]:
    return {"server": endpoint, "certificate-authority-data": certificate}


def token_maker(name: str, region: str) -> dict[str, object]:
    return {
        "apiVersion": "client.authentication.k8s.io/v1beta1",
        "command": "aws",
        "args": ["eks", "get-token", "--cluster-name", name, "--region", region],
        "interactiveMode": "Never",
        "installHint": "The AWS CLI makes the token: https://docs.aws.amazon.com/cli/",
    }
