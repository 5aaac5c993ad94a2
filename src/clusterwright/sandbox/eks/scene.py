"""What an EKS operation has at hand: who asks, where, that region's state, time, the account."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clusterwright.sandbox import service_roles, trust
from clusterwright.sandbox.agenda import Event
from clusterwright.sandbox.call import partition_of
from clusterwright.sandbox.eks import faults
from clusterwright.sandbox.eks.account import Account
from clusterwright.sandbox.eks.records import Cluster, Region
from clusterwright.sandbox.iam.patterns import Context
from clusterwright.sandbox.kube.authority import Endpoints
from clusterwright.sandbox.propagation import Propagation
from clusterwright.sandbox.timing import Timing


@dataclass(frozen=True, slots=True)
class Scene:
    region: Region
    account: Account
    timing: Timing
    propagation: Propagation
    endpoints: Endpoints
    caller: str

    @property
    def now(self) -> float:
        return self.timing.now

    @property
    def partition(self) -> str:
        return partition_of(self.region.name)

    def arn(self, kind: str, path: str) -> str:
        return f"arn:{self.partition}:eks:{self.region.name}:{self.region.account}:{kind}/{path}"

    def name_of(self, *parts: str) -> str:
        """A name that is the same in every run, for drawing durations and ids."""
        return "/".join((self.region.account, self.region.name, *parts))

    def later(self, kind: str, name: str, event: Event, share: float = 1.0) -> None:
        self.timing.later(kind, self.name_of(name), event, share)

    def unique(self, kind: str, name: str) -> uuid.UUID:
        """An id nobody had before, yet the same one in every run with the same seed and the same calls."""
        self.region.made += 1
        stream = self.stream(kind, f"{name}#{self.region.made}")
        return uuid.UUID(int=stream.getrandbits(128), version=4)

    def stream(self, kind: str, name: str) -> random.Random:
        return self.timing.draws.stream(kind, self.name_of(name))

    def cluster(self, name: str) -> Cluster:
        try:
            return self.region.clusters[name]
        except KeyError:
            raise faults.not_found(f"No cluster found for name: {name}.", clusterName=name) from None

    def active_cluster(self, name: str) -> Cluster:
        cluster = self.cluster(name)
        if cluster.status not in ("ACTIVE", "UPDATING"):
            raise faults.bad_request(f"Cluster '{name}' is not in ACTIVE status", clusterName=name)
        return cluster

    def service_roles(self, *services: str) -> None:
        service_roles.ensure(self.region.account, self.partition, *services)

    def role(self, arn: str, service: str, **members: Any) -> None:
        """The role exists, is visible by now and trusts the service; else as if it did not exist."""
        if not self.trusts(arn, service, **members):
            raise faults.role_unusable(arn, **members)

    def own_role(self, arn: str, service: str, **members: Any) -> None:
        """Such a role of the cluster's own account: roles are passed to a service within an account only."""
        if f":{self.region.account}:" not in arn:
            raise faults.invalid(f"The role {arn} is not of the cluster's account", **members)
        self.role(arn, service, **members)

    def trusts(self, arn: str, service: str, **members: Any) -> bool:
        role = trust.find_role(arn)
        if role is None or not trust.trusts_service(role, service, self._source(service, members)):
            return False
        return self.propagation.is_trusted(role.account_id, role.name)

    def _source(self, service: str, members: Mapping[str, Any]) -> Context:
        """On whose behalf the service comes; https://docs.aws.amazon.com/eks/latest/userguide/
        cross-service-confused-deputy-prevention.html, pod-execution-role.html. EC2 does not say."""
        cluster = members.get("clusterName", "")
        sources = {
            "eks.amazonaws.com": self.arn("cluster", cluster),
            "pods.eks.amazonaws.com": self.arn("cluster", cluster),
            "eks-fargate-pods.amazonaws.com": self.arn("fargateprofile", f"{cluster}/*"),
        }
        if service not in sources:
            return {}
        return {"aws:sourcearn": (sources[service],), "aws:sourceaccount": (self.region.account,)}
