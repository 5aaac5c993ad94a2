"""What EC2 refuses to delete because something else still needs it.

Codes and messages: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from typing import Any

from moto.ec2.exceptions import DependencyViolationError, EC2ClientError
from moto.ec2.models.elastic_ip_addresses import ElasticAddressBackend
from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.internet_gateways import InternetGatewayBackend
from moto.ec2.models.route_tables import RouteBackend
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.models.subnets import SubnetBackend
from moto.ec2.models.vpcs import VPCBackend


class StrictSubnets(SubnetBackend):
    def create_subnet(
        self,
        vpc_id: str,
        cidr_block: str,
        ipv6_cidr_block: str | None = None,
        availability_zone: str | None = None,
        *given: Any,
        **options: Any,
    ) -> Any:
        """moto knows the zones of all regions, and takes any of them."""
        backend: Any = self
        zone = availability_zone
        offered = [one.name for one in backend.describe_availability_zones()]
        if zone and zone not in offered:
            raise EC2ClientError(
                "InvalidParameterValue",
                f"Value ({zone}) for parameter availabilityZone is invalid. Subnets can currently only be "
                f"created in the following availability zones: {', '.join(offered)}.",
            )
        return super().create_subnet(vpc_id, cidr_block, ipv6_cidr_block, zone, *given, **options)

    def delete_subnet(self, subnet_id: str) -> Any:
        backend: Any = self
        if any(eni.subnet.id == subnet_id for eni in backend.enis.values()):
            raise DependencyViolationError(
                f"The subnet '{subnet_id}' has dependencies and cannot be deleted."
            )
        subnet = super().delete_subnet(subnet_id)
        for table in backend.route_tables.values():
            gone = [key for key, used_by in table._associations.items() if used_by == subnet_id]
            for key in gone:
                del table._associations[key]
        return subnet


class StrictInterfaces(NetworkInterfaceBackend):
    def delete_network_interface(self, eni_id: str) -> None:
        eni: Any = self.enis.get(eni_id)
        if eni is not None and _is_in_use(eni):
            raise EC2ClientError(
                "InvalidParameterValue", f"Network interface '{eni_id}' is currently in use."
            )
        super().delete_network_interface(eni_id)


def _is_in_use(eni: Any) -> bool:
    """By a service, or by an instance that is not taking it with it at this moment."""
    attached = eni.attachment_id is not None and not getattr(eni.instance, "is_going", False)
    return attached or (eni.requester_managed and eni.status == "in-use")


class StrictGateways(InternetGatewayBackend):
    def attach_internet_gateway(self, internet_gateway_id: str, vpc_id: str) -> Any:
        """One for each VPC: https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html"""
        gateways: list[Any] = list(self.internet_gateways.values())
        attached = [one for one in gateways if one.vpc and one.vpc.id == vpc_id]
        if attached and attached[0].id != internet_gateway_id:
            raise EC2ClientError(
                "InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached"
            )
        return super().attach_internet_gateway(internet_gateway_id, vpc_id)

    def detach_internet_gateway(self, internet_gateway_id: str, vpc_id: str) -> None:
        backend: Any = self
        if any(eni.public_ip and eni.vpc_id == vpc_id for eni in backend.enis.values()):
            raise DependencyViolationError(
                f"Network {vpc_id} has some mapped public address(es). "
                "Please unmap those public address(es) before detaching the gateway."
            )
        super().detach_internet_gateway(internet_gateway_id, vpc_id)


class StrictAddresses(ElasticAddressBackend):
    """ReleaseAddress names InvalidIPAddress.InUse for an address that is still associated; an address that a
    NAT gateway holds cannot be disassociated by its owner, which AWS words as AuthFailure."""

    def release_address(self, address: str | None = None, allocation_id: str | None = None) -> None:
        for eip in self.addresses:
            if allocation_id and eip.allocation_id == allocation_id and eip.association_id:
                raise EC2ClientError(
                    "InvalidIPAddress.InUse", f"The address with allocation id '{allocation_id}' is in use."
                )
        super().release_address(address, allocation_id)

    def disassociate_address(self, address: str | None = None, association_id: str | None = None) -> None:
        for eip in self.addresses:
            eni: Any = eip.eni
            named = association_id and eip.association_id == association_id
            if named and eni is not None and eni.requester_managed:
                raise EC2ClientError(
                    "AuthFailure", "You do not have permission to access the specified resource."
                )
        super().disassociate_address(address, association_id)


class StrictGroups(SecurityGroupBackend):
    def delete_security_group(self, name: str | None = None, group_id: str | None = None) -> None:
        group = self.get_security_group_from_id(group_id) if group_id else None
        if group is not None:
            self._refuse_if_needed(group)
        super().delete_security_group(name, group_id)

    def _refuse_if_needed(self, group: Any) -> None:
        if group.name == "default" and not getattr(self, "_vpc_going", False):
            raise EC2ClientError(
                "CannotDelete",
                f'the specified group: "{group.id}" name: "default" cannot be deleted by a user',
            )
        backend: Any = self
        worn = any(group.id in {one.id for one in eni.group_set} for eni in backend.enis.values())
        if worn or any(self._mentions(other, group.id) for other in self.groups[group.vpc_id].values()):
            raise DependencyViolationError(f"resource {group.id} has a dependent object")

    @staticmethod
    def _mentions(other: Any, group_id: str) -> bool:
        if other.id == group_id:
            return False
        rules = [*other.ingress_rules, *other.egress_rules]
        return any(rule.source_group.get("GroupId") == group_id for rule in rules)


class StrictTables(RouteBackend):
    def delete_route_table(self, route_table_id: str) -> None:
        table = self.route_tables.get(route_table_id)
        if table is not None and table.main_association_id and not getattr(self, "_vpc_going", False):
            raise DependencyViolationError(
                f"The routeTable '{route_table_id}' has dependencies and cannot be deleted."
            )
        super().delete_route_table(route_table_id)


class StrictVpcs(VPCBackend):
    _vpc_going = False

    def delete_vpc(self, vpc_id: str) -> Any:
        backend: Any = self
        if self._vpc_is_needed(backend, vpc_id):
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        self._vpc_going = True
        try:
            vpc = super().delete_vpc(vpc_id)
        finally:
            self._vpc_going = False
        defaults = [one.id for one in backend.network_acls.values() if one.vpc_id == vpc_id and one.default]
        for acl_id in defaults:
            del backend.network_acls[acl_id]
        return vpc

    @staticmethod
    def _vpc_is_needed(backend: Any, vpc_id: str) -> bool:
        own_groups = [group for group in backend.groups.get(vpc_id, {}).values() if group.name != "default"]
        gateways = [igw for igw in backend.internet_gateways.values() if igw.vpc and igw.vpc.id == vpc_id]
        interfaces = [eni for eni in backend.enis.values() if eni.vpc_id == vpc_id]
        endpoints = [one for one in backend.vpc_end_points.values() if one.vpc_id == vpc_id]
        one_way = [one for one in backend.egress_only_internet_gateways.values() if one.vpc_id == vpc_id]
        return bool(own_groups or gateways or interfaces or endpoints or one_way)
