"""What a cluster offers its workloads; all that the controllers know besides the object itself."""

import fnmatch
from dataclasses import dataclass
from typing import Protocol

from clusterwright.sandbox.kube.wire import Wire, labels


class Balancers(Protocol):
    """Who makes load balancers for Services: today names only, one day real ones."""

    def ensure(self, namespace: str, name: str, uid: str) -> str:
        """The DNS name of the load balancer of this Service, made if need be."""
        ...

    def release(self, uid: str) -> None:
        """The Service is gone."""
        ...


@dataclass(frozen=True, slots=True)
class NamedBalancers:
    """A name as EKS would give it, and nothing behind it.

    https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
    """

    region: str

    def ensure(self, namespace: str, name: str, uid: str) -> str:
        digits = int(uid.replace("-", "")[:8], 16)
        return f"a{uid.replace('-', '')[:31]}-{digits}.{self.region}.elb.amazonaws.com"

    def release(self, uid: str) -> None:
        return


@dataclass(frozen=True, slots=True)
class Surroundings:
    nodes: tuple[str, ...]
    ready: tuple[str, ...]
    fargate: tuple[Wire, ...]
    balancers: Balancers
    now: str

    def runs(self, namespace: str, template: Wire) -> bool:
        """Whether there is a place for pods like this."""
        return bool(self.ready) or self.on_fargate(namespace, template)

    def on_fargate(self, namespace: str, template: Wire) -> bool:
        """https://docs.aws.amazon.com/eks/latest/userguide/fargate-profile.html#fargate-profile-components"""
        return any(
            fnmatch.fnmatchcase(namespace, selector["namespace"])
            and all(
                fnmatch.fnmatchcase(labels(template).get(key, ""), value)
                for key, value in (selector.get("labels") or {}).items()
            )
            for selector in self.fargate
        )

    def offers_same_as(self, other: "Surroundings | None") -> bool:
        if other is None:
            return False
        mine = (self.nodes, self.ready, self.fargate)
        return mine == (other.nodes, other.ready, other.fargate)
