"""What exists in EC2, without defaults: those come with an account or go with their VPC."""

from collections.abc import Iterator
from typing import Any

from moto.ec2.models import ec2_backends

from clusterwright.sandbox.books.existing import Existing

_SIMPLE: tuple[tuple[str, str], ...] = (
    ("internet_gateways", "internet-gateway"),
    ("vpc_end_points", "vpc-endpoint"),
    ("vpc_pcxs", "vpc-peering-connection"),
    ("egress_only_internet_gateways", "egress-only-internet-gateway"),
    ("transit_gateways", "transit-gateway"),
)


def all_regions() -> Iterator[Existing]:
    for account in list(dict.keys(ec2_backends)):
        regions = dict.__getitem__(ec2_backends, account)
        for region in list(dict.keys(regions)):
            yield from _Region(account, region, dict.__getitem__(regions, region)).everything()


class _Region:
    def __init__(self, account: str, region: str, ec2: Any) -> None:
        self._where = (account, region)
        self._ec2 = ec2
        self._default_vpcs = {vpc.id for vpc in ec2.vpcs.values() if str(vpc.is_default).lower() == "true"}

    def everything(self) -> Iterator[Existing]:
        yield from self._network()
        yield from self._routing()
        yield from self._guards()
        yield from self._machines()
        for attribute, kind in _SIMPLE:
            for one in getattr(self._ec2, attribute).values():
                yield self._existing(kind, one.id)

    def _network(self) -> Iterator[Existing]:
        for vpc in self._ec2.vpcs.values():
            if vpc.id not in self._default_vpcs:
                yield self._existing("vpc", vpc.id, state=vpc.state)
        for zone in self._ec2.subnets.values():
            for subnet in zone.values():
                if subnet.vpc_id not in self._default_vpcs:
                    yield self._existing("subnet", subnet.id, state=subnet.state)
        for address in self._ec2.addresses:
            state = "associated" if address.association_id else "free"
            yield self._existing("elastic-ip", address.allocation_id, address.public_ip, state)
        for eni in self._ec2.enis.values():
            yield self._existing("network-interface", eni.id, eni.description, eni.status)

    def _routing(self) -> Iterator[Existing]:
        for gateway in self._ec2.nat_gateways.values():
            if gateway.state != "deleted":
                yield self._existing("nat-gateway", gateway.id, state=gateway.state)
        for table in self._ec2.route_tables.values():
            if not table.main_association_id:
                yield self._existing("route-table", table.id)

    def _guards(self) -> Iterator[Existing]:
        for groups in self._ec2.groups.values():
            for group in groups.values():
                if group.name != "default":
                    yield self._existing("security-group", group.id, group.name)
        for acl in self._ec2.network_acls.values():
            if str(acl.default).lower() != "true":
                yield self._existing("network-acl", acl.id)
        for key in self._ec2.key_pairs.values():
            yield self._existing("key-pair", key.id, key.key_name)

    def _machines(self) -> Iterator[Existing]:
        for reservation in self._ec2.reservations.values():
            for instance in reservation.instances:
                if instance.state != "terminated":
                    yield self._existing("instance", instance.id, state=instance.state)
        for volume in self._ec2.volumes.values():
            yield self._existing("volume", volume.id, state=volume.status)
        for template in self._ec2.launch_templates.values():
            yield self._existing("launch-template", template.id, template.name)

    def _existing(self, kind: str, object_id: str, name: str = "", state: str = "active") -> Existing:
        account, region = self._where
        tags = dict(self._ec2.tags.get(object_id, {}))
        return Existing("ec2", kind, object_id, account, region, name or tags.get("Name", ""), state, tags)
