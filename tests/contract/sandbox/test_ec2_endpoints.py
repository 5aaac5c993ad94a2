"""VPC endpoints: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints.html"""

from typing import Any

import pytest

from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_S3 = "com.amazonaws.us-east-1.s3"
_EC2 = "com.amazonaws.us-east-1.ec2"


@pytest.fixture
def network(tenant: Tenant) -> Network:
    return tenant.network()


def _interface(tenant: Tenant, network: Network, **more: Any) -> dict[str, Any]:
    given = {"VpcEndpointType": "Interface", "ServiceName": _EC2, "SubnetIds": network.private}
    made = tenant.ec2.create_vpc_endpoint(VpcId=network.vpc, **{**given, "PrivateDnsEnabled": False, **more})
    return dict(made["VpcEndpoint"])


def _gateway(tenant: Tenant, network: Network) -> str:
    tables = [network.private_table]
    made = tenant.ec2.create_vpc_endpoint(VpcId=network.vpc, ServiceName=_S3, RouteTableIds=tables)
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def _state(tenant: Tenant, endpoint: str) -> str:
    return str(tenant.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"][0]["State"])


def _targets(tenant: Tenant, network: Network) -> set[str]:
    (table,) = tenant.ec2.describe_route_tables(RouteTableIds=[network.private_table])["RouteTables"]
    return {route["GatewayId"] for route in table["Routes"]}


@pytest.mark.documented(_API.format("CreateVpcEndpoint"))
def test_the_kind_is_gateway_unless_told(tenant: Tenant, network: Network) -> None:
    endpoint = _gateway(tenant, network)
    (found,) = tenant.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"]
    assert (found["VpcEndpointType"], found["State"]) == ("Gateway", "available")


@pytest.mark.documented("https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html")
def test_a_gateway_endpoint_adds_a_route(tenant: Tenant, network: Network) -> None:
    endpoint = _gateway(tenant, network)
    assert _targets(tenant, network) == {"local", endpoint}


@pytest.mark.documented(_API.format("DeleteVpcEndpoints"))
def test_deleting_a_gateway_endpoint_deletes_its_routes(tenant: Tenant, network: Network) -> None:
    tenant.ec2.delete_vpc_endpoints(VpcEndpointIds=[_gateway(tenant, network)])
    assert _targets(tenant, network) == {"local"}
    assert tenant.objects("vpc-endpoint") == []


@pytest.mark.documented(_API.format("VpcEndpoint"))
def test_an_interface_endpoint_is_pending_before_it_is_available(tenant: Tenant, network: Network) -> None:
    made = _interface(tenant, network)
    assert made["State"] == "pending"
    tenant.advance(200)
    assert _state(tenant, made["VpcEndpointId"]) == "available"


@pytest.mark.documented(_API.format("CreateVpcEndpoint"))
def test_an_interface_endpoint_has_an_interface_in_each_subnet(tenant: Tenant, network: Network) -> None:
    made = _interface(tenant, network)
    enis = tenant.ec2.describe_network_interfaces(NetworkInterfaceIds=made["NetworkInterfaceIds"])
    found = enis["NetworkInterfaces"]
    assert {eni["SubnetId"] for eni in found} == set(network.private)
    assert {(eni["RequesterManaged"], eni["Status"]) for eni in found} == {(True, "in-use")}
    assert {eni["Description"] for eni in found} == {f"VPC Endpoint Interface {made['VpcEndpointId']}"}


@pytest.mark.documented(_API.format("CreateVpcEndpoint"))
def test_an_interface_endpoint_wears_the_default_group_unless_told(tenant: Tenant, network: Network) -> None:
    assert [group["GroupName"] for group in _interface(tenant, network)["Groups"]] == ["default"]


@pytest.mark.documented(_API.format("CreateVpcEndpoint"))
def test_private_names_need_hostnames_in_the_vpc(tenant: Tenant, network: Network) -> None:
    with refused("InvalidParameter", "enableDnsSupport and enableDnsHostnames"):
        _interface(tenant, network, PrivateDnsEnabled=True)
    tenant.ec2.modify_vpc_attribute(VpcId=network.vpc, EnableDnsHostnames={"Value": True})
    assert _interface(tenant, network, PrivateDnsEnabled=True)["PrivateDnsEnabled"] is True


def test_private_names_of_a_service_are_taken_once_in_a_vpc(tenant: Tenant, network: Network) -> None:
    tenant.ec2.modify_vpc_attribute(VpcId=network.vpc, EnableDnsHostnames={"Value": True})
    _interface(tenant, network, PrivateDnsEnabled=True)
    with refused("InvalidParameter", "conflicting DNS domain"):
        _interface(tenant, network, PrivateDnsEnabled=True)


@pytest.mark.documented(_API.format("VpcEndpoint"))
def test_an_interface_endpoint_is_deleting_before_it_is_gone(tenant: Tenant, network: Network) -> None:
    endpoint = _interface(tenant, network)["VpcEndpointId"]
    tenant.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert _state(tenant, endpoint) == "deleting"
    tenant.advance(200)
    with refused("InvalidVpcEndpointId.NotFound"):
        _state(tenant, endpoint)


@pytest.mark.documented(_API.format("DeleteVpcEndpoints"))
def test_deleting_an_interface_endpoint_deletes_its_interfaces(tenant: Tenant, network: Network) -> None:
    endpoint = _interface(tenant, network)["VpcEndpointId"]
    tenant.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    tenant.advance(200)
    assert tenant.objects("network-interface") == []


@pytest.mark.documented(_API.format("DeleteVpcEndpoints"))
def test_endpoints_that_were_not_deleted_are_named(tenant: Tenant, network: Network) -> None:
    unknown = "vpce-00000000000000000"
    answer = tenant.ec2.delete_vpc_endpoints(VpcEndpointIds=[unknown, _gateway(tenant, network)])
    (kept,) = answer["Unsuccessful"]
    assert (kept["ResourceId"], kept["Error"]["Code"]) == (unknown, "InvalidVpcEndpoint.NotFound")
    assert tenant.objects("vpc-endpoint") == []


@pytest.mark.parametrize(
    "service",
    [
        pytest.param(
            service,
            marks=pytest.mark.documented(
                "https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html"
            ),
            id=f"there are endpoints for {service}",
        )
        for service in (
            "ec2",
            "ecr.api",
            "ecr.dkr",
            "s3",
            "elasticloadbalancing",
            "logs",
            "sts",
            "eks-auth",
            "eks",
        )
    ],
)
def test_what_a_private_cluster_needs_has_endpoints(reader: Tenant, service: str) -> None:
    name = f"com.amazonaws.us-east-1.{service}"
    assert reader.ec2.describe_vpc_endpoint_services(ServiceNames=[name])["ServiceNames"] == [name]


@pytest.mark.documented(
    "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html"
)
def test_s3_has_gateways_and_ec2_has_interfaces(reader: Tenant) -> None:
    told = reader.ec2.describe_vpc_endpoint_services(ServiceNames=[_S3, _EC2])["ServiceDetails"]
    kinds = {one["ServiceName"]: [kind["ServiceType"] for kind in one["ServiceType"]] for one in told}
    assert kinds == {_S3: ["Gateway"], _EC2: ["Interface"]}
