"""The address ranges of a cluster: Kubernetes services, the public endpoint's callers, hybrid nodes and pods.

https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
"""

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Any

from clusterwright.sandbox.eks import faults
from clusterwright.sandbox.eks.records import Wire

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
_RESERVED = (*_PRIVATE, "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")
_MOST_CALLERS = 40
_MOST_SECURITY_GROUPS = 5
# https://docs.aws.amazon.com/general/latest/gr/eks.html#limits_eks
_MOST_REMOTE = 15
_WIDEST_SERVICES, _NARROWEST_SERVICES = 12, 24
_WIDEST_REMOTE = 8


def overlap(cidr: str, blocks: Iterable[str]) -> bool:
    found = ipaddress.ip_network(cidr)
    return any(found.overlaps(other) for other in map(ipaddress.ip_network, blocks))


def check_services(given: Wire, blocks: Iterable[str], name: str) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""
    cidr = given.get("serviceIpv4Cidr")
    if cidr is None:
        return
    if given.get("ipFamily") == "ipv6":
        raise faults.invalid("serviceIpv4Cidr cannot be specified for ipFamily ipv6", clusterName=name)
    found = _network(cidr, "serviceIpv4Cidr", name)
    if not _lies_in(found, _PRIVATE) or not _WIDEST_SERVICES <= found.prefixlen <= _NARROWEST_SERVICES:
        raise faults.invalid("serviceIpv4Cidr must be a private block between /24 and /12", clusterName=name)
    if overlap(cidr, blocks):
        raise faults.invalid(f"serviceIpv4Cidr {cidr} overlaps with a block of the VPC", clusterName=name)


def check_endpoint(config: Wire, family: str, name: str) -> None:
    """Somebody must be able to reach the endpoint; who may is said in public addresses of its family."""
    if not config.get("endpointPublicAccess", True) and not config.get("endpointPrivateAccess", False):
        raise faults.invalid("Private and public endpoint access cannot be disabled", clusterName=name)
    cidrs = config.get("publicAccessCidrs") or []
    if len(cidrs) > _MOST_CALLERS:
        raise faults.invalid(f"publicAccessCidrs can have at most {_MOST_CALLERS} blocks", clusterName=name)
    found = [_network(cidr, "publicAccessCidrs", name) for cidr in cidrs]
    wrong = [str(one) for one in found if _lies_in(one, _RESERVED) or (one.version == 6 and family != "ipv6")]
    if wrong:
        raise faults.invalid(
            f"The following CIDRs are invalid in publicAccessCidrs: {wrong}", clusterName=name
        )


def check_groups(config: Wire, name: str) -> None:
    if len(config.get("securityGroupIds") or []) > _MOST_SECURITY_GROUPS:
        raise faults.invalid(
            f"At most {_MOST_SECURITY_GROUPS} security groups can be specified", clusterName=name
        )


def check_remote(given: Wire, taken: Sequence[str], name: str) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_RemoteNodeNetwork.html"""
    nodes, pods = _cidrs(given, "remoteNodeNetworks"), _cidrs(given, "remotePodNetworks")
    if pods and not nodes:
        raise faults.invalid("remotePodNetworks cannot be given without remoteNodeNetworks", clusterName=name)
    if max(len(nodes), len(pods)) > _MOST_REMOTE:
        raise faults.invalid(f"At most {_MOST_REMOTE} remote networks can be specified", clusterName=name)
    seen = list(taken)
    for cidr in (*nodes, *pods):
        found = _network(cidr, "remoteNetworkConfig", name)
        if not _lies_in(found, _PRIVATE) or found.prefixlen < _WIDEST_REMOTE:
            raise faults.invalid(f"Remote network {cidr} must be an RFC-1918 IPv4 block", clusterName=name)
        if overlap(cidr, seen):
            raise faults.invalid(f"Remote network {cidr} overlaps with another network", clusterName=name)
        seen.append(cidr)


def _cidrs(given: Wire, member: str) -> list[str]:
    return [cidr for network in given.get(member) or [] for cidr in network.get("cidrs") or []]


def _network(cidr: str, member: str, name: str) -> Network:
    try:
        return ipaddress.ip_network(cidr)
    except ValueError:
        raise faults.invalid(f"{member} {cidr} is not a valid CIDR block", clusterName=name) from None


def _lies_in(found: Network, blocks: Iterable[str]) -> bool:
    return any(_is_within(found, ipaddress.ip_network(block)) for block in blocks)


def _is_within(found: Any, block: Any) -> bool:
    return found.version == block.version and bool(found.subnet_of(block))
