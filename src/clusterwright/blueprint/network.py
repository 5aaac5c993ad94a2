"""VPC, subnets, gateways and routes of dynamic placement. How addresses are cut is `subnets`'."""

from __future__ import annotations

from collections.abc import Iterator

from clusterwright.aws.kinds.elastic_ip import ElasticIp
from clusterwright.aws.kinds.internet_gateway import InternetGateway
from clusterwright.aws.kinds.nat_gateway import NatGateway
from clusterwright.aws.kinds.route_table import Route, RouteTable
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.blueprint import refs
from clusterwright.blueprint.site import Site
from clusterwright.blueprint.subnets import subnets_of
from clusterwright.blueprint.tags import PRIVATE_BALANCERS, PUBLIC_BALANCERS
from clusterwright.graph.resource import Ref, Resource

ANYWHERE = "0.0.0.0/0"


def resources(site: Site) -> Iterator[Resource]:
    yield Vpc(name=refs.VPC.name, cidr=str(site.vpc), tags=site.tags())
    yield InternetGateway(name=refs.INTERNET.name, vpc=refs.VPC, tags=site.tags())
    for zone in site.zones:
        yield from zone_subnets(site, zone)
    for zone in nat_zones(site):
        yield from way_out(site, zone)
    yield public_routes(site)
    for zone in site.zones:
        yield private_routes(site, zone)


def zone_subnets(site: Site, zone: str) -> Iterator[Subnet]:
    pair = subnets_of(zone, site.vpc)
    yield Subnet(
        name=refs.public_subnet(zone).name,
        vpc=refs.VPC,
        cidr=str(pair.public),
        zone=zone,
        public=True,
        tags=site.tags(PUBLIC_BALANCERS),
    )
    yield Subnet(
        name=refs.private_subnet(zone).name,
        vpc=refs.VPC,
        cidr=str(pair.private),
        zone=zone,
        public=False,
        tags=site.tags(PRIVATE_BALANCERS),
    )


def nat_zones(site: Site) -> tuple[str, ...]:
    return site.zones[:1] if site.network.nat_gateways == "single" else site.zones


def way_out(site: Site, zone: str) -> Iterator[Resource]:
    address = refs.nat_address(zone)
    yield ElasticIp(name=address.name, tags=site.tags())
    yield NatGateway(
        name=refs.nat(zone).name,
        subnet=refs.public_subnet(zone),
        address=address,
        after=(refs.INTERNET,),
        tags=site.tags(),
    )


def public_routes(site: Site) -> RouteTable:
    return RouteTable(
        name=refs.PUBLIC_ROUTES.name,
        vpc=refs.VPC,
        routes=(Route(ANYWHERE, refs.INTERNET),),
        subnets=tuple(sorted(map(refs.public_subnet, site.zones), key=str)),
        tags=site.tags(),
    )


def private_routes(site: Site, zone: str) -> RouteTable:
    """One per zone even with a single NAT gateway, so that adding gateways only changes a route."""
    gateway = zone if zone in nat_zones(site) else nat_zones(site)[0]
    return RouteTable(
        name=refs.private_routes(zone).name,
        vpc=refs.VPC,
        routes=(Route(ANYWHERE, refs.nat(gateway)),),
        subnets=(refs.private_subnet(zone),),
        tags=site.tags(),
    )


def routes_out(zones: tuple[str, ...]) -> tuple[Ref[RouteTable], ...]:
    """Both ends of the way from private subnets to the internet, without which nodes cannot join."""
    return (*sorted(map(refs.private_routes, zones), key=str), refs.PUBLIC_ROUTES)
