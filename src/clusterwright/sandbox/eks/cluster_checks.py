"""What CreateCluster refuses, and UpdateClusterConfig with it.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
"""

from clusterwright.sandbox.eks import auto_mode, faults, network_ranges, placement, versions
from clusterwright.sandbox.eks.account import Subnet
from clusterwright.sandbox.eks.records import Wire
from clusterwright.sandbox.eks.scene import Scene

DEFAULT_SERVICES = "10.100.0.0/16"
OTHER_SERVICES = "172.20.0.0/16"


def check_creation(scene: Scene, params: Wire) -> list[Subnet]:
    """The subnets, once everything about the request is found to be in order."""
    name = params["name"]
    if params.get("outpostConfig"):
        raise faults.invalid("outpostConfig: this account has no Outposts", clusterName=name)
    version = versions.checked(params.get("version") or versions.DEFAULT, clusterName=name)
    check_support((params.get("upgradePolicy") or {}).get("supportType"), version, name)
    scene.role(params["roleArn"], "eks.amazonaws.com", clusterName=name)
    check_encryption(scene, params.get("encryptionConfig") or [], name)
    auto_mode.check_creation(scene, params)
    return _check_network(scene, params)


def _check_network(scene: Scene, params: Wire) -> list[Subnet]:
    name, config = params["name"], params["resourcesVpcConfig"]
    network = params.get("kubernetesNetworkConfig") or {}
    network_ranges.check_endpoint(config, network.get("ipFamily", "ipv4"), name)
    found = placement.for_cluster(scene, name, config)
    blocks = scene.account.blocks(found[0].vpc_id)
    network_ranges.check_services(network, blocks, name)
    if network.get("ipFamily") == "ipv6":
        _check_ipv6(scene, found, name)
    services = service_range(network, blocks)
    network_ranges.check_remote(params.get("remoteNetworkConfig") or {}, [*blocks, services], name)
    return found


def service_range(network: Wire, blocks: list[str]) -> str:
    """10.100.0.0/16, or 172.20.0.0/16 where the VPC has that of its own."""
    given = network.get("serviceIpv4Cidr")
    if given:
        return str(given)
    return OTHER_SERVICES if network_ranges.overlap(DEFAULT_SERVICES, blocks) else DEFAULT_SERVICES


def _check_ipv6(scene: Scene, subnets: list[Subnet], name: str) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/cni-ipv6.html"""
    if scene.partition == "aws-cn":
        raise faults.invalid("ipFamily ipv6 is not supported in this Region", clusterName=name)
    without = [subnet.id for subnet in subnets if not subnet.has_ipv6]
    if without:
        raise faults.invalid(f"Subnets {without} have no IPv6 CIDR block", clusterName=name)


def check_support(wanted: str | None, version: str, name: str) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/disable-extended-support.html"""
    if wanted == "STANDARD" and not versions.has_standard_support(version):
        raise faults.invalid(
            f"Support type STANDARD is not possible: version {version} is in extended support",
            clusterName=name,
        )


def check_encryption(scene: Scene, wanted: list[Wire], name: str) -> None:
    for one in wanted:
        if one.get("resources") != ["secrets"]:
            raise faults.invalid(
                "The only supported resource of encryptionConfig is secrets", clusterName=name
            )
        arn = (one.get("provider") or {}).get("keyArn") or ""
        if scene.account.key_state(arn) != "Enabled":
            raise faults.invalid(f"The KMS key {arn!r} cannot be used by the cluster", clusterName=name)
