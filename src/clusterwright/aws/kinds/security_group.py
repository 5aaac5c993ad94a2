"""Security group with its inbound rules; the default outbound rule is left alone.

docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.ec2 import TAGGING, find_owned, retag
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import CLUSTER_ID, as_tags, mapping
from clusterwright.errors import AlreadyExists
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Output, Ref, Resource


@dataclass(frozen=True)
class Rule:
    """Who may reach the members: a CIDR, another group, or with neither the members themselves."""

    protocol: str
    """`tcp`, `udp`, `icmp`, or `-1` for all, which has no ports."""
    from_port: int | None = None
    to_port: int | None = None
    cidr: str | None = None
    """IPv4 or IPv6, as AWS writes it: no host bits."""
    source: Ref[SecurityGroup] | Output | None = None
    description: str = ""


@dataclass(frozen=True, kw_only=True)
class SecurityGroup(Resource):
    """Its name in AWS is `<cluster>-<name>`."""

    KIND: ClassVar[str] = "security_group"
    FIXED: ClassVar[frozenset[str]] = frozenset({"vpc", "description"})

    vpc: Ref[Vpc] | str
    description: str
    ingress: tuple[Rule, ...] = ()
    """Sorted by `str`."""


CONTROLLERS = ("kubernetes.io/rule/", "elbv2.k8s.aws/")
"""Descriptions of rules that load balancer controllers in the cluster add and remove by themselves."""


class SecurityGroupDriver:
    kind = SecurityGroup
    makes = INSTANT
    unmakes = INSTANT
    actions = TAGGING | {
        "ec2:CreateSecurityGroup",
        "ec2:DescribeSecurityGroups",
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:RevokeSecurityGroupIngress",
        "ec2:DeleteSecurityGroup",
    }

    def find(self, aws: Scope, want: SecurityGroup, known: Known) -> Found | None:
        row = find_owned(aws, want, known, "ec2:DescribeSecurityGroups", ("SecurityGroups", "GroupId"))
        return self.read(want, row, known) if row else None

    def read(self, want: SecurityGroup, row: Row, known: Known) -> Found:
        actual = SecurityGroup(
            name=want.name,
            vpc=known.given(Vpc, row["VpcId"]),
            description=row["Description"],
            ingress=read_ingress(row, known),
            tags=as_tags(mapping(row.get("Tags"))),
        )
        return Found(id=row["GroupId"], actual=actual)

    def create(self, aws: Scope, want: SecurityGroup, known: Known) -> Found:
        name, vpc = f"{aws.owner.cluster}-{want.name}", known.value(want.vpc)
        try:
            answer = aws.call(
                "ec2:CreateSecurityGroup",
                GroupName=name,
                Description=want.description,
                VpcId=vpc,
                TagSpecifications=aws.tag_specification(want, "security-group"),
            )
        except AlreadyExists:
            return self.existing(aws, want, known, name)
        self.authorize(aws, answer["GroupId"], want.ingress, known)
        return Found(id=answer["GroupId"], actual=want)

    def existing(self, aws: Scope, want: SecurityGroup, known: Known, name: str) -> Found:
        """Ours, when a Describe came too early to see it; or another's, which is an error."""
        named = {"group-name": name, "vpc-id": known.value(want.vpc)}
        filters = [{"Name": key, "Values": [value]} for key, value in named.items()]
        row = aws.call("ec2:DescribeSecurityGroups", Filters=filters)["SecurityGroups"][0]
        aws.claim(mapping(row.get("Tags")), want, f"Security group {name}")
        return self.read(want, row, known)

    def update(self, aws: Scope, change: Change[SecurityGroup], known: Known) -> None:
        if "ingress" in change.fields:
            self.set_ingress(aws, change, known)
        retag(aws, change)

    def set_ingress(self, aws: Scope, change: Change[SecurityGroup], known: Known) -> None:
        """As the group is now: a source that was made anew meanwhile has another id behind the same name."""
        group, want = change.have.id, change.want.ingress
        row = aws.call("ec2:DescribeSecurityGroups", GroupIds=[group])["SecurityGroups"][0]
        have = read_ingress(row, known)
        self.revoke(aws, group, (rule for rule in have if rule not in want), known)
        self.authorize(aws, group, (rule for rule in want if rule not in have), known)

    def authorize(self, aws: Scope, group: str, rules: Iterable[Rule], known: Known) -> None:
        entries = [permission(rule, group, known) for rule in rules]
        if entries:
            aws.call("ec2:AuthorizeSecurityGroupIngress", GroupId=group, IpPermissions=entries)

    def revoke(self, aws: Scope, group: str, rules: Iterable[Rule], known: Known) -> None:
        entries = [permission(rule, group, known) for rule in rules]
        if entries:
            aws.call("ec2:RevokeSecurityGroupIngress", GroupId=group, IpPermissions=entries)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        """Rules that name other groups keep those from being deleted, and so do theirs that name this one."""
        if isinstance(have.actual, SecurityGroup):
            self.revoke(aws, have.id, (rule for rule in have.actual.ingress if rule.source), known)
        for row in self.naming(aws, have.id):
            rules = (rule for rule in read_ingress(row, known) if names(rule, have.id, known))
            self.revoke(aws, row["GroupId"], rules, known)
        aws.call("ec2:DeleteSecurityGroup", GroupId=have.id)

    def naming(self, aws: Scope, group: str) -> list[Row]:
        """The cluster's other groups that let this one in."""
        filters = [
            {"Name": "ip-permission.group-id", "Values": [group]},
            {"Name": f"tag:{CLUSTER_ID}", "Values": [aws.owner.uid]},
        ]
        rows = aws.call("ec2:DescribeSecurityGroups", Filters=filters)["SecurityGroups"]
        return [row for row in rows if row["GroupId"] != group]


