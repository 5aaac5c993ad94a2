"""What a cluster's blueprint must know of its account and region, asked once and kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from clusterwright.aws.calls import Calls, Row
from clusterwright.blueprint.facts import Facts, GivenSubnet, Zone
from clusterwright.spec.placement import Placement
from clusterwright.store.rows import AccountFacts, SubnetFact, ZoneFact


def learn(calls: Calls, placement: Placement, before: AccountFacts | None) -> AccountFacts:
    """What is known stays: a zone or a route that appears later moves nothing."""
    facts = before or account_facts(calls)
    if placement.static is None or knows(facts, placement):
        return facts
    asked = with_network(calls, facts, placement.static.vpc_id)
    known = {subnet.id: subnet for subnet in facts.subnets}
    return replace(asked, subnets=tuple(known.get(subnet.id, subnet) for subnet in asked.subnets))


def knows(facts: AccountFacts, placement: Placement) -> bool:
    """Whether every subnet of the document was seen."""
    ids = placement.static.subnet_ids if placement.static else ()
    return {subnet.id for subnet in facts.subnets} >= set(ids)


def account_facts(calls: Calls) -> AccountFacts:
    rows = calls.rows("ec2:DescribeAvailabilityZones", "AvailabilityZones", {})
    usable = [row for row in rows if row.get("ZoneType", "availability-zone") == "availability-zone"]
    zones = sorted(
        (str(row["ZoneName"]), str(row["ZoneId"])) for row in usable if row["State"] == "available"
    )
    return AccountFacts(calls.account, calls.partition, tuple(ZoneFact(name, id_) for name, id_ in zones))


def with_network(calls: Calls, facts: AccountFacts, vpc: str) -> AccountFacts:
    """The user's VPC and its subnets; no CIDR when there is no such VPC."""
    mine = {"Filters": [{"Name": "vpc-id", "Values": [vpc]}]}
    networks = calls.rows("ec2:DescribeVpcs", "Vpcs", mine)
    subnets = calls.rows("ec2:DescribeSubnets", "Subnets", mine) if networks else []
    tables = calls.rows("ec2:DescribeRouteTables", "RouteTables", mine) if networks else []
    seen = (
        SubnetFact(row["SubnetId"], row["AvailabilityZone"], public_route(row["SubnetId"], tables))
        for row in subnets
    )
    cidr = networks[0]["CidrBlock"] if networks else ""
    return replace(facts, vpc_cidr=cidr, subnets=tuple(sorted(seen, key=lambda subnet: subnet.id)))


def public_route(subnet: str, tables: Iterable[Row]) -> str:
    """The route table by which a subnet is public: its own, or else the VPC's main one.

    docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html#subnet-types
    """
    own, main = None, None
    for table in tables:
        for association in table.get("Associations", []):
            if association.get("SubnetId") == subnet:
                own = table
            elif association.get("Main"):
                main = table
    chosen = own or main
    return str(chosen["RouteTableId"]) if chosen and leads_out(chosen) else ""


def leads_out(table: Row) -> bool:
    return any(str(route.get("GatewayId", "")).startswith("igw-") for route in table.get("Routes", []))


def for_blueprint(uid: str, facts: AccountFacts) -> Facts:
    zones = {zone.name: Zone(zone.name, zone.id) for zone in facts.zones}
    return Facts(
        account=facts.account,
        partition=facts.partition,
        uid=uid,
        zones=tuple(zones.values()),
        vpc_cidr=facts.vpc_cidr,
        subnets=tuple(
            GivenSubnet(one.id, zones.get(one.zone, Zone(one.zone, "")), bool(one.route), one.route)
            for one in facts.subnets
        ),
    )
