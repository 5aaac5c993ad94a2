"""NAT gateways: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html"""

from typing import Any

import pytest

from .tenant import Network, Tenant, refused

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"
_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_TROUBLE = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html"
_WORKING_WITH = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html"


@pytest.fixture
def network(tenant: Tenant) -> Network:
    made = tenant.network()
    made.add_nat()
    return made


def _gateway(tenant: Tenant, nat: str) -> dict[str, Any]:
    found: dict[str, Any] = tenant.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]
    return found


def _state(tenant: Tenant, nat: str) -> str:
    return str(_gateway(tenant, nat)["State"])


def _lonely(tenant: Tenant) -> tuple[str, str]:
    """A gateway, and its address, in a VPC that has no internet gateway."""
    ec2 = tenant.ec2
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]
    return made["NatGatewayId"], address


@pytest.mark.documented(_API.format("NatGateway"), row="NAT gateway")
def test_a_new_gateway_is_pending(tenant: Tenant) -> None:
    network = tenant.network()
    address = tenant.ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = tenant.ec2.create_nat_gateway(SubnetId=network.public[0], AllocationId=address)["NatGateway"]
    assert made["State"] == "pending"
    tenant.advance(30)
    assert _state(tenant, made["NatGatewayId"]) == "pending"


@pytest.mark.documented(_API.format("NatGateway"), row="NAT gateway")
def test_a_gateway_becomes_available(tenant: Tenant, network: Network) -> None:
    tenant.advance(180)
    assert _state(tenant, network.nat) == "available"


@pytest.mark.documented(_API.format("CreateNatGateway"), row="NAT gateway")
def test_a_gateway_has_an_interface_in_its_subnet(tenant: Tenant, network: Network) -> None:
    wanted = [{"Name": "subnet-id", "Values": [network.public[0]]}]
    (eni,) = tenant.ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]
    assert eni["Description"] == f"Interface for NAT Gateway {network.nat}"
    assert (eni["InterfaceType"], eni["RequesterManaged"], eni["Status"]) == ("nat_gateway", True, "in-use")


@pytest.mark.documented(_API.format("NatGatewayAddress"))
def test_a_gateway_shows_its_addresses(tenant: Tenant, network: Network) -> None:
    (shown,) = _gateway(tenant, network.nat)["NatGatewayAddresses"]
    (address,) = tenant.ec2.describe_addresses(AllocationIds=[network.eip])["Addresses"]
    assert (shown["AllocationId"], shown["PublicIp"]) == (network.eip, address["PublicIp"])
    assert shown["NetworkInterfaceId"] == address["NetworkInterfaceId"]


@pytest.mark.documented(_API.format("DescribeNatGateways"))
def test_gateways_are_found_by_state(tenant: Tenant, network: Network) -> None:
    by_vpc = {"Name": "vpc-id", "Values": [network.vpc]}
    found = {
        state: tenant.ec2.describe_nat_gateways(Filters=[by_vpc, {"Name": "state", "Values": [state]}])
        for state in ("pending", "available")
    }
    assert [len(one["NatGateways"]) for one in found.values()] == [1, 0]


@pytest.mark.documented(_ERRORS, row="NAT gateway")
def test_an_address_is_not_released_while_a_gateway_has_it(tenant: Tenant, network: Network) -> None:
    with refused("InvalidIPAddress.InUse"):
        tenant.ec2.release_address(AllocationId=network.eip)


@pytest.mark.documented(
    _ERRORS, row="detach IGW with EIPs, release EIP of a NAT, delete SG in use by cluster"
)
def test_the_address_of_a_gateway_is_not_disassociated(tenant: Tenant, network: Network) -> None:
    (address,) = tenant.ec2.describe_addresses(AllocationIds=[network.eip])["Addresses"]
    with refused("AuthFailure"):
        tenant.ec2.disassociate_address(AssociationId=address["AssociationId"])


@pytest.mark.documented(_API.format("DeleteNatGateway"))
def test_a_gateway_is_deleting_before_it_is_deleted(tenant: Tenant, network: Network) -> None:
    tenant.advance(180)
    tenant.ec2.delete_nat_gateway(NatGatewayId=network.nat)
    assert _state(tenant, network.nat) == "deleting"
    tenant.advance(150)
    assert _state(tenant, network.nat) == "deleted"


