"""VPC, subnets, gateways and routes of dynamic placement (how addresses are cut is `subnets`'), and the tags
on the user's subnets of static placement.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network

from clusterwright.aws.kinds.elastic_ip import ElasticIp
from clusterwright.aws.kinds.internet_gateway import InternetGateway
from clusterwright.aws.kinds.nat_gateway import NatGateway
from clusterwright.aws.kinds.route_table import Route, RouteTable
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.kinds.subnet_tags import SubnetTags
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.blueprint import refs
from clusterwright.blueprint.ground import given
from clusterwright.blueprint.site import Site
from clusterwright.blueprint.subnets import subnets_of
from clusterwright.blueprint.tags import PRIVATE_BALANCERS, PUBLIC_BALANCERS, marks
from clusterwright.graph.resource import Resource
from clusterwright.spec.placement import Dynamic, Static

ANYWHERE = "0.0.0.0/0"


def resources(site: Site) -> Iterator[Resource]:
    """Ours where placement is dynamic; of the user's own network nothing but tags."""
    if site.network:
        yield from made(site, site.network)
    elif site.spec.placement.static and site.spec.placement.static.tag_subnets:
        yield from marked(site, site.spec.placement.static)


def marked(site: Site, static: Static) -> Iterator[SubnetTags]:
    for subnet in given(static, site.facts):
        yield SubnetTags(
            name=subnet.id,
            vpc_id=static.vpc_id,
            subnet_id=subnet.id,
            marks=tuple(sorted(marks(site.name, subnet.public), key=str)),
        )


def made(site: Site, network: Dynamic) -> Iterator[Resource]:
    yield Vpc(name=refs.VPC.name, cidr=network.cidr, tags=site.tags())
    yield InternetGateway(name=refs.INTERNET.name, vpc=refs.VPC, tags=site.tags())
    for zone in site.zones:
        yield from zone_subnets(site, zone)
    for zone in nat_zones(site):
        yield from way_out(site, zone)
    yield public_routes(site)
    for zone in site.zones:
        yield private_routes(site, zone)


def zone_subnets(site: Site, zone: str) -> Iterator[Subnet]:
    pair = subnets_of(zone, IPv4Network(site.ground.cidr))
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
    single = site.network is not None and site.network.nat_gateways == "single"
    return site.zones[:1] if single else site.zones


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
