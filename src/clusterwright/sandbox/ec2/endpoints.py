"""VPC endpoints: those with interfaces take their time, and hold subnets and groups in place meanwhile.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
"""

from functools import partial
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint
from moto.ec2.responses.vpcs import VPCs

from clusterwright.sandbox.timing import Timing

# What clusters without a way out need, and some more.
_WITH_INTERFACES = (
    "autoscaling",
    "ec2",
    "ec2messages",
    "ecr.api",
    "ecr.dkr",
    "eks",
    "eks-auth",
    "elasticloadbalancing",
    "kms",
    "logs",
    "monitoring",
    "secretsmanager",
    "sqs",
    "ssm",
    "ssmmessages",
    "sts",
)
_GATEWAYS = ("dynamodb", "s3")


class TimedEndpoints(VPCBackend):
    timing: Timing

    def create_vpc_endpoint(
        self, vpc_id: str, service_name: str, endpoint_type: str | None, *given: Any, **options: Any
    ) -> VPCEndPoint:
        kind = endpoint_type or "Gateway"
        vpc = self.get_vpc(vpc_id)
        if kind != "Interface":
            return super().create_vpc_endpoint(vpc_id, service_name, kind, *given, **options)
        private = bool(options.get("private_dns_enabled"))
        if private:
            self._check_private_names(vpc, service_name)
        subnets, options["subnet_ids"] = options.get("subnet_ids") or [], []
        endpoint = super().create_vpc_endpoint(vpc_id, service_name, kind, *given, **options)
        endpoint.subnet_ids, endpoint.state = subnets, "pending"
        endpoint.security_group_ids = endpoint.security_group_ids or [self._default_group(vpc_id)]
        endpoint.network_interface_ids = [self._interface(endpoint, one) for one in subnets]
        self.timing.later("endpoint-create", self._drawn(endpoint), partial(_become_available, endpoint))
        return endpoint

    def _check_private_names(self, vpc: Any, service_name: str) -> None:
        if not (_is_on(vpc.enable_dns_support) and _is_on(vpc.enable_dns_hostnames)):
            raise EC2ClientError(
                "InvalidParameter",
                "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes "
                f"set to true for {vpc.id}",
            )
        for other in self.vpc_end_points.values():
            if (other.vpc_id, other.service_name) == (vpc.id, service_name) and other.private_dns_enabled:
                raise EC2ClientError(
                    "InvalidParameter",
                    "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                    f"{service_name} in the VPC {vpc.id}",
                )

    def _default_group(self, vpc_id: str) -> str:
        backend: Any = self
        return str(backend.get_security_group_from_name("default", vpc_id=vpc_id).id)

    def _interface(self, endpoint: Any, subnet_id: str) -> str:
        backend: Any = self
        eni = backend.create_network_interface(
            backend.get_subnet(subnet_id),
            "",
            group_ids=list(endpoint.security_group_ids),
            description=f"VPC Endpoint Interface {endpoint.id}",
        )
        eni.status, eni.requester_managed, eni.interface_type = "in-use", True, "vpc_endpoint"
        return str(eni.id)

    def delete_vpc_endpoints(self, vpce_ids: list[str] | None = None) -> None:
        for vpce_id in vpce_ids or []:
            endpoint: Any = self.vpc_end_points[vpce_id]
            if endpoint.vpc_endpoint_type == "Interface":
                self._take_down(endpoint)
            else:
                self._remove_gateway(endpoint)

    def _take_down(self, endpoint: Any) -> None:
        if endpoint.state != "deleting":
            endpoint.state = "deleting"
            self.timing.later("endpoint-delete", self._drawn(endpoint), partial(self._dissolve, endpoint))

    def _dissolve(self, endpoint: Any) -> None:
        backend: Any = self
        for eni_id in endpoint.network_interface_ids:
            backend.enis.pop(eni_id, None)
        self.vpc_end_points.pop(endpoint.id, None)

    def _remove_gateway(self, endpoint: Any) -> None:
        """With its routes, wherever they are by now."""
        backend: Any = self
        for table in backend.route_tables.values():
            through = [key for key, route in table._routes.items() if route.gateway is endpoint]
            for key in through:
                del table._routes[key]
        self.vpc_end_points.pop(endpoint.id, None)

    def _drawn(self, endpoint: Any) -> str:
        backend: Any = self
        return f"{backend.account_id}/{backend.region_name}/{endpoint.service_name}"

    @staticmethod
    def _filter_endpoint_services(
        service_names_filters: list[str], filters: list[dict[str, Any]], services: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """moto looks for the values of filters where they once were."""
        renamed = [{**one, "Value": one.get("Values", [])} for one in filters]
        return VPCBackend._filter_endpoint_services(service_names_filters, renamed, services)

    @staticmethod
    def _collect_default_endpoint_services(account_id: str, region: str) -> list[dict[str, Any]]:
        """moto asks a dozen of its other services, not all of which are installed."""
        zones = [zone.name for zone in RegionsAndZonesBackend.zones.get(region, [])]
        kinds = [("Interface", _WITH_INTERFACES), ("Gateway", _GATEWAYS)]
        factory = BaseBackend.default_vpc_endpoint_service_factory
        return [
            found
            for kind, services in kinds
            for service in services
            for found in factory(region, zones, service, kind, private_dns_names=kind == "Interface")
        ]


def _become_available(endpoint: Any) -> None:
    if endpoint.state == "pending":
        endpoint.state = "available"


def _is_on(attribute: Any) -> bool:
    return str(attribute).lower() == "true"


def delete_vpc_endpoints(self: Any) -> ActionResult:
    """Replacement for moto's method: what does not exist is named, and does not stop the rest."""
    asked, known = self._get_param("VpcEndpointIds", []), set(self.ec2_backend.vpc_end_points)
    self.ec2_backend.delete_vpc_endpoints(vpce_ids=[one for one in asked if one in known])
    return ActionResult({"Unsuccessful": [_unknown(one) for one in asked if one not in known]})


def _unknown(endpoint_id: str) -> dict[str, Any]:
    message = f"The Vpc Endpoint Id '{endpoint_id}' does not exist"
    return {"ResourceId": endpoint_id, "Error": {"Code": "InvalidVpcEndpoint.NotFound", "Message": message}}


def install() -> None:
    patched = {"delete_vpc_endpoints": delete_vpc_endpoints}
    for name, method in patched.items():
        setattr(VPCs, name, method)
