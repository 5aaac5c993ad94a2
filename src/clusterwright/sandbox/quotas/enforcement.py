"""The refusal of whoever has as much as the account may have, in each service's own words.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler
from clusterwright.sandbox.ec2.capacity import Wish
from clusterwright.sandbox.eks import faults
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.quotas import table, usage
from clusterwright.sandbox.quotas.book import Quotas


@dataclass(frozen=True, slots=True)
class Rule:
    quota: str
    used: Callable[[Call], int]
    code: str
    message: str
    status: int = 400


RULES: dict[str, Rule] = {
    "ec2:CreateVpc": Rule(
        table.VPCS, usage.vpcs, "VpcLimitExceeded", "The maximum number of VPCs has been reached."
    ),
    "ec2:CreateInternetGateway": Rule(
        table.GATEWAYS,
        usage.gateways,
        "InternetGatewayLimitExceeded",
        "The maximum number of internet gateways has been reached.",
    ),
    "ec2:AllocateAddress": Rule(
        table.ADDRESSES,
        usage.addresses,
        "AddressLimitExceeded",
        "The maximum number of addresses has been reached.",
    ),
    "ec2:CreateNatGateway": Rule(
        table.NATS_PER_ZONE,
        usage.nats_in_zone,
        "NatGatewayLimitExceeded",
        "Performing this operation would exceed the limit of {} NAT gateways",
    ),
    "ec2:CreateSubnet": Rule(
        table.SUBNETS_PER_VPC,
        usage.subnets_of_vpc,
        "SubnetLimitExceeded",
        "The maximum number of subnets for this VPC has been reached.",
    ),
    "iam:CreateRole": Rule(
        table.ROLES, usage.roles, "LimitExceeded", "Cannot exceed quota for RolesPerAccount: {}", 409
    ),
    "iam:CreateOpenIDConnectProvider": Rule(
        table.OIDC_PROVIDERS,
        usage.oidc_providers,
        "LimitExceeded",
        "Cannot exceed quota for OpenIdConnectProvidersPerAccount: {}",
        409,
    ),
}
_TOO_MANY_BALANCERS = "The quota '{}' has been exceeded"
_BALANCERS = {
    "application": Rule(
        table.APPLICATION_BALANCERS,
        usage.application_balancers,
        "TooManyLoadBalancers",
        _TOO_MANY_BALANCERS.format("load-balancers"),
    ),
    "network": Rule(
        table.NETWORK_BALANCERS,
        usage.network_balancers,
        "TooManyLoadBalancers",
        _TOO_MANY_BALANCERS.format("network-load-balancers"),
    ),
    "classic": Rule(
        table.CLASSIC_BALANCERS,
        usage.classic_balancers,
        "TooManyLoadBalancers",
        _TOO_MANY_BALANCERS.format("classic-load-balancers"),
    ),
}
_TARGET_GROUPS = Rule(
    table.TARGET_GROUPS,
    usage.target_groups,
    "TooManyTargetGroups",
    "You've reached the limit on the number of target groups for your AWS account",
)


class Enforcement:
    def __init__(self, quotas: Quotas, eks: Eks) -> None:
        self._quotas = quotas
        self._eks = eks

    def layer(self, call: Call, inner: Handler) -> Answer:
        if call.action.startswith(("Create", "Allocate")):
            if call.service == "eks":
                self._check_eks(call)
            else:
                self._check(call, _rule(call))
        return inner(call)

    def _check(self, call: Call, rule: Rule | None) -> None:
        if rule is None:
            return
        most = self._quotas.value(call.account, call.region, rule.quota)
        if rule.used(call) >= most:
            raise AwsError(rule.code, rule.message.format(f"{most:g}"), rule.status)

    def _check_eks(self, call: Call) -> None:
        """What exists already is EKS's to judge: it may be the same request again."""
        clusters = self._eks.region(call.account, call.region).clusters
        if call.action == "CreateCluster":
            self._refuse_another(call, table.CLUSTERS, clusters, str(call.params.get("name")), "clusters")
        cluster = clusters.get(str(call.params.get("clusterName")))
        if cluster is None:
            return
        if call.action == "CreateNodegroup":
            name = str(call.params.get("nodegroupName"))
            self._refuse_another(call, table.NODEGROUPS, cluster.nodegroups, name, "node groups")
        if call.action == "CreateFargateProfile":
            name = str(call.params.get("fargateProfileName"))
            self._refuse_another(call, table.FARGATE_PROFILES, cluster.fargate, name, "Fargate profiles")

    def _refuse_another(self, call: Call, code: str, existing: dict[str, Any], name: str, what: str) -> None:
        most = self._quotas.value(call.account, call.region, code)
        if name not in existing and len(existing) >= most:
            message = f"You have reached the maximum number of {what}: {most:g}"
            raise faults.limit(message, clusterName=call.params.get("clusterName") or name)

    def gate(self, wish: Wish) -> tuple[str, str] | None:
        """Instances are metered by their vCPUs, each way of buying them by itself.

        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html
        """
        if not usage.is_standard(wish.instance_type):
            return None
        code = table.SPOT_VCPUS if wish.spot else table.ON_DEMAND_VCPUS
        most = self._quotas.value(wish.account, wish.region, code)
        wanted = usage.cores(wish.instance_type) * wish.count
        if usage.vcpus(wish.account, wish.region, wish.spot) + wanted <= most:
            return None
        if wish.spot:
            return "MaxSpotInstanceCountExceeded", "Max spot instance count exceeded"
        return (
            "VcpuLimitExceeded",
            f"You have requested more vCPU capacity than your current vCPU limit of {most:g} allows for the "
            "instance bucket that the specified instance type belongs to. Please visit "
            "http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit.",
        )


def _rule(call: Call) -> Rule | None:
    if call.service != "elasticloadbalancing":
        return RULES.get(call.name)
    if call.action == "CreateTargetGroup":
        return _TARGET_GROUPS
    if call.action != "CreateLoadBalancer":
        return None
    if call.params.get("LoadBalancerName"):
        return _BALANCERS["classic"]
    return _BALANCERS.get(str(call.params.get("Type", "application")))
