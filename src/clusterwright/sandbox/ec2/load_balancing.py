"""moto's load balancers, under AWS's names, in at least two zones where they must be, and in their own time.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
"""

from functools import partial
from typing import Any

import moto.elb.urls
import moto.elbv2.urls
from moto.elb.models import ELBBackend, elb_backends
from moto.elbv2.exceptions import DuplicateLoadBalancerName, ELBClientError
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer, elbv2_backends

from clusterwright.sandbox.call import partition_of
from clusterwright.sandbox.timing import Timing

_LETTERS = {"application": "app", "network": "net", "gateway": "gwy"}


class TimedBalancers(ELBv2Backend):
    timing: Timing
    _url_module = moto.elbv2.urls

    def __init__(self, region_name: str, account_id: str) -> None:
        ELBv2Backend.__init__(self, region_name, account_id)

    def create_load_balancer(
        self,
        name: str,
        security_groups: list[str],
        subnet_ids: list[str],
        subnet_mappings: list[dict[str, str]] | None = None,
        scheme: str = "internet-facing",
        loadbalancer_type: str | None = None,
        *given: Any,
        **options: Any,
    ) -> Any:
        kind = loadbalancer_type or "application"
        subnets = [*(subnet_ids or []), *(one["SubnetId"] for one in subnet_mappings or [])]
        existing = next((one for one in self.load_balancers.values() if one.name == name), None)
        if existing is not None:
            return _same(existing, kind, scheme, subnets)
        if kind == "application":
            self._check_zones(subnets)
        made: Any = super().create_load_balancer(
            name, security_groups, subnet_ids, subnet_mappings, scheme, kind, *given, **options
        )
        self._rename(made, kind)
        drawn = f"{self.account_id}/{self.region_name}/{name}"
        self.timing.later("balancer-create", drawn, partial(_activate, made))
        return made

    def delete_load_balancer(self, arn: str) -> None:
        standing: Any = self.load_balancers.get(arn)
        if standing is not None and standing.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        super().delete_load_balancer(arn)

    def _check_zones(self, subnets: list[str]) -> None:
        zones = {self.ec2_backend.get_subnet(one).availability_zone for one in subnets}
        if subnets and len(zones) < 2:
            raise ELBClientError(
                "ValidationError",
                "At least two subnets in two different Availability Zones must be specified",
            )

    def _rename(self, made: Any, kind: str) -> None:
        """moto takes all for application load balancers, in the commercial partition."""
        made.dns_name = _domain(f"{made.name}-{made.arn.rpartition('/')[2]}", self.region_name)
        before = made.arn
        made.arn = before.replace("loadbalancer/app/", f"loadbalancer/{_LETTERS[kind]}/")
        if made.arn != before:
            self.load_balancers[made.arn] = self.load_balancers.pop(before)
            tags = self.tagging_service.list_tags_for_resource(before)["Tags"]
            self.tagging_service.delete_all_tags_for_resource(before)
            self.tagging_service.tag_resource(made.arn, tags)


class RegionalClassics(ELBBackend):
    _url_module = moto.elb.urls

    def __init__(self, region_name: str, account_id: str) -> None:
        ELBBackend.__init__(self, region_name, account_id)

    def create_load_balancer(self, name: str, *given: Any, **options: Any) -> Any:
        made = super().create_load_balancer(name, *given, **options)
        made.dns_name = _domain(name, self.region_name)
        return made


def _same(existing: Any, kind: str, scheme: str | None, subnets: list[str]) -> Any:
    """The same request once more makes nothing; another of that name is refused."""
    asked = (kind, scheme or "internet-facing", set(subnets))
    standing = {subnet.id for subnet in existing.subnets}
    if asked != (existing.type, existing.scheme or "internet-facing", standing):
        raise DuplicateLoadBalancerName()
    return existing


def _domain(name: str, region: str) -> str:
    suffix = "amazonaws.com.cn" if partition_of(region) == "aws-cn" else "amazonaws.com"
    return f"{name}.{region}.elb.{suffix}"


def _activate(balancer: Any) -> None:
    if balancer.state == "provisioning":
        balancer.state = "active"


def _in_its_own_time(_balancer: Any) -> None:
    """moto would have a look make it active."""


def install(timing: Timing) -> None:
    TimedBalancers.timing = timing
    elbv2_backends.backend = TimedBalancers
    elb_backends.backend = RegionalClassics
    patched = {"activate": _in_its_own_time}
    for name, method in patched.items():
        setattr(FakeLoadBalancer, name, method)
