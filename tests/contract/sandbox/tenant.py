"""A customer of the sandbox: an account, its clients, and the things that most tests need made."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

_CONFIG = Config(retries={"total_max_attempts": 1}, max_pool_connections=4)


def trust(*services: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": list(services)}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def partition_of(region: str) -> str:
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")


class Network:
    """A VPC with a public and a private subnet in each of two zones; NAT on demand."""

    def __init__(self, ec2: Any, zones: tuple[str, str] = ("us-east-1a", "us-east-1b")) -> None:
        self.ec2 = ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.igw = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=self.igw, VpcId=self.vpc)
        self.public = [self._subnet(f"10.0.{n}.0/24", zone) for n, zone in enumerate(zones)]
        self.private = [self._subnet(f"10.0.{n + 100}.0/24", zone) for n, zone in enumerate(zones)]
        for subnet in self.public:
            ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
        self.public_table = self._table(self.public)
        self.private_table = self._table(self.private)
        ec2.create_route(RouteTableId=self.public_table, DestinationCidrBlock="0.0.0.0/0", GatewayId=self.igw)
        self.nat = ""
        self.eip = ""

    def add_nat(self) -> None:
        self.eip = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        made = self.ec2.create_nat_gateway(SubnetId=self.public[0], AllocationId=self.eip)
        self.nat = made["NatGateway"]["NatGatewayId"]
        self.ec2.create_route(
            RouteTableId=self.private_table, DestinationCidrBlock="0.0.0.0/0", NatGatewayId=self.nat
        )

    def _subnet(self, cidr: str, zone: str) -> str:
        made = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock=cidr, AvailabilityZone=zone)
        return str(made["Subnet"]["SubnetId"])

    def _table(self, subnets: list[str]) -> str:
        table = str(self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"])
        for subnet in subnets:
            self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        return table


class Tenant:
    def __init__(self, url: str, session: botocore.session.Session, account: str) -> None:
        self.url = url
        self.account = account
        self.session = session
        self.credentials = self.get(f"accounts/{account}/credentials")
        self._clients: dict[tuple[str, str], Any] = {}

    def client(self, service: str, region: str = "us-east-1", **given: Any) -> Any:
        if given:
            return self._new(service, region, given)
        if (service, region) not in self._clients:
            found = self._administrator(partition_of(region))
            keys = {
                "aws_access_key_id": found["accessKeyId"],
                "aws_secret_access_key": found["secretAccessKey"],
            }
            self._clients[service, region] = self._new(service, region, keys)
        return self._clients[service, region]

    def _administrator(self, partition: str) -> Any:
        """Accounts of other partitions have keys of their own."""
        if partition == "aws":
            return self.credentials
        return self.get(f"accounts/{self.account}/credentials?partition={partition}")

    def _new(self, service: str, region: str, keys: dict[str, Any]) -> Any:
        return self.session.create_client(
            service, region_name=region, endpoint_url=self.url, config=_CONFIG, **keys
        )

    @property
    def eks(self) -> Any:
        return self.client("eks")

    @property
    def ec2(self) -> Any:
        return self.client("ec2")

    @property
    def iam(self) -> Any:
        return self.client("iam")

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def get(self, path: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/_sandbox/{path}") as answer:
            return json.loads(answer.read())

    def post(self, path: str, body: dict[str, Any]) -> Any:
        where = f"{self.url}/_sandbox/{path}"
        request = urllib.request.Request(where, json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def advance(self, seconds: float) -> None:
        self.post("clock/advance", {"seconds": seconds})

    def objects(self, kind: str | None = None) -> list[dict[str, Any]]:
        found = [one for one in self.get("objects") if one["account"] == self.account]
        return [one for one in found if kind is None or one["kind"] == kind]

    def role(self, name: str, *services: str) -> str:
        arn = self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(*services))["Role"]["Arn"]
        return str(arn)

    def roles(self) -> tuple[str, str, str]:
        """Cluster, node and Fargate roles, visible to EKS."""
        made = (
            self.role("cluster", "eks.amazonaws.com"),
            self.role("node", "ec2.amazonaws.com"),
            self.role("fargate", "eks-fargate-pods.amazonaws.com"),
        )
        self.advance(30)
        return made

    def network(self) -> Network:
        return Network(self.ec2)

    def cluster(self, network: Network, role: str, name: str = "one", **more: Any) -> dict[str, Any]:
        """An ACTIVE cluster over the private subnets."""
        given = {"resourcesVpcConfig": {"subnetIds": network.private}, **more}
        self.eks.create_cluster(name=name, roleArn=role, **given)
        self.advance(1200)
        cluster: dict[str, Any] = self.eks.describe_cluster(name=name)["cluster"]
        assert cluster["status"] == "ACTIVE"
        return cluster


@contextmanager
def refused(code: str, *words: str) -> Iterator[dict[str, Any]]:
    """The call inside ends in this error code, with these words in its message; the answer is filled in."""
    answer: dict[str, Any] = {}
    with pytest.raises(ClientError) as caught:
        yield answer
    answer.update(caught.value.response)
    error = answer["Error"]
    assert error["Code"] == code, error
    for word in words:
        assert word in error["Message"], error
