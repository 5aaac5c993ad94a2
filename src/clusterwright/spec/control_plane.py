"""The managed control plane: who reaches its endpoint, what it logs, who is let in."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Literal

from clusterwright.spec.model import Model, Problem, repeated
from clusterwright.spec.placement import PRIVATE, cidr_problems, network
from clusterwright.spec.scalars import AccessPolicy, Flag, KeyArn, PrincipalArn, Whole

LogType = Literal["api", "audit", "authenticator", "controllerManager", "scheduler"]

EVERYWHERE = "0.0.0.0/0"
PUBLIC_CIDR_LIMIT = 40
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
MONTHS = (30, 60, 90, 120, 150, 180)
YEARS = (365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
RETENTION_DAYS = (1, 3, 5, 7, 14, *MONTHS, *YEARS)
# EKS refuses an allow list of addresses that can never arrive from the internet.
NEVER_PUBLIC = (*PRIVATE, IPv4Network("127.0.0.0/8"), IPv4Network("169.254.0.0/16"))


class EndpointAccess(Model):
    """The ways to the Kubernetes API: over the internet, from inside the VPC, or both."""

    public: Flag = True
    private: Flag = True
    public_cidrs: tuple[str, ...] = (EVERYWHERE,)

    def problems(self) -> Iterator[Problem]:
        if not self.public and not self.private:
            yield Problem((), "public and private are both false: nobody could connect", "Set one to true.")
        if self.public and not self.public_cidrs:
            remedy = f"List the networks to let in, or {EVERYWHERE} for all."
            yield Problem(("publicCidrs",), "is empty while the endpoint is public", remedy)
        if len(self.public_cidrs) > PUBLIC_CIDR_LIMIT:
            count = len(self.public_cidrs)
            message = f"has {count} networks, EKS allows {PUBLIC_CIDR_LIMIT}"
            yield Problem(("publicCidrs",), message, "Join neighbouring networks.", str(count))
        for index, text in enumerate(self.public_cidrs):
            yield from _public_cidr_problems(text, index)


def _public_cidr_problems(text: str, index: int) -> Iterator[Problem]:
    for problem in cidr_problems(text, "publicCidrs"):
        yield Problem(("publicCidrs", index), problem.message, problem.remedy, text)
    net = network(text)
    if net and any(net.subnet_of(private) for private in NEVER_PUBLIC):
        remedy = "List public addresses; inside the VPC the private endpoint is used."
        yield Problem(("publicCidrs", index), f"{text} is not a public network", remedy, text)


class AccessEntry(Model):
    """An IAM principal that may use the cluster, everywhere or in some namespaces."""

    principal_arn: PrincipalArn
    policy: AccessPolicy = "AmazonEKSClusterAdminPolicy"
    namespaces: tuple[str, ...] = ()


class ControlPlane(Model):
    """EKS's part of the cluster."""

    endpoint_access: EndpointAccess = EndpointAccess()
    logging: tuple[LogType, ...] = ()
    log_retention_days: Whole = 30
    encryption_key_arn: KeyArn | None = None
    access: tuple[AccessEntry, ...] = ()
    deletion_protection: Flag = False

    def problems(self) -> Iterator[Problem]:
        for index, kind in repeated(self.logging):
            yield Problem(("logging", index), f"{kind} is listed twice", "Remove one of them.", kind)
        yield from self._retention_problems()
        for index, arn in repeated(tuple(entry.principal_arn for entry in self.access)):
            at = ("access", index, "principalArn")
            yield Problem(at, f"{arn} has an entry already", "Keep one entry for each principal.", arn)

    def _retention_problems(self) -> Iterator[Problem]:
        days = self.log_retention_days
        if days not in RETENTION_DAYS:
            nearest = min(RETENTION_DAYS, key=lambda known: abs(known - days))
            message = f"CloudWatch cannot keep logs for {days} days"
            yield Problem(("logRetentionDays",), message, f"Use {nearest}, which is nearest.", str(days))
