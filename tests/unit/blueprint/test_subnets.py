"""How a VPC is cut, whatever its size and zones."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.blueprint.subnets import Pair, slot_count, slot_of, subnets_of
from clusterwright.spec.placement import LARGEST_VPC, SMALLEST_VPC, smallest_vpc

RESERVED_BY_AWS = 5


@st.composite
def vpcs(draw: st.DrawFn) -> IPv4Network:
    length = draw(st.integers(LARGEST_VPC, SMALLEST_VPC))
    start = draw(st.integers(0, 2**length - 1)) << (32 - length)
    return IPv4Network((start, length))


def pairs(vpc: IPv4Network) -> list[Pair]:
    return [subnets_of(f"us-east-1{letter}", vpc) for letter in "abcdef"[: slot_count(vpc)]]


@given(vpcs())
def test_subnets_lie_inside_the_vpc_and_never_overlap(vpc: IPv4Network) -> None:
    nets = [net for pair in pairs(vpc) for net in (pair.private, pair.public)]
    assert all(net.subnet_of(vpc) for net in nets)
    assert not any(a.overlaps(b) for a, b in combinations(nets, 2))


@given(vpcs())
def test_private_subnets_are_at_least_four_times_as_large(vpc: IPv4Network) -> None:
    assert all(pair.private.num_addresses >= 4 * pair.public.num_addresses for pair in pairs(vpc))


@given(vpcs())
def test_eks_finds_room_in_private_and_aws_makes_public_subnets(vpc: IPv4Network) -> None:
    for pair in pairs(vpc):
        assert pair.private.num_addresses - RESERVED_BY_AWS >= 59
        assert pair.public.prefixlen <= 28


@given(vpcs(), st.sampled_from("abcdefghi"))
def test_a_zone_has_its_addresses_whatever_other_zones_there_are(vpc: IPv4Network, letter: str) -> None:
    same_slot = "abcdef"[slot_of(f"eu-west-1{letter}", vpc)]
    assert subnets_of(f"eu-west-1{letter}", vpc) == subnets_of(f"us-east-1{same_slot}", vpc)


@pytest.mark.parametrize("zones", range(2, 7))
def test_the_smallest_vpc_that_a_document_may_ask_for_has_enough_slots(zones: int) -> None:
    assert slot_count(IPv4Network((10 << 24, smallest_vpc(zones)))) >= zones


@pytest.mark.parametrize(
    ("vpc", "zone", "private", "public"),
    [
        ("10.0.0.0/16", "us-east-1a", "10.0.0.0/19", "10.0.192.0/22"),
        ("10.0.0.0/16", "us-east-1f", "10.0.160.0/19", "10.0.212.0/22"),
        ("10.0.0.0/20", "us-east-1b", "10.0.2.0/23", "10.0.12.64/26"),
        ("10.0.0.0/22", "us-east-1a", "10.0.0.0/25", "10.0.3.0/28"),
        ("10.0.0.0/23", "us-east-1f", "10.0.1.64/26", "10.0.1.208/28"),
        ("10.0.0.0/24", "us-east-1c", "10.0.0.128/26", "10.0.0.224/28"),
    ],
)
def test_the_table_of_the_module(vpc: str, zone: str, private: str, public: str) -> None:
    assert subnets_of(zone, IPv4Network(vpc)) == Pair(IPv4Network(private), IPv4Network(public))
