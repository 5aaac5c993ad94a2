"""What must be known of an account and region before resources can be named and placed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Zone:
    """An availability zone. Names are shuffled per account; ids (use1-az3) mean the same everywhere."""

    name: str
    id: str


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