@pytest.mark.documented(_API.format("DeleteNatGateway"))
def test_deleting_a_gateway_disassociates_its_address_but_keeps_it(tenant: Tenant, network: Network) -> None:
    tenant.ec2.delete_nat_gateway(NatGatewayId=network.nat)
    tenant.advance(150)
    (address,) = tenant.ec2.describe_addresses(AllocationIds=[network.eip])["Addresses"]
    assert "AssociationId" not in address
    tenant.ec2.release_address(AllocationId=network.eip)


@pytest.mark.documented(_API.format("DeleteNatGateway"))
def test_deleting_a_gateway_keeps_its_routes(tenant: Tenant, network: Network) -> None:
    tenant.ec2.delete_nat_gateway(NatGatewayId=network.nat)
    tenant.advance(150)
    (table,) = tenant.ec2.describe_route_tables(RouteTableIds=[network.private_table])["RouteTables"]
    states = {route["DestinationCidrBlock"]: route["State"] for route in table["Routes"]}
    assert states == {"10.0.0.0/16": "active", "0.0.0.0/0": "blackhole"}


@pytest.mark.documented(_WORKING_WITH)
def test_a_deleted_gateway_is_shown_for_about_an_hour(tenant: Tenant, network: Network) -> None:
    tenant.ec2.delete_nat_gateway(NatGatewayId=network.nat)
    tenant.advance(1800)
    assert _state(tenant, network.nat) == "deleted"
    tenant.advance(3700)
    with refused("NatGatewayNotFound"):
        _state(tenant, network.nat)


@pytest.mark.documented(_TROUBLE)
def test_a_gateway_without_a_way_out_fails(tenant: Tenant) -> None:
    nat, _ = _lonely(tenant)
    tenant.advance(200)
    gateway = _gateway(tenant, nat)
    assert (gateway["State"], gateway["FailureCode"]) == ("failed", "Gateway.NotAttached")
    assert gateway["FailureMessage"] == f"Network {gateway['VpcId']} has no Internet gateway attached"


@pytest.mark.documented(_TROUBLE)
def test_a_failed_gateway_gives_its_address_back(tenant: Tenant) -> None:
    _, address = _lonely(tenant)
    tenant.advance(200)
    tenant.ec2.release_address(AllocationId=address)


@pytest.mark.documented(_TROUBLE)
def test_a_failed_gateway_is_removed_after_about_an_hour(tenant: Tenant) -> None:
    nat, _ = _lonely(tenant)
    tenant.advance(4000)
    with refused("NatGatewayNotFound"):
        _state(tenant, nat)


@pytest.mark.documented(_API.format("CreateNatGateway"))
def test_a_private_gateway_needs_no_address(tenant: Tenant) -> None:
    network = tenant.network()
    made = tenant.ec2.create_nat_gateway(SubnetId=network.private[0], ConnectivityType="private")
    assert made["NatGateway"]["ConnectivityType"] == "private"


@pytest.mark.documented(_API.format("CreateNatGateway"))
def test_a_public_gateway_needs_an_address(tenant: Tenant) -> None:
    network = tenant.network()
    with refused("MissingParameter"):
        tenant.ec2.create_nat_gateway(SubnetId=network.public[0])


@pytest.mark.documented(_ERRORS)
def test_a_gateway_needs_an_address_that_exists(tenant: Tenant) -> None:
    network = tenant.network()
    with refused("InvalidAllocationID.NotFound"):
        tenant.ec2.create_nat_gateway(SubnetId=network.public[0], AllocationId="eipalloc-0000000000000000")


@pytest.mark.documented(_ERRORS)
def test_a_gateway_needs_a_subnet_that_exists(tenant: Tenant) -> None:
    address = tenant.ec2.allocate_address(Domain="vpc")["AllocationId"]
    with refused("InvalidSubnetID.NotFound"):
        tenant.ec2.create_nat_gateway(SubnetId="subnet-00000000000000000", AllocationId=address)


@pytest.mark.documented(_ERRORS)
def test_an_unknown_gateway_is_not_found(tenant: Tenant) -> None:
    with refused("NatGatewayNotFound"):
        tenant.ec2.delete_nat_gateway(NatGatewayId="nat-00000000000000000")
