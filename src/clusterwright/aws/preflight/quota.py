"""The quotas that a cluster counts against, by the codes that Service Quotas gives them. Pure.

docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """`default` is what AWS publishes: what an account has that never asked for more."""

    service: str
    code: str
    name: str
    default: int


VPCS = Quota("vpc", "L-F678F1CE", "VPCs per region", 5)
INTERNET_GATEWAYS = Quota("vpc", "L-A4707A72", "internet gateways per region", 5)
NAT_GATEWAYS = Quota("vpc", "L-FE5A380F", "NAT gateways per zone", 5)
SUBNETS = Quota("vpc", "L-407747CB", "subnets per VPC", 200)
ADDRESSES = Quota("ec2", "L-0263D0A3", "elastic addresses per region", 5)
CLUSTERS = Quota("eks", "L-1194D53C", "EKS clusters per region", 100)
NODE_GROUPS = Quota("eks", "L-6D54EA21", "node groups per cluster", 30)
NODES = Quota("eks", "L-BD136A63", "nodes per node group", 450)
FARGATE_PROFILES = Quota("eks", "L-33415657", "Fargate profiles per cluster", 10)
CLASSIC_BALANCERS = Quota("elasticloadbalancing", "L-E9E9831D", "classic load balancers per region", 20)
NETWORK_BALANCERS = Quota("elasticloadbalancing", "L-69A177A2", "network load balancers per region", 50)
APPLICATION_BALANCERS = Quota(
    "elasticloadbalancing", "L-53DA6B97", "application load balancers per region", 50
)

ON_DEMAND, SPOT = "ON_DEMAND", "SPOT"
"""How instances are bought, in EKS's words."""

FAMILIES: tuple[tuple[str, str, str, str], ...] = (
    ("hpc", "HPC", "L-F7808C92", ""),
    ("inf", "Inf", "L-1945791B", "L-B5D1601B"),
    ("trn", "Trn", "L-2C3B7624", "L-6B0D517C"),
    ("dl", "DL", "L-6E869C2A", "L-85EED4F7"),
    ("g|vt", "G and VT", "L-DB2E81BA", "L-3819A6DF"),
    ("f", "F", "L-74FC7D96", "L-88CF9481"),
    ("p", "P", "L-417A185B", "L-7212CCBC"),
    ("u", "high memory", "L-43DA4232", ""),
    ("x", "X", "L-7295265B", "L-E3A00192"),
    ("a|c|d|h|i|m|r|t|z", "standard (A, C, D, H, I, M, R, T, Z)", "L-1216C47A", "L-34B43A08"),
)
"""What instance types begin with, the name, the codes on demand and of spot; the first match counts."""

STANDARD = FAMILIES[-1]
STANDARD_DEFAULT = 5
"""vCPUs of a new account; of all other families none."""


def vcpu_quota(instance_type: str, market: str) -> Quota | None:
    """The quota whose vCPUs an instance takes; None where there is none."""
    family = next((family for family in FAMILIES if re.match(family[0], instance_type)), None)
    if family is None:
        return None
    _, name, on_demand, spot = family
    code, words = (spot, "spot") if market == SPOT else (on_demand, "on-demand")
    default = STANDARD_DEFAULT if family is STANDARD else 0
    return Quota("ec2", code, f"{words} vCPUs of {name} instances", default) if code else None
