"""Which availability zones a region has, as far as that can be known without asking AWS.

Letters differ from account to account, so a region lists every letter that some account has; whether
*this* account has it is for the preflight checks. Local and wavelength zones are not supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from clusterwright.spec.model import Path, Problem

LETTERS = {
    "af-south-1": "abc",
    "ap-east-1": "abc",
    "ap-east-2": "abc",
    "ap-northeast-1": "abcd",
    "ap-northeast-2": "abcd",
    "ap-northeast-3": "abc",
    "ap-south-1": "abc",
    "ap-south-2": "abc",
    "ap-southeast-1": "abc",
    "ap-southeast-2": "abc",
    "ap-southeast-3": "abc",
    "ap-southeast-4": "abc",
    "ap-southeast-5": "abc",
    "ap-southeast-6": "abc",
    "ap-southeast-7": "abc",
    "ca-central-1": "abcd",
    "ca-west-1": "abc",
    "cn-north-1": "abcd",
    "cn-northwest-1": "abc",
    "eu-central-1": "abc",
    "eu-central-2": "abc",
    "eu-north-1": "abc",
    "eu-south-1": "abc",
    "eu-south-2": "abc",
    "eu-west-1": "abc",
    "eu-west-2": "abc",
    "eu-west-3": "abc",
    "il-central-1": "abc",
    "me-central-1": "abc",
    "me-south-1": "abc",
    "mx-central-1": "abc",
    "sa-east-1": "abc",
    "us-east-1": "abcdef",
    "us-east-2": "abc",
    "us-gov-east-1": "abc",
    "us-gov-west-1": "abc",
    "us-west-1": "abc",
    "us-west-2": "abcd",
}


def zones_of(region: str) -> tuple[str, ...]:
    """All zone names of a region; empty when the region is not in the table."""
    return tuple(region + letter for letter in LETTERS.get(region, ""))


def zone_problems(zone: str, region: str, at: Path) -> Iterator[Problem]:
    known = zones_of(region)
    if zone in known:
        return
    if known:
        yield Problem(
            at, f"{zone} does not exist in {region}", f"Zones of {region}: {', '.join(known)}.", zone
        )
    elif not re.fullmatch(re.escape(region) + "[a-z]", zone):
        yield Problem(at, f"{zone} is not a zone of {region}", f"Write it like {region}a.", zone)
