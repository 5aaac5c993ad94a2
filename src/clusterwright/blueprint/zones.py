"""Which availability zones a cluster uses."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from clusterwright.blueprint.facts import Facts, Zone
from clusterwright.blueprint.subnets import slot_of
from clusterwright.errors import Finding
from clusterwright.spec.placement import Dynamic, network

# EKS places no control plane there: docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
REFUSED = frozenset({"use1-az3", "usw1-az2", "cac1-az3"})
PATH = "spec.placement.dynamic.availabilityZones"


def chosen_zones(dynamic: Dynamic, facts: Facts) -> tuple[str, ...]:
    """The named zones in the order written, or the first by name that EKS accepts."""
    usable = usable_zones(facts)
    if dynamic.zone_names:
        return tuple(name for name in dynamic.zone_names if name in usable)
    return usable[: dynamic.zone_count]


def usable_zones(facts: Facts) -> tuple[str, ...]:
    return tuple(sorted(zone.name for zone in facts.zones if zone.id not in REFUSED))


def zone_findings(dynamic: Dynamic, facts: Facts) -> Iterator[Finding]:
    zones = {zone.name: zone for zone in facts.zones}
    for index, name in enumerate(dynamic.zone_names):
        yield from _named_findings(name, zones.get(name), f"{PATH}[{index}]", usable_zones(facts))
    usable = usable_zones(facts)
    if not dynamic.zone_names and len(usable) < dynamic.zone_count:
        message = f"{dynamic.zone_count} zones are asked for, but EKS can use {len(usable)} here"
        remedy = f"Ask for {len(usable)}: {', '.join(usable)}." if usable else "Choose another region."
        yield Finding(PATH, message, remedy, value=str(dynamic.zone_count))
    net = network(dynamic.cidr)
    if net is not None:
        yield from _collisions(chosen_zones(dynamic, facts), net)


def _named_findings(name: str, zone: Zone | None, path: str, usable: tuple[str, ...]) -> Iterator[Finding]:
    remedy = f"Use one of {', '.join(usable)}."
    if zone is None:
        yield Finding(path, f"this account has no zone {name}", remedy, value=name)
    elif zone.id in REFUSED:
        message = f"{name} is {zone.id} in this account, where EKS places no control plane"
        yield Finding(path, message, remedy, value=name)


def _collisions(zones: tuple[str, ...], net: IPv4Network) -> Iterator[Finding]:
    taken: dict[int, str] = {}
    for zone in zones:
        first = taken.setdefault(slot_of(zone, net), zone)
        if first != zone:
            message = f"{first} and {zone} would share the same addresses in a VPC of this size"
            yield Finding(PATH, message, "Name other zones, or use a /23 or larger.", value=zone)
