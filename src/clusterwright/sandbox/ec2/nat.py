"""NAT gateways that take their time, keep their address while they last and fail where AWS's fail.

https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
"""

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.utils import generic_filter, random_private_ip

from clusterwright.sandbox.timing import Timing

_LISTED_AFTER_DELETION = 3600.0


class TimedNatGateways(NatGatewayBackend):
    timing: Timing

    def create_nat_gateway(
        self,
        subnet_id: str,
        allocation_id: str,
        tags: dict[str, str] | None = None,
        connectivity_type: str = "public",
    ) -> NatGateway:
        public = connectivity_type != "private"
        if public and not allocation_id:
            raise EC2ClientError("MissingParameter", "The request must include the AllocationId parameter.")
        gateway = super().create_nat_gateway(subnet_id, allocation_id, tags, connectivity_type or "public")
        gateway.state = "pending"
        eni = gateway._eni
        eni.status, eni.requester_managed = "in-use", True
        self._move_in(gateway)
        eni.description, eni.interface_type = f"Interface for NAT Gateway {gateway.id}", "nat_gateway"
        reachable = not public or self._has_internet_gateway(gateway.vpc_id)
        finish = self._become_available if reachable else self._fail
        self.timing.later("nat-create", self._stable_name(gateway), lambda: finish(gateway))
        return gateway

    def _move_in(self, gateway: NatGateway) -> None:
        """moto gives it an address that is not of its subnet."""
        backend: Any = self
        address = random_private_ip(backend.get_subnet(gateway.subnet_id).cidr_block)
        gateway.private_ip = gateway._eni.private_ip_address = address
        gateway._eni.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": address}]
        for shown in gateway.address_set:
            shown["privateIp"] = address

    def delete_nat_gateway(self, nat_gateway_id: str) -> NatGateway:
        gateway = self._nat_gateway(nat_gateway_id)
        if gateway.state not in ("deleting", "deleted"):
            gateway.state = "deleting"
            self.timing.later("nat-delete", self._stable_name(gateway), lambda: self._end(gateway))
        return gateway

    def describe_nat_gateways(self, filters: Any, nat_gateway_ids: list[str] | None) -> list[NatGateway]:
        found = [self._nat_gateway(one) for one in nat_gateway_ids or self.nat_gateways]
        return generic_filter(filters, found)

    def _nat_gateway(self, gateway_id: str) -> NatGateway:
        try:
            return self.nat_gateways[gateway_id]
        except KeyError:
            raise EC2ClientError(
                "NatGatewayNotFound", f"The Nat Gateway {gateway_id} was not found"
            ) from None

    def _become_available(self, gateway: NatGateway) -> None:
        if gateway.state == "pending":
            gateway.state = "available"

    def _fail(self, gateway: NatGateway) -> None:
        if gateway.state != "pending":
            return
        vars(gateway).update(
            failure_code="Gateway.NotAttached",
            failure_message=f"Network {gateway.vpc_id} has no Internet gateway attached",
        )
        self._give_back(gateway)
        gateway.state = "failed"
        self.timing.agenda.after(_LISTED_AFTER_DELETION, lambda: self._forget(gateway))

    def _end(self, gateway: NatGateway) -> None:
        self._give_back(gateway)
        gateway.state = "deleted"
        self.timing.agenda.after(_LISTED_AFTER_DELETION, lambda: self._forget(gateway))

    def _give_back(self, gateway: NatGateway) -> None:
        backend: Any = self
        for address in backend.addresses:
            if address.eni is gateway._eni:
                address.eni = address.association_id = None
        backend.enis.pop(gateway._eni.id, None)

    def _forget(self, gateway: NatGateway) -> None:
        self.nat_gateways.pop(gateway.id, None)

    def _has_internet_gateway(self, vpc_id: str) -> bool:
        backend: Any = self
        return any(igw.vpc and igw.vpc.id == vpc_id for igw in backend.internet_gateways.values())

    def _stable_name(self, gateway: NatGateway) -> str:
        """Ids are random; zone and range are not, so that a seed gives a run its durations back."""
        backend: Any = self
        subnet = backend.get_subnet(gateway.subnet_id)
        return f"{backend.account_id}/{backend.region_name}/{subnet.availability_zone}/{subnet.cidr_block}"
