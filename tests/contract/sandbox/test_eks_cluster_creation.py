"""What CreateCluster takes and refuses, and what it makes of what was left open."""

from typing import Any

import pytest

from .eks_ground import CREATED, Ground
from .pages import api, guide
from .tenant import Network, Tenant, refused

_CREATE = api("CreateCluster")
_VPC = api("VpcConfigRequest")
_NETWORK = api("KubernetesNetworkConfigRequest")
_REFUSED_BY_MOTO = "create_cluster with missing role / bogus subnets / one AZ / version 1.11 / name -bad name"


def _says(page: str, fact: str, *values: Any, row: str = "") -> Any:
    marks = pytest.mark.documented(page, row=row) if row else pytest.mark.documented(page)
    return pytest.param(*values, marks=marks, id=fact)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        _says(
            _CREATE,
            "a name begins with a letter or digit",
            {"name": "-bad name"},
            "name",
            row=_REFUSED_BY_MOTO,
        ),
        _says(_CREATE, "a name has only letters, digits, hyphens and underscores", {"name": "a.b"}, "name"),
        _says(_CREATE, "a name has at most 100 characters", {"name": "a" * 101}, "name"),
        _says(
            _CREATE,
            "a version must be on offer",
            {"version": "1.11"},
            "unsupported Kubernetes version 1.11",
            row=_REFUSED_BY_MOTO,
        ),
        _says(
            _CREATE,
            "a log type is one of five",
            {"logging": {"clusterLogging": [{"types": ["kubelet"], "enabled": True}]}},
            "enum value set",
        ),
        _says(
            api("CreateAccessConfigRequest"),
            "an authentication mode is one of three",
            {"accessConfig": {"authenticationMode": "IAM"}},
            "enum value set",
        ),
        _says(
            api("UpgradePolicyRequest"),
            "a support type is one of two",
            {"upgradePolicy": {"supportType": "FOREVER"}},
            "enum value set",
        ),
        _says(
            api("KubernetesNetworkConfigRequest"),
            "an IP family is one of two",
            {"kubernetesNetworkConfig": {"ipFamily": "ipv5"}},
            "enum value set",
        ),
        _says(
            guide("create-cluster-auto"),
            "a version in extended support cannot have standard support",
            {"version": "1.30", "upgradePolicy": {"supportType": "STANDARD"}},
            "extended support",
        ),
        _says(
            api("EncryptionConfig"),
            "only secrets are encrypted",
            {"encryptionConfig": [{"resources": ["configmaps"], "provider": {"keyArn": "alias/none"}}]},
            "secrets",
        ),
        _says(
            _CREATE,
            "there is at most one encryption configuration",
            {"encryptionConfig": [{"resources": ["secrets"]}] * 2},
            "encryptionConfig",
        ),
        _says(
            api("Provider"),
            "the KMS key must exist",
            {"encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": "alias/none"}}]},
            "KMS key",
        ),
        _says(
            _NETWORK,
            "the service range is a private one",
            {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "8.8.0.0/16"}},
            "private block",
        ),
        _says(
            _NETWORK,
            "the service range is not smaller than /24",
            {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/25"}},
            "between /24 and /12",
        ),
        _says(
            _NETWORK,
            "the service range is not larger than /12",
            {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.0.0.0/8"}},
            "between /24 and /12",
        ),
        _says(
            _NETWORK,
            "the service range does not overlap with the VPC",
            {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "10.0.128.0/20"}},
            "overlaps",
        ),
        _says(
            _NETWORK,
            "an IPv6 cluster has no IPv4 service range",
            {"kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16", "ipFamily": "ipv6"}},
            "ipv6",
        ),
        _says(
            _NETWORK,
            "an IPv6 cluster needs subnets with IPv6 blocks",
            {"kubernetesNetworkConfig": {"ipFamily": "ipv6"}},
            "IPv6",
        ),
        _says(
            api("RemoteNodeNetwork"),
            "hybrid nodes have RFC 1918 addresses",
            {"remoteNetworkConfig": {"remoteNodeNetworks": [{"cidrs": ["8.8.0.0/16"]}]}},
            "RFC-1918",
        ),
        _says(
            api("RemoteNodeNetwork"),
            "hybrid nodes' networks do not overlap with the VPC",
            {"remoteNetworkConfig": {"remoteNodeNetworks": [{"cidrs": ["10.0.0.0/20"]}]}},
            "overlaps",
        ),
        _says(
            api("RemotePodNetwork"),
            "hybrid pods' networks do not overlap with the services'",
            {
                "remoteNetworkConfig": {
                    "remoteNodeNetworks": [{"cidrs": ["192.168.0.0/20"]}],
                    "remotePodNetworks": [{"cidrs": ["172.20.0.0/20"]}],
                },
                "kubernetesNetworkConfig": {"serviceIpv4Cidr": "172.20.0.0/16"},
            },
            "overlaps",
        ),
        _says(
            guide("eks-using-tags"),
            "a tag does not begin with aws:",
            {"tags": {"aws:owner": "me"}},
            "reserved",
        ),
        _says(
            guide("eks-using-tags"),
            "there are at most 50 tags",
            {"tags": {f"k{n}": "v" for n in range(51)}},
            "50",
        ),
        _says(
            guide("eks-using-tags"), "a tag key has at most 128 characters", {"tags": {"k" * 129: ""}}, "128"
        ),
        _says(
            guide("eks-using-tags"),
            "a tag value has at most 256 characters",
            {"tags": {"k": "v" * 257}},
            "256",
        ),
    ],
)
def test_create_refuses(shared: Ground, given: dict[str, Any], words: str) -> None:
    with refused("InvalidParameterException", words):
        shared.create_cluster(**given)
    assert shared.eks.list_clusters()["clusters"] == ["one"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        _says(
            _VPC,
            "the endpoint is not closed on both sides",
            {"endpointPublicAccess": False, "endpointPrivateAccess": False},
            "cannot be disabled",
        ),
        _says(
            guide("config-cluster-endpoint"),
            "callers of the public endpoint have public addresses",
            {"publicAccessCidrs": ["10.1.0.0/16"]},
            "invalid in publicAccessCidrs",
        ),
        _says(
            guide("cluster-endpoint"),
            "callers of an IPv4 cluster have IPv4 addresses",
            {"publicAccessCidrs": ["2001:db8::/32"]},
            "invalid in publicAccessCidrs",
        ),
        _says(
            "https://docs.aws.amazon.com/general/latest/gr/eks.html",
            "there are at most 40 ranges of callers",
            {"publicAccessCidrs": [f"203.0.{n}.0/24" for n in range(41)]},
            "40",
        ),
        _says(_VPC, "a caller's range is a CIDR block", {"publicAccessCidrs": ["everywhere"]}, "valid CIDR"),
        _says(_VPC, "a security group must exist", {"securityGroupIds": ["sg-00000000"]}, "sg-00000000"),
        _says(
            _CREATE,
            "there are at most five security groups",
            {"securityGroupIds": [f"sg-{n}" for n in range(6)]},
            "security groups",
        ),
    ],
)
def test_create_refuses_in_the_vpc_configuration(shared: Ground, given: dict[str, Any], words: str) -> None:
    with refused("InvalidParameterException", words):
        shared.create_cluster(resourcesVpcConfig={"subnetIds": shared.network.private, **given})


