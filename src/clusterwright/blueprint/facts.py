"""What must be known of an account and region before resources can be named and placed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Zone:
    """An availability zone. Names are shuffled per account; ids (use1-az3) mean the same everywhere."""

    name: str
    id: str


@dataclass(frozen=True)
class GivenSubnet:
    """A subnet of the user's. It is public if its routes lead to an internet gateway, whatever its name."""

    id: str
    zone: Zone
    public: bool
    route: str = ""
    """The id of the route table that makes it public."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Zones are to be read once, when a cluster is made, and kept: a zone that appears in the region later
    could otherwise take the place of one that the cluster uses."""

    account: str
    """Twelve digits."""
    partition: str
    uid: str
    """The cluster's immutable uid."""
    zones: tuple[Zone, ...]
    """Availability zones of the region, no local or wavelength zones."""
    vpc_cidr: str = ""
    """Of the user's VPC, under static placement; empty when there is no such VPC."""
    subnets: tuple[GivenSubnet, ...] = ()
    """All of that VPC."""