def read_ingress(row: Row, known: Known) -> tuple[Rule, ...]:
    rules = (rule for entry in row["IpPermissions"] for rule in read_rules(entry, row["GroupId"], known))
    return tuple(sorted((rule for rule in rules if not rule.description.startswith(CONTROLLERS)), key=str))


def names(rule: Rule, group: str, known: Known) -> bool:
    return rule.source is not None and group_id(rule.source, known) == group


def read_rules(entry: Row, group: str, known: Known) -> Iterator[Rule]:
    """One rule for each peer of an IpPermission, which bundles those with the same ports."""
    ports = {
        "protocol": entry["IpProtocol"],
        "from_port": entry.get("FromPort"),
        "to_port": entry.get("ToPort"),
    }
    for member, key in CIDRS.items():
        for row in entry.get(member, []):
            yield Rule(**ports, cidr=row[key], description=row.get("Description") or "")
    for row in entry.get("UserIdGroupPairs", []):
        source = None if row["GroupId"] == group else source_of(row["GroupId"], known)
        yield Rule(**ports, source=source, description=row.get("Description") or "")


def source_of(group: str, known: Known) -> Ref[SecurityGroup] | Output:
    pointer = known.pointer(SecurityGroup, group)
    return pointer if isinstance(pointer, Output) else Ref(SecurityGroup, pointer.name)


CIDRS = {"IpRanges": "CidrIp", "Ipv6Ranges": "CidrIpv6", "PrefixListIds": "PrefixListId"}


def permission(rule: Rule, group: str, known: Known) -> Row:
    ports = {"FromPort": rule.from_port, "ToPort": rule.to_port}
    member, peer = peer_of(rule, group, known)
    return {
        "IpProtocol": rule.protocol,
        **{key: port for key, port in ports.items() if port is not None},
        member: [peer | ({"Description": rule.description} if rule.description else {})],
    }


def peer_of(rule: Rule, group: str, known: Known) -> tuple[str, dict[str, str]]:
    if rule.cidr is None:
        return "UserIdGroupPairs", {"GroupId": group_id(rule.source, known) if rule.source else group}
    if rule.cidr.startswith("pl-"):
        return "PrefixListIds", {"PrefixListId": rule.cidr}
    member = "Ipv6Ranges" if ":" in rule.cidr else "IpRanges"
    return member, {CIDRS[member]: rule.cidr}


def group_id(source: Ref[SecurityGroup] | Output, known: Known) -> str:
    """A found group that is none of ours has its AWS id as its name."""
    unknown = isinstance(source, Ref) and source not in known.ids
    return source.name if unknown else known.value(source)