@pytest.mark.documented(_CREATE, row=_REFUSED_BY_MOTO)
def test_the_role_must_exist(shared: Ground) -> None:
    with refused("InvalidParameterException", "could not be assumed because it does not exist"):
        shared.create_cluster(roleArn=f"arn:aws:iam::{shared.tenant.account}:role/ghost")


@pytest.mark.documented(guide("cluster-iam-role"))
def test_the_role_must_trust_eks(shared: Ground) -> None:
    with refused("InvalidParameterException", "the trusted entity is not correct"):
        shared.create_cluster(roleArn=shared.node_role)


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html", row=_REFUSED_BY_MOTO
)
def test_a_new_role_is_not_seen_at_once(tenant: Tenant) -> None:
    network = tenant.network()
    given = {"name": "one", "resourcesVpcConfig": {"subnetIds": network.private}}
    role = tenant.role("cluster", "eks.amazonaws.com")
    with refused("InvalidParameterException", "could not be assumed"):
        tenant.eks.create_cluster(roleArn=role, **given)
    tenant.advance(20)
    assert tenant.eks.create_cluster(roleArn=role, **given)["cluster"]["status"] == "CREATING"


@pytest.mark.documented(_VPC, row=_REFUSED_BY_MOTO)
def test_subnets_must_exist(shared: Ground) -> None:
    with refused("InvalidParameterException", "subnet-00000000", "does not exist"):
        shared.create_cluster(resourcesVpcConfig={"subnetIds": ["subnet-00000000", *shared.network.private]})


