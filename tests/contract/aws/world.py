"""One cluster of ours in one account of the sandbox, and the least of an engine that drives single kinds."""

from __future__ import annotations

import itertools
import json
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from clusterwright.aws.credentials import AccessKey
from clusterwright.aws.driver import Change
from clusterwright.aws.gateway import Gateway, Gateways
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.elastic_ip import ElasticIp
from clusterwright.aws.kinds.iam_role import IamRole, ServiceTrust
from clusterwright.aws.kinds.internet_gateway import InternetGateway
from clusterwright.aws.kinds.nat_gateway import NatGateway
from clusterwright.aws.kinds.route_table import Route, RouteTable
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.limits import Limits
from clusterwright.aws.registry import driver_for
from clusterwright.aws.scope import Freshness, Owner, Scope
from clusterwright.errors import InUse, NotYet
from clusterwright.graph.diff import diff
from clusterwright.graph.known import Known
from clusterwright.graph.resource import AnyRef, Found, Resource, State

R = TypeVar("R", bound=Resource)

VPC = Vpc(name="vpc", cidr="10.0.0.0/16")
GATEWAY = InternetGateway(name="igw", vpc=VPC.ref)
PUBLIC = Subnet(name="public-a", vpc=VPC.ref, cidr="10.0.0.0/24", zone="us-east-1a", public=True)
PRIVATE_A = Subnet(name="private-a", vpc=VPC.ref, cidr="10.0.1.0/24", zone="us-east-1a", public=False)
PRIVATE_B = Subnet(name="private-b", vpc=VPC.ref, cidr="10.0.2.0/24", zone="us-east-1b", public=False)
WAY_OUT = RouteTable(
    name="public", vpc=VPC.ref, routes=(Route("0.0.0.0/0", GATEWAY.ref),), subnets=(PUBLIC.ref,)
)
ADDRESS = ElasticIp(name="nat-a")
NAT = NatGateway(name="nat-a", subnet=PUBLIC.ref, address=ADDRESS.ref)
WAY_THROUGH = RouteTable(
    name="private",
    vpc=VPC.ref,
    routes=(Route("0.0.0.0/0", NAT.ref),),
    subnets=(PRIVATE_A.ref, PRIVATE_B.ref),
)


def managed(policy: str) -> str:
    return f"arn:aws:iam::aws:policy/{policy}"


def role(name: str, service: str, *policies: str) -> IamRole:
    return IamRole(
        name=name,
        role_name=f"team-a-{name}",
        trust=ServiceTrust(service),
        policies=tuple(sorted(map(managed, policies))),
    )


CLUSTER_ROLE = role("control-plane", "eks.amazonaws.com", "AmazonEKSClusterPolicy")
NODE_ROLE = role(
    "nodes",
    "ec2.amazonaws.com",
    "AmazonEKSWorkerNodePolicy",
    "AmazonEKS_CNI_Policy",
    "AmazonEC2ContainerRegistryReadOnly",
)
FARGATE_ROLE = role("fargate", "eks-fargate-pods.amazonaws.com", "AmazonEKSFargatePodExecutionRolePolicy")
CLUSTER = EksCluster(
    name="cluster",
    cluster_name="team-a",
    version="1.32",
    role=CLUSTER_ROLE.ref,
    subnets=(PRIVATE_A.ref, PRIVATE_B.ref),
)
FOUNDATION: tuple[Resource, ...] = (
    VPC,
    GATEWAY,
    PUBLIC,
    PRIVATE_A,
    PRIVATE_B,
    WAY_OUT,
    ADDRESS,
    NAT,
    WAY_THROUGH,
    CLUSTER_ROLE,
    NODE_ROLE,
    FARGATE_ROLE,
)


