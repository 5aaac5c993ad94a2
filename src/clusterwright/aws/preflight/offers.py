"""Whether AWS offers what a cluster wants: instance types per zone, the Kubernetes version, the key pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from clusterwright.aws.calls import Row
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.launch_template import LaunchTemplate
from clusterwright.aws.kinds.node_group import NodeGroup
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.preflight.check import Check, Level
from clusterwright.aws.preflight.demand import Ask
from clusterwright.aws.preflight.reading import Answer, Reader, Unanswered, unknown

ACTIONS = frozenset(
    {"ec2:DescribeInstanceTypeOfferings", "ec2:DescribeKeyPairs", "eks:DescribeClusterVersions"}
)
AREA = "offers"

ByZone = Mapping[str, frozenset[str]]
"""Instance types, by the zone that offers them."""


def types_by_zone(reader: Reader, types: Iterable[str]) -> ByZone:
    """docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html"""
    named = [{"Name": "instance-type", "Values": sorted(types)}]
    rows = reader.rows(
        "ec2:DescribeInstanceTypeOfferings",
        "InstanceTypeOfferings",
        LocationType="availability-zone",
        Filters=named,
    )
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["Location"], set()).add(row["InstanceType"])
    return {zone: frozenset(names) for zone, names in found.items()}


def key_pairs(reader: Reader, names: Iterable[str]) -> frozenset[str]:
    """Those that exist; asked by name, a missing one would be an error."""
    named = [{"Name": "key-name", "Values": sorted(names)}]
    return frozenset(row["KeyName"] for row in reader.rows("ec2:DescribeKeyPairs", "KeyPairs", Filters=named))


def versions(reader: Reader) -> dict[str, Row]:
    """docs.aws.amazon.com/eks/latest/APIReference/API_ClusterVersionInformation.html"""
    rows = reader.rows("eks:DescribeClusterVersions", "clusterVersions")
    return {row["clusterVersion"]: row for row in rows}


def wanted_types(ask: Ask) -> frozenset[str]:
    return frozenset(name for group in ask.of(NodeGroup) for name in group.instance_types)


def wanted_keys(ask: Ask) -> frozenset[str]:
    return frozenset(one.key_name for one in ask.of(LaunchTemplate) if one.key_name)


def type_checks(ask: Ask, offered: Answer[ByZone]) -> Iterator[Check]:
    for group in ask.of(NodeGroup):
        subject = f"instance types of {group.group_name}"
        if isinstance(offered, Unanswered):
            yield unknown(AREA, subject, "what the zones offer is not known", offered)
        else:
            yield type_check(subject, group.instance_types, at(zones_of(ask, group), offered))


def zones_of(ask: Ask, group: NodeGroup) -> list[str]:
    """None are known of subnets that are not ours to make."""
    zones = {subnet.ref: subnet.zone for subnet in ask.of(Subnet)}
    return sorted({zones[ref] for ref in group.subnets if ref in zones})


def at(zones: list[str], offered: ByZone) -> ByZone:
    """Where no zone is known, the region is asked as one."""
    if zones:
        return {zone: offered.get(zone, NOTHING) for zone in zones}
    return {"this region": NOTHING.union(*offered.values())}


NOTHING: frozenset[str] = frozenset()


def type_check(subject: str, types: tuple[str, ...], offered: ByZone) -> Check:
    """A zone without any of the types gets no node; with some of them it has the less to choose from."""
    empty = [zone for zone, names in offered.items() if not names & set(types)]
    lacking = [
        f"{name} in {zone}"
        for zone, names in offered.items()
        for name in types
        if name not in names and zone not in empty
    ]
    if empty:
        message = f"{', '.join(empty)} offer{'s' * (len(empty) == 1)} no {' or '.join(types)}"
        return Check(AREA, subject, Level.ERROR, message, other_zones(offered, empty))
    if lacking:
        message = f"not offered: {', '.join(lacking)}"
        return Check(AREA, subject, Level.WARNING, message, "Leave out the type, or the zone.")
    return Check(AREA, subject, Level.OK, f"{', '.join(types)} in {', '.join(offered)}")


def other_zones(offered: ByZone, empty: list[str]) -> str:
    good = [zone for zone in offered if zone not in empty]
    if not good:
        return "Use another instance type, or another region."
    return f"Use another instance type, or name the zones of the pool: zones: [{', '.join(good)}]."


def key_checks(ask: Ask, existing: Answer[frozenset[str]]) -> Iterator[Check]:
    for name in sorted(wanted_keys(ask)):
        subject = f"key pair {name}"
        if isinstance(existing, Unanswered):
            yield unknown(AREA, subject, "whether it exists is not known", existing)
        elif name in existing:
            yield Check(AREA, subject, Level.OK, "exists")
        else:
            remedy = "Create or import it in this region, or change spec.sshKeyName."
            yield Check(AREA, subject, Level.ERROR, "does not exist in this region", remedy)


def version_checks(ask: Ask, offered: Answer[Mapping[str, Row]]) -> Iterator[Check]:
    for cluster in ask.of(EksCluster):
        subject = f"Kubernetes {cluster.version}"
        if isinstance(offered, Unanswered):
            yield unknown(AREA, subject, "whether EKS offers it is not known", offered)
        else:
            yield version_check(subject, offered.get(cluster.version, {}), usable(offered))


def usable(offered: Mapping[str, Row]) -> list[str]:
    return [name for name, row in offered.items() if row.get("versionStatus") != "UNSUPPORTED"]


def version_check(subject: str, row: Row, names: list[str]) -> Check:
    """docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html: extended support has its price."""
    status = row.get("versionStatus", "UNSUPPORTED")
    standard, extended = day(row.get("endOfStandardSupportDate")), day(row.get("endOfExtendedSupportDate"))
    if status == "UNSUPPORTED":
        remedy = f"Use a profile with one of {', '.join(sorted(names, key=minor))}."
        return Check(AREA, subject, Level.ERROR, "is not offered by EKS in this region", remedy)
    if status == "EXTENDED_SUPPORT":
        message = f"standard support ended on {standard}; extended support costs more and ends on {extended}"
        return Check(AREA, subject, Level.WARNING, message, "Use a newer version.")
    return Check(AREA, subject, Level.OK, f"standard support until {standard}, extended until {extended}")


def minor(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "a day that AWS does not tell"
