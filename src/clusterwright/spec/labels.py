"""The syntax of Kubernetes labels and taint keys, and which prefixes are not for users."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from clusterwright.spec.model import Path, Problem

# EKS and the kubelet refuse these on nodes: https://kubernetes.io/docs/reference/labels-annotations-taints/
RESERVED = ("kubernetes.io", "k8s.io", "eks.amazonaws.com", "clusterwright.dev")
OPEN = ("node.kubernetes.io", "node-role.kubernetes.io")

_NAME = re.compile(r"[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?")
_PREFIX = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
SYNTAX = "Use at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends."


def key_is_valid(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    return bool(_NAME.fullmatch(name)) and (not slash or bool(_PREFIX.fullmatch(prefix)))


def value_is_valid(value: str) -> bool:
    return value == "" or bool(_NAME.fullmatch(value))


def label_problems(labels: Mapping[str, str], field: str = "labels") -> Iterator[Problem]:
    for key, value in labels.items():
        if not key_is_valid(key):
            yield Problem(
                (field, key), "is not a label key", f"{SYNTAX} A DNS prefix and '/' may precede.", key
            )
        elif not value_is_valid(value):
            yield Problem((field, key), "is not a label value", SYNTAX, value)


def reserved_key(key: str, at: Path) -> Iterator[Problem]:
    """Keys on nodes that belong to Kubernetes, EKS or us."""
    prefix, _, _ = key.rpartition("/")
    if prefix in OPEN:
        return
    for owner in RESERVED:
        if prefix == owner or prefix.endswith(f".{owner}"):
            yield Problem(at, f"keys under {prefix}/ are reserved", "Use a prefix of your own.", key)
            return