@dataclass
class World:
    url: str
    account: str
    gateway: Gateway
    owner: Owner
    known: Known = field(default_factory=Known)
    attempts: dict[AnyRef, int] = field(default_factory=dict)
    ticks: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def scope(self, want: Resource, owner: Owner | None = None) -> Scope:
        """Sees nothing that was read before."""
        inventory = Inventory(lambda: float(next(self.ticks)))
        now = inventory.now()
        allowed = driver_for(type(want)).actions
        freshness = Freshness(now, now, now)
        return Scope(self.gateway, inventory, owner or self.owner, freshness, allowed, self.attempts)

    def find(self, want: R, owner: Owner | None = None) -> Found | None:
        found = driver_for(type(want)).find(self.scope(want, owner), want, self.known)
        if found:
            self.known.learn(want.ref, found.id, found.outputs)
        return found

    def create(self, want: R) -> Found:
        found = driver_for(type(want)).create(self.scope(want), want, self.known)
        self.known.learn(want.ref, found.id, found.outputs)
        return found

    def make(self, want: R) -> Found:
        """Create it, and wait until it is ready."""
        self.patiently(lambda: self.create(want))
        return self.ready(want)

    def ready(self, want: Resource) -> Found:
        for _ in range(60):
            found = self.find(want)
            assert found is not None, f"{want.ref} is gone"
            if found.state is State.READY:
                return found
            assert found.state is State.PENDING, f"{want.ref} is {found.state}: {found.message}"
            self.advance(60)
        raise AssertionError(f"{want.ref} never got ready")

    def update(self, want: R, applied: R | None = None) -> None:
        """Until nothing differs any more, as passes would."""
        for _ in range(10):
            have = self.ready(want)
            changes = diff(want, have, applied)
            if not changes:
                return
            names = frozenset(change.field for change in changes)
            change = Change(want, have, names, stale(want, have, applied))
            self.patiently(partial(self.apply, change))
            self.advance(1200)
        raise AssertionError(f"{want.ref} still differs: {[str(change) for change in changes]}")

    def apply(self, change: Change[Any]) -> None:
        driver_for(type(change.want)).update(self.scope(change.want), change, self.known)

    def delete(self, want: Resource) -> None:
        have = self.find(want)
        assert have is not None
        self.delete_found(have)
        for _ in range(60):
            if self.find(want) is None:
                self.known.forget(want.ref)
                self.attempts[want.ref] = self.attempts.get(want.ref, 0) + 1
                return
            self.advance(60)
        raise AssertionError(f"{want.ref} never went away")

    def delete_found(self, have: Found) -> None:
        driver_for(type(have.actual)).delete(self.scope(have.actual), have, self.known)

    def patiently(self, act: Callable[[], object]) -> None:
        for _ in range(20):
            try:
                act()
            except (NotYet, InUse):
                self.advance(30)
            else:
                return
        act()

    def build(self, *resources: Resource) -> None:
        for resource in resources:
            self.make(resource)

    def build_cluster(self) -> None:
        self.build(*FOUNDATION, CLUSTER)

    def raw(self, action: str, **params: Any) -> Any:
        """A call by somebody else."""
        return self.gateway.call(action, params)

    def advance(self, seconds: float) -> None:
        self.ask("clock/advance", {"seconds": seconds})

    def fault(self, **fault: Any) -> None:
        """Something goes wrong in the sandbox, until it ends."""
        self.ask("faults", fault)

    def calls(self, service: str, action: str) -> list[Any]:
        made = self.ask(f"calls?service={service}&action={action}")
        return [call for call in made if call["account"] == self.account]

    def objects(self) -> list[Any]:
        return [one for one in self.ask("objects") if one["account"] == self.account]

    def ask(self, path: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_sandbox/{path}", data) as answer:
            return json.loads(answer.read())

    def close(self) -> None:
        for client in self.gateway.by.clients.values():
            client.close()


def stale(want: Resource, have: Found, applied: Resource | None) -> tuple[str, ...]:
    once = dict(applied.tags) if applied else {}
    return tuple(key for key in once if key not in dict(want.tags) and key in dict(have.actual.tags))


def new_gateways(url: str) -> Gateways:
    """With a budget that is never spent."""
    return Gateways(Limits(now=lambda: 0.0, sleep=lambda _: None, part=100.0), url)


def new_world(url: str, account: str, gateways: Gateways) -> World:
    with urllib.request.urlopen(f"{url}/_sandbox/accounts/{account}/credentials") as answer:
        given = json.loads(answer.read())
    key = AccessKey(given["accessKeyId"], given["secretAccessKey"])
    gateway = gateways.gateway(key, "us-east-1")
    return World(url, account, gateway, Owner(uid=f"uid-{account}", cluster="team-a"))
