"""How much of each quota is in use: counted in moto's and EKS's own records."""

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends

from clusterwright.sandbox.call import Call

_HELD = ("pending", "available", "deleting")
_STANDARD = frozenset("acdhimrtz")


def _ec2(call: Call) -> Any:
    return ec2_backends[call.account][call.region]


def vpcs(call: Call) -> int:
    return len(_ec2(call).vpcs)


def gateways(call: Call) -> int:
    return len(_ec2(call).internet_gateways)


def addresses(call: Call) -> int:
    return len(_ec2(call).addresses)


def nats_in_zone(call: Call) -> int:
    """Of the zone that the new one is meant for; "pending, active, or deleting" count."""
    zone = _zone(_ec2(call), str(call.params.get("SubnetId", "")))
    found = [one for one in _ec2(call).nat_gateways.values() if one.state in _HELD]
    return sum(1 for one in found if zone is not None and _zone(_ec2(call), one.subnet_id) == zone)


def _zone(ec2: Any, subnet_id: str) -> str | None:
    try:
        return str(ec2.get_subnet(subnet_id).availability_zone)
    except EC2ClientError:
        return None


def subnets_of_vpc(call: Call) -> int:
    wanted = call.params.get("VpcId")
    zones = _ec2(call).subnets.values()
    return sum(1 for zone in zones for subnet in zone.values() if subnet.vpc_id == wanted)


def application_balancers(call: Call) -> int:
    return _balancers(call, "application")


def network_balancers(call: Call) -> int:
    return _balancers(call, "network")


def _balancers(call: Call, kind: str) -> int:
    standing: dict[str, Any] = elbv2_backends[call.account][call.region].load_balancers
    prefix = {"application": "app/", "network": "net/"}[kind]
    return sum(1 for arn in standing if arn.partition(":loadbalancer/")[2].startswith(prefix))


def classic_balancers(call: Call) -> int:
    return len(elb_backends[call.account][call.region].load_balancers)


def target_groups(call: Call) -> int:
    return len(elbv2_backends[call.account][call.region].target_groups)


def roles(call: Call) -> int:
    """Service-linked ones do not count.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    every = iam_backends[call.account][call.partition].roles.values()
    return sum(1 for role in every if not role.path.startswith("/aws-service-role/"))


def oidc_providers(call: Call) -> int:
    return len(iam_backends[call.account][call.partition].open_id_providers)


def vcpus(account: str, region: str, spot: bool) -> int:
    """Of all running instances of the standard families that were bought in this way."""
    running = (
        instance
        for reservation in ec2_backends[account][region].reservations.values()
        for instance in reservation.instances
        if instance.state in ("pending", "running") and (instance.lifecycle == "spot") is spot
    )
    return sum(cores(instance.instance_type) for instance in running if is_standard(instance.instance_type))


def cores(instance_type: str) -> int:
    known = INSTANCE_TYPES.get(instance_type)
    return int(known["VCpuInfo"]["DefaultVCpus"]) if known else 2


def is_standard(instance_type: str) -> bool:
    return instance_type[:1] in _STANDARD and not instance_type.startswith(("inf", "trn", "dl", "hpc"))
