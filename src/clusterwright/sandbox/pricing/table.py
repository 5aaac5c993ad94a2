"""A few list prices in US dollars, as of late 2025: enough for an estimate, and no more.

https://aws.amazon.com/ec2/pricing/on-demand/
https://aws.amazon.com/eks/pricing/
https://aws.amazon.com/vpc/pricing/
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from moto.ec2.models.instance_types import INSTANCE_TYPES

SERVICES = {"AmazonEC2": "EC2", "AmazonEKS": "EKS"}


@dataclass(frozen=True, slots=True)
class Place:
    """`prefix` begins the usage types of the region; the first region has none."""

    name: str
    prefix: str
    nat: float


_CHEAP = ("us-east-1", "us-east-2", "us-west-2")
_PLACES = {
    "us-east-1": Place("US East (N. Virginia)", "", 0.045),
    "us-east-2": Place("US East (Ohio)", "USE2-", 0.045),
    "us-west-2": Place("US West (Oregon)", "USW2-", 0.045),
    "eu-west-1": Place("EU (Ireland)", "EU-", 0.048),
}
# Of a `large`, from which the others of a family follow: in the three cheap regions, and in Ireland.
_LARGE = {
    "c5": (0.085, 0.096),
    "c6g": (0.068, 0.073),
    "c6i": (0.085, 0.0912),
    "m5": (0.096, 0.107),
    "m6g": (0.077, 0.086),
    "m6i": (0.096, 0.107),
    "m7g": (0.0816, 0.0911),
    "r5": (0.126, 0.141),
    "r6g": (0.1008, 0.113),
    "t3": (0.0832, 0.0912),
    "t4g": (0.0672, 0.0736),
}
_SIZES = {"nano": 1 / 16, "micro": 1 / 8, "small": 1 / 4, "medium": 1 / 2, "large": 1, "xlarge": 2}
_MULTIPLES = (2, 4, 8, 12, 16, 24)
_CLUSTER_HOUR, _EXTENDED_HOUR = 0.10, 0.50


@dataclass(frozen=True, slots=True)
class Product:
    service: str
    family: str
    price: float
    unit: str
    description: str
    attributes: dict[str, str] = field(hash=False)

    @property
    def sku(self) -> str:
        about = repr((self.service, self.family, sorted(self.attributes.items())))
        return hashlib.sha256(about.encode()).hexdigest()[:16].upper()


@cache
def products() -> tuple[Product, ...]:
    return tuple(product for region, place in _PLACES.items() for product in _of(region, place))


def _of(region: str, place: Place) -> Iterator[Product]:
    yield from _machines(region, place)
    yield from _nat(region, place)
    for usage, operation, price in (
        ("perCluster", "CreateOperation", _CLUSTER_HOUR),
        ("extendedSupport", "ExtendedSupport", _EXTENDED_HOUR),
    ):
        attributes = _where(region, place, "AmazonEKS", f"AmazonEKS-Hours:{usage}", operation)
        told = f"Amazon EKS cluster usage in {place.name}"
        yield Product("AmazonEKS", "Compute", price, "Hours", f"${price:.2f} per hour, {told}", attributes)


def _machines(region: str, place: Place) -> Iterator[Product]:
    for family, prices in _LARGE.items():
        base = prices[0] if region in _CHEAP else prices[1]
        sizes = {**_SIZES, **{f"{times}xlarge": 2 * times for times in _MULTIPLES}}
        for size, share in sizes.items():
            name = f"{family}.{size}"
            if name in INSTANCE_TYPES:
                yield _machine(region, place, name, round(base * share, 4))


def _machine(region: str, place: Place, name: str, price: float) -> Product:
    known = INSTANCE_TYPES[name]
    attributes = {
        **_where(region, place, "AmazonEC2", f"BoxUsage:{name}", "RunInstances"),
        "instanceType": name,
        "operatingSystem": "Linux",
        "tenancy": "Shared",
        "preInstalledSw": "NA",
        "capacitystatus": "Used",
        "licenseModel": "No License required",
        "marketoption": "OnDemand",
        "vcpu": str(known["VCpuInfo"]["DefaultVCpus"]),
        "memory": f"{known['MemoryInfo']['SizeInMiB'] / 1024:g} GiB",
    }
    told = f"${price} per On Demand Linux {name} Instance Hour"
    return Product("AmazonEC2", "Compute Instance", price, "Hrs", told, attributes)


def _nat(region: str, place: Place) -> Iterator[Product]:
    for what, unit, told in (
        ("Hours", "Hrs", "per NAT Gateway Hour"),
        ("Bytes", "GB", "per GB Data Processed by NAT Gateways"),
    ):
        attributes = {
            **_where(region, place, "AmazonEC2", f"NatGateway-{what}", "NatGateway"),
            "group": "NGW:NatGateway",
        }
        yield Product("AmazonEC2", "NAT Gateway", place.nat, unit, f"${place.nat} {told}", attributes)


def _where(region: str, place: Place, service: str, usage: str, operation: str) -> dict[str, str]:
    return {
        "servicecode": service,
        "servicename": SERVICES[service],
        "regionCode": region,
        "location": place.name,
        "locationType": "AWS Region",
        "usagetype": f"{place.prefix}{usage}",
        "operation": operation,
    }
