"""Load balancers stand in subnets, with network interfaces that hold subnets, groups and gateways in place.

moto's have none, so a network under a forgotten load balancer could be deleted, which AWS never allows.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html (subnets)
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.utils import random_public_ip
from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends

from clusterwright.sandbox.call import Answer, Call, Handler
from clusterwright.sandbox.timing import Timing

_CHANGES = frozenset(
    {"CreateLoadBalancer", "DeleteLoadBalancer", "SetSubnets", "AttachLoadBalancerToSubnets"}
)

Key = tuple[str, str, str]


class Balancers:
    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._interfaces: dict[Key, list[str]] = {}

    def layer(self, call: Call, inner: Handler) -> Answer:
        answer = inner(call)
        if call.service == "elasticloadbalancing" and call.action in _CHANGES and answer.status < 300:
            self.reconcile(call.account, call.region)
        return answer

    def reconcile(self, account: str, region: str) -> None:
        """Interfaces for every balancer that has none; those of balancers that are gone follow in a while."""
        standing = {(account, region, name): one for name, one in _all(account, region)}
        for key, balancer in standing.items():
            if key not in self._interfaces:
                self._interfaces[key] = _make(account, region, key[2], balancer)
        here = [key for key in self._interfaces if key[:2] == (account, region)]
        for key in here:
            if key not in standing:
                self._release(key, self._interfaces.pop(key))

    def _release(self, key: Key, interfaces: list[str]) -> None:
        account, region, name = key
        enis: dict[str, Any] = ec2_backends[account][region].enis
        drawn = f"{account}/{region}/{name.rpartition('/')[0] or name}"  # without the random end of the ARN
        self._timing.later("balancer-release", drawn, partial(_remove, enis, interfaces))


def _remove(enis: dict[str, Any], interfaces: list[str]) -> None:
    for eni_id in interfaces:
        enis.pop(eni_id, None)


def _all(account: str, region: str) -> Iterator[tuple[str, Any]]:
    for arn, balancer in elbv2_backends[account][region].load_balancers.items():
        yield f"ELB {arn.partition(':loadbalancer/')[2]}", balancer
    for name, classic in elb_backends[account][region].load_balancers.items():
        yield f"ELB {name}", classic


def _make(account: str, region: str, description: str, balancer: Any) -> list[str]:
    backend = ec2_backends[account][region]
    made = []
    for subnet_id in balancer.subnets or []:
        groups = list(balancer.security_groups or [])
        subnet = backend.get_subnet(getattr(subnet_id, "id", subnet_id))
        eni = backend.create_network_interface(subnet, "", group_ids=groups, description=description)
        eni.requester_managed, eni.status = True, "in-use"
        if not groups and getattr(balancer, "type", "") == "network":
            eni._group_set = []
        if balancer.scheme != "internal":
            eni.public_ip = random_public_ip()
        made.append(eni.id)
    return made