@pytest.mark.documented(guide("network-reqs"), row=_REFUSED_BY_MOTO)
def test_subnets_are_in_two_zones(shared: Ground) -> None:
    one_zone = [shared.network.private[0], shared.network.public[0]]
    with refused("InvalidParameterException", "at least two different AZs"):
        shared.create_cluster(resourcesVpcConfig={"subnetIds": one_zone})


@pytest.mark.documented(_CREATE)
def test_there_must_be_subnets(shared: Ground) -> None:
    with refused("InvalidParameterException", "at least two"):
        shared.create_cluster(resourcesVpcConfig={"subnetIds": []})


@pytest.mark.documented(guide("network-reqs"))
def test_subnets_are_in_one_vpc(ground: Ground) -> None:
    other = ground.tenant.network()
    with refused("InvalidParameterException", "same VPC"):
        ground.create_cluster(resourcesVpcConfig={"subnetIds": [ground.network.private[0], other.private[1]]})


@pytest.mark.documented(guide("network-reqs"))
def test_some_zones_have_no_eks(tenant: Tenant) -> None:
    network = Network(tenant.ec2, ("us-east-1a", "us-east-1e"))
    role, _, _ = tenant.roles()
    with refused("UnsupportedAvailabilityZoneException", "us-east-1e") as error:
        tenant.eks.create_cluster(name="one", roleArn=role, resourcesVpcConfig={"subnetIds": network.private})
    assert "us-east-1a" in error["validZones"]
    assert "us-east-1e" not in error["validZones"]


@pytest.mark.documented(api("Provider"))
def test_a_key_of_another_region_is_refused(shared: Ground) -> None:
    key = shared.tenant.client("kms", "eu-west-1").create_key()["KeyMetadata"]["Arn"]
    with refused("InvalidParameterException", "KMS key"):
        shared.create_cluster(encryptionConfig=[{"resources": ["secrets"], "provider": {"keyArn": key}}])


@pytest.mark.documented(api("Provider"))
def test_an_asymmetric_key_is_refused(shared: Ground) -> None:
    key = shared.tenant.client("kms").create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")
    provider = {"keyArn": key["KeyMetadata"]["Arn"]}
    with refused("InvalidParameterException", "KMS key"):
        shared.create_cluster(encryptionConfig=[{"resources": ["secrets"], "provider": provider}])


@pytest.mark.documented(_CREATE)
def test_a_name_is_taken_once_in_a_region(shared: Ground) -> None:
    with refused("ResourceInUseException", "Cluster already exists with name: one"):
        shared.create_cluster("one")


@pytest.mark.documented(_CREATE)
def test_another_region_may_have_the_same_name(shared: Ground) -> None:
    network = Network(shared.tenant.client("ec2", "eu-west-1"), ("eu-west-1a", "eu-west-1b"))
    eks = shared.tenant.client("eks", "eu-west-1")
    made = eks.create_cluster(
        name="one", roleArn=shared.cluster_role, resourcesVpcConfig={"subnetIds": network.private}
    )["cluster"]
    assert made["arn"] == f"arn:aws:eks:eu-west-1:{shared.tenant.account}:cluster/one"


