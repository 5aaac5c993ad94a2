"""Filters that moto does not know, and that those use who clean up after clusters.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
"""

from collections.abc import Callable
from functools import partialmethod
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2 import utils
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.nat_gateways import NatGateway
from moto.ec2.models.route_tables import RouteTable
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses.egress_only_internet_gateways import EgressOnlyInternetGateway

Read = Callable[[Any], Any]


def _attachment(eni: Any) -> str | None:
    return "attached" if eni.status == "in-use" or eni.attachment_id else None


def _allocation(eni: Any) -> str | None:
    addresses = (one for one in eni.ec2_backend.addresses if one.eni is eni)
    return next((one.allocation_id for one in addresses), None)


def _id(thing: Any) -> str:
    return str(thing.id)


_READS: dict[type, dict[str, Read]] = {
    NetworkInterface: {
        "association.allocation-id": _allocation,
        "association.public-ip": lambda eni: eni.public_ip,
        "attachment.status": _attachment,
    },
    NatGateway: {"nat-gateway-id": _id},
    RouteTable: {"route.state": lambda table: [route.state for route in table._routes.values()]},
    VPCEndPoint: {"vpc-endpoint-id": _id},
}


def _filter_value(
    thing: Any, filter_name: str, method_name: str | None = None, *, reads: dict[str, Read], other: Any
) -> Any:
    read = reads.get(filter_name)
    return read(thing) if read else other(thing, filter_name, method_name)


def describe_egress_only_internet_gateways(self: Any) -> ActionResult:
    """Replacement for moto's method, which filters nothing."""
    ids = self._get_param("EgressOnlyInternetGatewayIds", [])
    every = self.ec2_backend.describe_egress_only_internet_gateways(ids)
    found = utils.generic_filter(self._filters_from_querystring(), every)
    return ActionResult({"EgressOnlyInternetGateways": found})


_MOTO_READS = {kind: kind.get_filter_value for kind in _READS}  # type: ignore[attr-defined]


def install() -> None:
    for kind, reads in _READS.items():
        patched: dict[str, Any] = {
            "get_filter_value": partialmethod(_filter_value, reads=reads, other=_MOTO_READS[kind])
        }
        _patch(kind, patched)
    _patch(
        EgressOnlyInternetGateway,
        {"describe_egress_only_internet_gateways": describe_egress_only_internet_gateways},
    )
    utils.filter_dict_igw_mapping["owner-id"] = "owner_id"
    utils.filter_dict_attribute_mapping["instance-lifecycle"] = "lifecycle"


def _patch(kind: type, methods: dict[str, Any]) -> None:
    for name, method in methods.items():
        setattr(kind, name, method)
