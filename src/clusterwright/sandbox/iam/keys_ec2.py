"""Condition keys of EC2: of what exists, read out of moto, and of what a request would make.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from collections.abc import Callable
from typing import Any

from moto.ec2.models import ec2_backends

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.iam.checks import arn, numbered
from clusterwright.sandbox.iam.patterns import Context

Facts = dict[str, Any]


def standing(call: Call, kind: str, identifier: str) -> Context:
    """What is not there has no keys."""
    read = _KINDS.get(kind)
    thing = _find(ec2_backends[call.account][call.region], kind, identifier) if read else None
    return _context(read(call, thing)) if read and thing is not None else {}


def made(call: Call, kind: str) -> Context:
    """A new thing of this kind, as far as the request tells."""
    found: Facts = {}
    if kind in ("route-table", "security-group", "subnet") and call.params.get("VpcId"):
        found["vpc"] = arn(call, "ec2", f"vpc/{call.params['VpcId']}")
    if kind in ("network-interface",) and call.params.get("SubnetId"):
        found["subnet"] = arn(call, "ec2", f"subnet/{call.params['SubnetId']}")
    members = {"RunInstances": _LAUNCHED, "CreateVolume": _VOLUME, "CreateSubnet": _SUBNET}
    for key, (of_kind, member) in members.get(call.action, {}).items():
        if of_kind == kind and call.params.get(member):
            found[key] = call.params[member]
    if call.action == "RunInstances":
        found |= _launch(call, kind)
    return _context(found)


_SUBNET = {"availabilityzone": ("subnet", "AvailabilityZone")}
_VOLUME = {
    "availabilityzone": ("volume", "AvailabilityZone"),
    "encrypted": ("volume", "Encrypted"),
    "parentsnapshot": ("volume", "SnapshotId"),
    "volumesize": ("volume", "Size"),
    "volumetype": ("volume", "VolumeType"),
}
_LAUNCHED = {
    "availabilityzone": ("instance", "Placement.AvailabilityZone"),
    "instanceprofile": ("instance", "IamInstanceProfile.Arn"),
    "instancetype": ("instance", "InstanceType"),
    "metadatahttptokens": ("instance", "MetadataOptions.HttpTokens"),
    "tenancy": ("instance", "Placement.Tenancy"),
}


def _launch(call: Call, kind: str) -> Facts:
    template = call.params.get("LaunchTemplate.LaunchTemplateId")
    found: Facts = {"launchtemplate": arn(call, "ec2", f"launch-template/{template}")} if template else {}
    found["islaunchtemplateresource"] = "false"
    if kind == "instance":
        found["instancemarkettype"] = call.params.get("InstanceMarketOptions.MarketType", "on-demand")
    disk = next(iter(numbered(call.params, "BlockDeviceMapping")), {}) if kind == "volume" else {}
    for key, member in (
        ("volumesize", "VolumeSize"),
        ("volumetype", "VolumeType"),
        ("encrypted", "Encrypted"),
    ):
        if f"Ebs.{member}" in disk:
            found[key] = disk[f"Ebs.{member}"]
    return found


def _address(_call: Call, one: Any) -> Facts:
    return {"allocationid": one.allocation_id, "domain": one.domain, "publicipaddress": one.public_ip}


def _instance(_call: Call, one: Any) -> Facts:
    return {
        "availabilityzone": one.placement.zone,
        "instanceid": one.id,
        "instancemarkettype": one.lifecycle or "on-demand",
        "instancetype": one.instance_type,
    }


def _interface(call: Call, one: Any) -> Facts:
    subnet = {"subnet": arn(call, "ec2", f"subnet/{one.subnet.id}")}
    zone = {"availabilityzone": one.subnet.availability_zone}
    return {"networkinterfaceid": one.id, **subnet, **zone, **_vpc_of(call, one.subnet)}


def _subnet(call: Call, one: Any) -> Facts:
    zone = {"availabilityzone": one.availability_zone, "availabilityzoneid": one.availability_zone_id}
    return {"subnetid": one.id, **zone, **_vpc_of(call, one)}


def _volume(_call: Call, one: Any) -> Facts:
    return {
        "availabilityzone": one.zone.name,
        "encrypted": one.encrypted,
        "volumeid": one.id,
        "volumesize": one.size,
        "volumetype": one.volume_type,
    }


def _vpc_of(call: Call, one: Any) -> Facts:
    return {"vpc": arn(call, "ec2", f"vpc/{one.vpc_id}")}


_KINDS: dict[str, Callable[[Call, Any], Facts]] = {
    "elastic-ip": _address,
    "instance": _instance,
    "internet-gateway": lambda _call, one: {"internetgatewayid": one.id},
    "natgateway": _vpc_of,
    "network-interface": _interface,
    "route-table": lambda call, one: {"routetableid": one.id, **_vpc_of(call, one)},
    "security-group": lambda call, one: {"securitygroupid": one.id, **_vpc_of(call, one)},
    "subnet": _subnet,
    "volume": _volume,
    "vpc": lambda _call, one: {"vpcid": one.id, "tenancy": one.instance_tenancy},
}


def _find(backend: Any, kind: str, identifier: str) -> Any | None:
    """moto keeps subnets by zone, addresses in a list, instances in their reservations."""
    if kind == "subnet":
        return next((zone[identifier] for zone in backend.subnets.values() if identifier in zone), None)
    if kind == "elastic-ip":
        return next((one for one in backend.addresses if one.allocation_id == identifier), None)
    if kind == "instance":
        return next((one for one in backend.all_instances() if one.id == identifier), None)
    if kind == "security-group":
        return backend.get_security_group_from_id(identifier)
    plain = {
        "internet-gateway": "internet_gateways",
        "natgateway": "nat_gateways",
        "network-interface": "enis",
        "route-table": "route_tables",
        "volume": "volumes",
        "vpc": "vpcs",
    }
    return getattr(backend, plain[kind]).get(identifier)


def _context(found: Facts) -> Context:
    return {f"ec2:{key}": (_text(value),) for key, value in found.items() if value is not None}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
