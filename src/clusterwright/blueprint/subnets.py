"""How the addresses of a VPC are cut into subnets. Arithmetic only; the subnets themselves are `network`'s.

A zone's letter fixes its slot, so that a zone added later takes addresses that were kept free for it and
moves nobody else's. Private subnets hold nodes and pods, public ones only load balancers and NAT gateways,
hence the sizes. Six zones (a to f) have a slot each; a /24 has three, as six would leave no room for pods.

    VPC     slots   private, each   public, each    kept free
    /16     6       /19  8,187      /22  1,019      the last eighth (/19), two more /22
    /20     6       /23    507      /26     59      the last eighth (/23), two more /26
    /22     6       /25    123      /28     11      the last eighth (/25), two more /28
    /23     6       /26     59      /28     11      two /28
    /24     3       /26     59      /28     11      one /28

The numbers are usable addresses (AWS keeps five of each subnet). Private subnets are eighths of the VPC from
its start (quarters of a /24), in the order of letters; public ones follow behind the last private slot.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network

SMALLEST_SUBNET = 28  # the smallest that AWS makes
SMALLEST_VPC = 24
SLOTS, SLOTS_OF_SMALLEST = 6, 3


@dataclass(frozen=True)
class Pair:
    """The two subnets of a zone."""

    private: IPv4Network
    public: IPv4Network


def slot_count(vpc: IPv4Network) -> int:
    return SLOTS if vpc.prefixlen < SMALLEST_VPC else SLOTS_OF_SMALLEST


def slot_of(zone: str, vpc: IPv4Network) -> int:
    """By the zone's letter; letters beyond the last slot begin again at the first."""
    return (ord(zone[-1]) - ord("a")) % slot_count(vpc)


def subnets_of(zone: str, vpc: IPv4Network) -> Pair:
    """The addresses of a zone, whichever other zones there are."""
    slot, slots = slot_of(zone, vpc), slot_count(vpc)
    private_bits = slots.bit_length()
    private = nth(vpc, vpc.prefixlen + private_bits, slot)
    after_private = nth(vpc, vpc.prefixlen + private_bits, slots).network_address
    public_length = min(vpc.prefixlen + 2 * private_bits, SMALLEST_SUBNET)
    first_public = IPv4Network((after_private, public_length))
    return Pair(private, shift(first_public, slot))


def nth(net: IPv4Network, length: int, index: int) -> IPv4Network:
    return shift(IPv4Network((net.network_address, length)), index)


def shift(net: IPv4Network, blocks: int) -> IPv4Network:
    return IPv4Network((int(net.network_address) + blocks * net.num_addresses, net.prefixlen))
