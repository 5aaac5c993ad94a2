"""Names in AWS. What is found there by its name holds the uid, so that no other cluster meets it."""

from __future__ import annotations

ROLE_LIMIT = 64
TEMPLATE_LIMIT = 128
UID_LENGTH = 8


def role_name(cluster: str, purpose: str, uid: str) -> str:
    """`team-a-node-1a2b3c4d`."""
    return unique(cluster, purpose, uid, ROLE_LIMIT)


def template_name(cluster: str, pool: str, uid: str) -> str:
    return unique(cluster, pool, uid, TEMPLATE_LIMIT)


def log_group_name(cluster: str) -> str:
    """EKS writes there and nowhere else."""
    return f"/aws/eks/{cluster}/cluster"


def unique(cluster: str, purpose: str, uid: str, limit: int) -> str:
    """The three joined; only the cluster's name is cut, as the uid stands for it."""
    tail = f"-{purpose}-{uid[:UID_LENGTH]}"
    return cluster[: limit - len(tail)].rstrip("-") + tail
