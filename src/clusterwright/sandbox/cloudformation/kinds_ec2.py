"""The network and the launch templates that clusters need.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EC2.html
"""

from dataclasses import dataclass, field
from typing import Any

from clusterwright.sandbox.cloudformation.kinds import Failed, Job, Kind, as_list, pick
from clusterwright.sandbox.cloudformation.records import Properties


@dataclass(frozen=True)
class Simple(Kind):
    """One call makes it, one deletes it. `identity`, `state` and the values of `shown` are JMESPath."""

    create_with: str
    identity: str
    delete_with: str
    key: str
    tagged: str = ""
    apart: tuple[str, ...] = ()
    shown: dict[str, str] = field(default_factory=dict)

    def create(self, job: Job) -> str:
        answer = job.ask_with("ec2", self.create_with, job.without("Tags", *self.apart), **self._tags(job))
        identity = str(pick(answer, self.identity))
        job.resource.attributes |= {name: pick(answer, path) for name, path in self.shown.items()}
        self.finish(job, identity)
        return identity

    def finish(self, job: Job, identity: str) -> None:
        """What the creating call does not do."""

    def delete(self, job: Job) -> None:
        job.ask("ec2", self.delete_with, **{self.key: job.resource.physical_id})

    def _tags(self, job: Job) -> dict[str, Any]:
        if not self.tagged:
            return {}
        return {"TagSpecifications": [{"ResourceType": self.tagged, "Tags": as_list(job.all_tags())}]}


class Vpc(Simple):
    mutable = frozenset({"EnableDnsSupport", "EnableDnsHostnames"})

    def finish(self, job: Job, identity: str) -> None:
        for name in ("EnableDnsSupport", "EnableDnsHostnames"):
            if name in job.properties:
                job.ask_with(
                    "ec2", "modify_vpc_attribute", {"VpcId": identity, name: {"Value": job.properties[name]}}
                )

    def update(self, job: Job, before: Properties) -> None:
        self.finish(job, job.resource.physical_id)

    def attributes(self, job: Job) -> dict[str, Any]:
        mine = {"Name": "vpc-id", "Values": [job.resource.physical_id]}
        wanted = [mine, {"Name": "group-name", "Values": ["default"]}]
        found = job.ask("ec2", "describe_security_groups", Filters=wanted)
        return {"DefaultSecurityGroup": pick(found, "SecurityGroups[0].GroupId")}


class Subnet(Simple):
    mutable = frozenset({"MapPublicIpOnLaunch", "PrivateDnsNameOptionsOnLaunch"})

    def finish(self, job: Job, identity: str) -> None:
        options = job.properties.get("PrivateDnsNameOptionsOnLaunch") or {}
        given = {"PrivateDnsHostnameTypeOnLaunch": options.get("HostnameType")}
        if "MapPublicIpOnLaunch" in job.properties:
            given["MapPublicIpOnLaunch"] = {"Value": job.properties["MapPublicIpOnLaunch"]}
        for name, value in given.items():
            if value is not None:
                job.ask_with("ec2", "modify_subnet_attribute", {"SubnetId": identity, name: value})

    def update(self, job: Job, before: Properties) -> None:
        self.finish(job, job.resource.physical_id)


class Address(Simple):
    """Ref is the address itself; what deletes it is its allocation."""

    def delete(self, job: Job) -> None:
        job.ask("ec2", self.delete_with, AllocationId=job.resource.attributes["AllocationId"])


class NatGateway(Simple):
    def is_ready(self, job: Job) -> bool:
        found = self._found(job)
        if found["State"] == "failed":
            raise Failed(f"{found.get('FailureMessage', 'Nat Gateway failed')}")
        return bool(found["State"] == "available")

    def is_gone(self, job: Job) -> bool:
        return bool(self._found(job)["State"] == "deleted")

    def _found(self, job: Job) -> dict[str, Any]:
        answer = job.ask("ec2", "describe_nat_gateways", NatGatewayIds=[job.resource.physical_id])
        found: dict[str, Any] = answer["NatGateways"][0]
        return found


class LaunchTemplate(Simple):
    mutable = frozenset({"LaunchTemplateData", "VersionDescription"})

    def create(self, job: Job) -> str:
        job.properties.setdefault("LaunchTemplateName", job.own_name())
        return super().create(job)

    def update(self, job: Job, before: Properties) -> None:
        given = job.without("LaunchTemplateName", "TagSpecifications")
        identity = job.resource.physical_id
        answer = job.ask_with("ec2", "create_launch_template_version", given, LaunchTemplateId=identity)
        number = pick(answer, "LaunchTemplateVersion.VersionNumber")
        job.resource.attributes["LatestVersionNumber"] = str(number)


class Endpoint(Simple):
    def delete(self, job: Job) -> None:
        job.ask("ec2", self.delete_with, VpcEndpointIds=[job.resource.physical_id])


class SecurityGroup(Simple):
    def create(self, job: Job) -> str:
        job.properties.setdefault("GroupName", job.own_name())
        job.properties["Description"] = job.properties["GroupDescription"]
        return super().create(job)

    def finish(self, job: Job, identity: str) -> None:
        for way in ("ingress", "egress"):
            rules = job.properties.get(f"SecurityGroup{way.capitalize()}")
            if rules is not None and way == "egress":
                everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
                job.ask("ec2", "revoke_security_group_egress", GroupId=identity, IpPermissions=everywhere)
            for rule in rules or []:
                given = {"GroupId": identity, "IpPermissions": [permission(rule)]}
                job.ask_with("ec2", f"authorize_security_group_{way}", given)


