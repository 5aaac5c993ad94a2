"""A network that is the user's: made by the account's owner, with names, tags and routes of their own."""

from __future__ import annotations

from clusterwright.aws.calls import Calls

LETTERS = {
    "a": ("us-east-1a", False),
    "b": ("us-east-1c", False),
    "c": ("us-east-1a", True),
    "d": ("us-east-1c", True),
}
"""Zone, and whether it is public, of the placeholders in examples/static.yaml."""
KEY = "ops"


def placeholder(kind: str, letter: str) -> str:
    return f"{kind}-0{letter * 16}"


def make_network(owner: Calls) -> dict[str, str]:
    """The ids in the place of those in the example."""
    vpc = owner.call("ec2:CreateVpc", {"CidrBlock": "10.50.0.0/16"})["Vpc"]["VpcId"]
    gateway = owner.call("ec2:CreateInternetGateway", {})["InternetGateway"]["InternetGatewayId"]
    owner.call("ec2:AttachInternetGateway", {"InternetGatewayId": gateway, "VpcId": vpc})
    subnets = {letter: make_subnet(owner, vpc, number) for number, letter in enumerate(LETTERS)}
    public = [subnets[letter] for letter, (_, is_public) in LETTERS.items() if is_public]
    private = [subnets[letter] for letter, (_, is_public) in LETTERS.items() if not is_public]
    make_routes(owner, vpc, public, {"GatewayId": gateway})
    address = owner.call("ec2:AllocateAddress", {"Domain": "vpc"})["AllocationId"]
    nat = owner.call("ec2:CreateNatGateway", {"SubnetId": public[0], "AllocationId": address})
    make_routes(owner, vpc, private, {"NatGatewayId": nat["NatGateway"]["NatGatewayId"]})
    owner.call("ec2:CreateKeyPair", {"KeyName": KEY})
    ids = {placeholder("subnet", letter): id_ for letter, id_ in subnets.items()}
    return ids | {placeholder("vpc", "a"): vpc}


def make_subnet(owner: Calls, vpc: str, number: int) -> str:
    """The network team calls all of them private, which makes none of them so."""
    zone = list(LETTERS.values())[number][0]
    made = owner.call(
        "ec2:CreateSubnet",
        {
            "VpcId": vpc,
            "CidrBlock": f"10.50.{number}.0/24",
            "AvailabilityZone": zone,
            "TagSpecifications": [
                {"ResourceType": "subnet", "Tags": [{"Key": "Name", "Value": f"private-{number}"}]}
            ],
        },
    )
    return str(made["Subnet"]["SubnetId"])


def make_routes(owner: Calls, vpc: str, subnets: list[str], target: dict[str, str]) -> None:
    table = owner.call("ec2:CreateRouteTable", {"VpcId": vpc})["RouteTable"]["RouteTableId"]
    owner.call("ec2:CreateRoute", {"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", **target})
    for subnet in subnets:
        owner.call("ec2:AssociateRouteTable", {"RouteTableId": table, "SubnetId": subnet})