@pytest.mark.documented(_CREATE, row="clientRequestToken idempotency")
def test_the_same_request_again_makes_nothing_new(ground: Ground) -> None:
    first = ground.create_cluster(clientRequestToken="t-1")
    again = ground.create_cluster(clientRequestToken="t-1")
    assert again["createdAt"] == first["createdAt"]
    assert ground.eks.list_clusters()["clusters"] == ["two"]


@pytest.mark.documented(_CREATE, row="clientRequestToken idempotency")
def test_another_token_is_another_request(ground: Ground) -> None:
    ground.create_cluster(clientRequestToken="t-1")
    with refused("ResourceInUseException"):
        ground.create_cluster(clientRequestToken="t-2")


@pytest.mark.documented(guide("service-quotas"))
def test_a_quota_stops_another_cluster(occupied: Ground) -> None:
    wanted = {"code": "L-1194D53C", "value": 1, "account": occupied.tenant.account}
    occupied.tenant.post("quotas", wanted)
    with refused("ResourceLimitExceededException", "maximum number of clusters"):
        occupied.create_cluster()


@pytest.mark.documented(api("Cluster"), row="create_cluster status")
def test_a_cluster_is_creating_before_it_is_active(ground: Ground) -> None:
    assert ground.create_cluster()["status"] == "CREATING"
    ground.tenant.advance(300)
    assert ground.cluster("two")["status"] == "CREATING"
    ground.tenant.advance(CREATED)
    assert ground.cluster("two")["status"] == "ACTIVE"


@pytest.mark.documented(api("Cluster"), row="create_cluster status")
def test_there_is_no_endpoint_at_first(ground: Ground) -> None:
    assert "endpoint" not in ground.create_cluster()


@pytest.mark.documented(guide("using-service-linked-roles-eks"), row="service-linked role names")
def test_the_first_cluster_brings_eks_its_role(ground: Ground) -> None:
    ground.create_cluster()
    path = "/aws-service-role/eks.amazonaws.com/"
    (role,) = ground.tenant.iam.list_roles(PathPrefix=path)["Roles"]
    assert role["RoleName"] == "AWSServiceRoleForAmazonEKS"


@pytest.mark.documented(_CREATE)
def test_an_encrypted_cluster_says_with_which_key(ground: Ground) -> None:
    key = ground.tenant.client("kms").create_key()["KeyMetadata"]["Arn"]
    wanted = [{"resources": ["secrets"], "provider": {"keyArn": key}}]
    assert ground.create_cluster(encryptionConfig=wanted)["encryptionConfig"] == wanted


@pytest.mark.documented(api("RemoteNetworkConfigRequest"))
def test_remote_networks_are_kept(ground: Ground) -> None:
    wanted = {
        "remoteNodeNetworks": [{"cidrs": ["192.168.0.0/20"]}],
        "remotePodNetworks": [{"cidrs": ["192.168.64.0/20"]}],
    }
    assert ground.create_cluster(remoteNetworkConfig=wanted)["remoteNetworkConfig"] == wanted


@pytest.mark.documented(_NETWORK)
def test_an_ipv6_cluster_has_an_ipv6_service_range(tenant: Tenant) -> None:
    ec2 = tenant.ec2
    network = tenant.network()
    vpc = ec2.associate_vpc_cidr_block(VpcId=network.vpc, AmazonProvidedIpv6CidrBlock=True)
    block = vpc["Ipv6CidrBlockAssociation"]["Ipv6CidrBlock"].removesuffix("00::/56")
    for number, subnet in enumerate(network.private):
        ec2.associate_subnet_cidr_block(SubnetId=subnet, Ipv6CidrBlock=f"{block}0{number}::/64")
    role, _, _ = tenant.roles()
    config = tenant.eks.create_cluster(
        name="one",
        roleArn=role,
        resourcesVpcConfig={"subnetIds": network.private},
        kubernetesNetworkConfig={"ipFamily": "ipv6"},
    )["cluster"]["kubernetesNetworkConfig"]
    assert config["ipFamily"] == "ipv6"
    assert config["serviceIpv6Cidr"].startswith("fd")
    assert "serviceIpv4Cidr" not in config