@dataclass(frozen=True)
class Rule(Kind):
    """A rule of a security group that is declared apart from it."""

    way: str

    def create(self, job: Job) -> str:
        answer = job.ask_with("ec2", f"authorize_security_group_{self.way}", self._given(job))
        return str(pick(answer, "SecurityGroupRules[0].SecurityGroupRuleId"))

    def delete(self, job: Job) -> None:
        job.ask_with("ec2", f"revoke_security_group_{self.way}", self._given(job))

    def _given(self, job: Job) -> Properties:
        return {"GroupId": job.properties["GroupId"], "IpPermissions": [permission(job.properties)]}


def permission(rule: Properties) -> Properties:
    """Templates say in one level what the API has in two."""
    words = {"Description": rule["Description"]} if "Description" in rule else {}
    sources = {
        "IpRanges": ("CidrIp", "CidrIp"),
        "Ipv6Ranges": ("CidrIpv6", "CidrIpv6"),
        "PrefixListIds": ("PrefixListId", "SourcePrefixListId", "DestinationPrefixListId"),
        "UserIdGroupPairs": ("GroupId", "SourceSecurityGroupId", "DestinationSecurityGroupId"),
    }
    found: Properties = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in rule}
    for member, (inside, *names) in sources.items():
        given = [{inside: rule[name], **words} for name in names if name in rule]
        if given:
            found[member] = given
    return found


class Route(Kind):
    def create(self, job: Job) -> str:
        job.ask_with("ec2", "create_route", job.properties)
        return f"{job.properties['RouteTableId']}|{next(iter(self._destination(job).values()))}"

    def delete(self, job: Job) -> None:
        table = {"RouteTableId": job.properties["RouteTableId"]}
        job.ask_with("ec2", "delete_route", {**table, **self._destination(job)})

    def _destination(self, job: Job) -> Properties:
        return {name: value for name, value in job.properties.items() if name.startswith("Destination")}


class GatewayAttachment(Kind):
    def create(self, job: Job) -> str:
        job.ask_with("ec2", "attach_internet_gateway", job.properties)
        return f"IGW|{job.properties['VpcId']}"

    def delete(self, job: Job) -> None:
        job.ask_with("ec2", "detach_internet_gateway", job.properties)


KINDS: dict[str, Kind] = {
    "AWS::EC2::VPC": Vpc(
        "create_vpc",
        "Vpc.VpcId",
        "delete_vpc",
        "VpcId",
        "vpc",
        ("EnableDnsSupport", "EnableDnsHostnames"),
        {"VpcId": "Vpc.VpcId", "CidrBlock": "Vpc.CidrBlock"},
    ),
    "AWS::EC2::Subnet": Subnet(
        "create_subnet",
        "Subnet.SubnetId",
        "delete_subnet",
        "SubnetId",
        "subnet",
        ("MapPublicIpOnLaunch", "PrivateDnsNameOptionsOnLaunch"),
        {
            "SubnetId": "Subnet.SubnetId",
            "VpcId": "Subnet.VpcId",
            "AvailabilityZone": "Subnet.AvailabilityZone",
        },
    ),
    "AWS::EC2::InternetGateway": Simple(
        "create_internet_gateway",
        "InternetGateway.InternetGatewayId",
        "delete_internet_gateway",
        "InternetGatewayId",
        "internet-gateway",
        (),
        {"InternetGatewayId": "InternetGateway.InternetGatewayId"},
    ),
    "AWS::EC2::EIP": Address(
        "allocate_address",
        "PublicIp",
        "release_address",
        "AllocationId",
        "elastic-ip",
        (),
        {"AllocationId": "AllocationId", "PublicIp": "PublicIp"},
    ),
    "AWS::EC2::NatGateway": NatGateway(
        "create_nat_gateway",
        "NatGateway.NatGatewayId",
        "delete_nat_gateway",
        "NatGatewayId",
        "natgateway",
        (),
        {"NatGatewayId": "NatGateway.NatGatewayId"},
    ),
    "AWS::EC2::RouteTable": Simple(
        "create_route_table",
        "RouteTable.RouteTableId",
        "delete_route_table",
        "RouteTableId",
        "route-table",
        (),
        {"RouteTableId": "RouteTable.RouteTableId"},
    ),
    "AWS::EC2::SubnetRouteTableAssociation": Simple(
        "associate_route_table", "AssociationId", "disassociate_route_table", "AssociationId"
    ),
    "AWS::EC2::SecurityGroup": SecurityGroup(
        "create_security_group",
        "GroupId",
        "delete_security_group",
        "GroupId",
        "security-group",
        ("GroupDescription", "SecurityGroupIngress", "SecurityGroupEgress"),
        {"GroupId": "GroupId"},
    ),
    "AWS::EC2::LaunchTemplate": LaunchTemplate(
        "create_launch_template",
        "LaunchTemplate.LaunchTemplateId",
        "delete_launch_template",
        "LaunchTemplateId",
        "launch-template",
        ("TagSpecifications",),
        {
            "LaunchTemplateId": "LaunchTemplate.LaunchTemplateId",
            "LatestVersionNumber": "to_string(LaunchTemplate.LatestVersionNumber)",
            "DefaultVersionNumber": "to_string(LaunchTemplate.DefaultVersionNumber)",
        },
    ),
    "AWS::EC2::VPCEndpoint": Endpoint(
        "create_vpc_endpoint",
        "VpcEndpoint.VpcEndpointId",
        "delete_vpc_endpoints",
        "VpcEndpointIds",
        "vpc-endpoint",
        (),
        {"Id": "VpcEndpoint.VpcEndpointId"},
    ),
    "AWS::EC2::SecurityGroupIngress": Rule("ingress"),
    "AWS::EC2::SecurityGroupEgress": Rule("egress"),
    "AWS::EC2::Route": Route(),
    "AWS::EC2::VPCGatewayAttachment": GatewayAttachment(),
}
