"""The four policies that a cloud account needs, statement for statement as the source document has them."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources

from clusterwright.aws.iam.policy import Policy, read

NAMES = ("controller", "control-plane", "nodes", "deployment")

PURPOSES = {
    "controller": "what Clusterwright itself calls to build, change and delete clusters",
    "control-plane": "what the control plane of a cluster calls for load balancers and volumes",
    "nodes": "what nodes call to join and to pull images",
    "deployment": "what goes with a deployment: snapshots, key pairs, prices",
}


@cache
def published(name: str) -> Policy:
    """One of `NAMES`."""
    text = (resources.files(__package__) / f"{name}.json").read_text()
    return read(name, json.loads(text))


def all_published() -> tuple[Policy, ...]:
    return tuple(published(name) for name in NAMES)
