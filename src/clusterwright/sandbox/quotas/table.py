"""The quotas that building clusters runs into, by the codes that Service Quotas gives them.

`roomy` is what an account has that builds clusters in earnest and has asked AWS for more; the defaults stop a
second cluster over three zones, which needs its fourth to sixth elastic address.
https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
"""

from dataclasses import dataclass

VPCS = "L-F678F1CE"
GATEWAYS = "L-A4707A72"
NATS_PER_ZONE = "L-FE5A380F"
SUBNETS_PER_VPC = "L-407747CB"
ADDRESSES = "L-0263D0A3"
ON_DEMAND_VCPUS = "L-1216C47A"
SPOT_VCPUS = "L-34B43A08"
CLUSTERS = "L-1194D53C"
NODEGROUPS = "L-6D54EA21"
NODES = "L-BD136A63"
FARGATE_PROFILES = "L-33415657"
APPLICATION_BALANCERS = "L-53DA6B97"
NETWORK_BALANCERS = "L-69A177A2"
CLASSIC_BALANCERS = "L-E9E9831D"
TARGET_GROUPS = "L-B22855CB"
ROLES = "L-FE177D64"
OIDC_PROVIDERS = "L-858F3967"
FARGATE_VCPUS = "L-3032A538"


@dataclass(frozen=True, slots=True)
class Quota:
    service: str
    code: str
    name: str
    default: float
    roomy: float
    is_global: bool = False


SERVICES = {
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "eks": "Amazon Elastic Kubernetes Service (Amazon EKS)",
    "elasticloadbalancing": "Elastic Load Balancing (ELB)",
    "fargate": "AWS Fargate",
    "iam": "AWS Identity and Access Management (IAM)",
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
}

_ELB = "elasticloadbalancing"
_STANDARD = "Standard (A, C, D, H, I, M, R, T, Z)"

TABLE: dict[str, Quota] = {
    quota.code: quota
    for quota in (
        Quota("vpc", VPCS, "VPCs per Region", 5, 500),
        Quota("vpc", GATEWAYS, "Internet gateways per Region", 5, 500),
        Quota("vpc", NATS_PER_ZONE, "NAT gateways per Availability Zone", 5, 500),
        Quota("vpc", SUBNETS_PER_VPC, "Subnets per VPC", 200, 200),
        Quota("ec2", ADDRESSES, "EC2-VPC Elastic IPs", 5, 2000),
        # 5 on a new account; AWS raises it with use, and 32 is what most see
        Quota("ec2", ON_DEMAND_VCPUS, f"Running On-Demand {_STANDARD} instances", 32, 20_000),
        Quota("ec2", SPOT_VCPUS, f"All {_STANDARD} Spot Instance Requests", 32, 20_000),
        Quota("eks", CLUSTERS, "Clusters", 100, 1000),
        Quota("eks", NODEGROUPS, "Managed node groups per cluster", 30, 30),
        Quota("eks", NODES, "Nodes per managed node group", 450, 450),
        Quota("eks", FARGATE_PROFILES, "Fargate profiles per cluster", 10, 10),
        Quota(
            "elasticloadbalancing", APPLICATION_BALANCERS, "Application Load Balancers per Region", 50, 500
        ),
        Quota(_ELB, NETWORK_BALANCERS, "Network Load Balancers per Region", 50, 500),
        Quota(_ELB, CLASSIC_BALANCERS, "Classic Load Balancers per Region", 20, 500),
        Quota(_ELB, TARGET_GROUPS, "Target Groups per Region", 3000, 3000),
        Quota("fargate", FARGATE_VCPUS, "Fargate On-Demand vCPU resource count", 6, 4000),
        Quota("iam", ROLES, "Roles per account", 1000, 5000, is_global=True),
        Quota("iam", OIDC_PROVIDERS, "OpenId connect providers per account", 100, 700, is_global=True),
    )
}
