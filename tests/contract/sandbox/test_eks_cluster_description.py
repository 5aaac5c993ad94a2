"""What DescribeCluster shows of a cluster that was made with nothing but the required parameters."""

import base64
from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509

from .eks_ground import Ground, break_ground
from .pages import api, guide
from .tenant import Tenant, refused

_CLUSTER = api("Cluster")
_DESCRIBED = "describe_cluster"


@pytest.fixture(scope="module")
def plain(tenants: Callable[[], Tenant]) -> Ground:
    ground = break_ground(tenants())
    ground.tenant.cluster(ground.network, ground.cluster_role)
    return ground


@pytest.fixture
def cluster(plain: Ground) -> Any:
    return plain.cluster()


@pytest.mark.documented(_CLUSTER)
def test_the_arn_names_region_and_account(plain: Ground, cluster: Any) -> None:
    assert cluster["arn"] == f"arn:aws:eks:us-east-1:{plain.tenant.account}:cluster/one"


@pytest.mark.documented(api("ClusterVersionInformation"))
def test_without_a_version_it_has_the_default_one(plain: Ground, cluster: Any) -> None:
    (default,) = plain.eks.describe_cluster_versions(defaultOnly=True)["clusterVersions"]
    assert cluster["version"] == default["clusterVersion"]


@pytest.mark.documented(guide("platform-versions"))
def test_there_is_a_platform_version(cluster: Any) -> None:
    assert cluster["platformVersion"].startswith("eks.")


@pytest.mark.documented(api("VpcConfigResponse"), row=_DESCRIBED)
def test_the_vpc_is_that_of_the_subnets(plain: Ground, cluster: Any) -> None:
    assert cluster["resourcesVpcConfig"]["vpcId"] == plain.network.vpc


@pytest.mark.documented(guide("sec-group-reqs"), row=_DESCRIBED)
def test_the_cluster_security_group_exists_in_ec2(plain: Ground, cluster: Any) -> None:
    group_id = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    (group,) = plain.tenant.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    assert group["VpcId"] == plain.network.vpc
    assert group["GroupName"].startswith("eks-cluster-sg-one-")


@pytest.mark.documented(guide("sec-group-reqs"))
def test_the_cluster_security_group_lets_its_members_talk(plain: Ground, cluster: Any) -> None:
    group_id = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    (group,) = plain.tenant.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    assert rule["IpProtocol"] == "-1"
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [group_id]


@pytest.mark.documented(guide("sec-group-reqs"))
def test_the_cluster_security_group_is_tagged_as_the_clusters(plain: Ground, cluster: Any) -> None:
    group_id = cluster["resourcesVpcConfig"]["clusterSecurityGroupId"]
    (group,) = plain.tenant.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
    assert tags["kubernetes.io/cluster/one"] == "owned"
    assert tags["aws:eks:cluster-name"] == "one"
    assert tags["Name"] == group["GroupName"]


@pytest.mark.documented(guide("network-reqs"))
def test_there_are_two_to_four_interfaces_in_its_subnets(plain: Ground) -> None:
    wanted = [{"Name": "description", "Values": ["Amazon EKS one"]}]
    found = plain.tenant.ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]
    assert 2 <= len(found) <= 4
    assert {one["SubnetId"] for one in found} == set(plain.network.private)


@pytest.mark.documented(api("VpcConfigRequest"))
def test_the_endpoint_is_public_and_not_private(cluster: Any) -> None:
    config = cluster["resourcesVpcConfig"]
    assert (config["endpointPublicAccess"], config["endpointPrivateAccess"]) == (True, False)


@pytest.mark.documented(api("VpcConfigRequest"))
def test_everybody_may_call_the_public_endpoint(cluster: Any) -> None:
    assert cluster["resourcesVpcConfig"]["publicAccessCidrs"] == ["0.0.0.0/0"]


@pytest.mark.documented(api("KubernetesNetworkConfigResponse"))
def test_services_have_one_of_two_ranges(cluster: Any) -> None:
    config = cluster["kubernetesNetworkConfig"]
    assert config["ipFamily"] == "ipv4"
    assert config["serviceIpv4Cidr"] in ("10.100.0.0/16", "172.20.0.0/16")


@pytest.mark.documented(api("Logging"))
def test_no_log_is_exported(cluster: Any) -> None:
    (part,) = cluster["logging"]["clusterLogging"]
    assert part["enabled"] is False
    assert sorted(part["types"]) == ["api", "audit", "authenticator", "controllerManager", "scheduler"]


@pytest.mark.documented(api("CreateAccessConfigRequest"), row=_DESCRIBED)
def test_the_authentication_mode_is_that_of_old(cluster: Any) -> None:
    assert cluster["accessConfig"]["authenticationMode"] == "CONFIG_MAP"


@pytest.mark.documented(api("UpgradePolicyResponse"), row=_DESCRIBED)
def test_extended_support_is_on(cluster: Any) -> None:
    assert cluster["upgradePolicy"] == {"supportType": "EXTENDED"}


@pytest.mark.documented(_CLUSTER)
def test_it_may_be_deleted(cluster: Any) -> None:
    assert cluster["deletionProtection"] is False


@pytest.mark.documented(api("ClusterHealth"), row=_DESCRIBED)
def test_nothing_ails_it(cluster: Any) -> None:
    assert cluster["health"] == {"issues": []}


@pytest.mark.documented(api("ControlPlaneScalingConfig"))
def test_its_control_plane_is_of_the_standard_tier(cluster: Any) -> None:
    assert cluster["controlPlaneScalingConfig"] == {"tier": "standard"}


@pytest.mark.documented(api("Certificate"), row=_DESCRIBED)
def test_the_certificate_authority_is_base64_of_pem(cluster: Any) -> None:
    found = x509.load_pem_x509_certificate(base64.b64decode(cluster["certificateAuthority"]["data"]))
    assert found.not_valid_after_utc > found.not_valid_before_utc


@pytest.mark.documented(api("OIDC"), row=_DESCRIBED)
def test_the_issuer_is_the_regions(cluster: Any) -> None:
    issuer = cluster["identity"]["oidc"]["issuer"]
    assert issuer.startswith("https://oidc.eks.us-east-1.amazonaws.com/id/")


@pytest.mark.documented(_CLUSTER)
def test_an_active_cluster_has_an_endpoint(cluster: Any) -> None:
    assert cluster["endpoint"].startswith("https://")


@pytest.mark.documented(api("OIDC"), row=_DESCRIBED)
def test_each_cluster_has_an_issuer_of_its_own(ground: Ground) -> None:
    one, two = (ground.create_cluster(name)["identity"]["oidc"]["issuer"] for name in ("one", "two"))
    assert one != two


@pytest.mark.documented(api("Certificate"), row=_DESCRIBED)
def test_each_cluster_has_an_authority_of_its_own(plain: Ground, cluster: Any) -> None:
    plain.tenant.cluster(plain.network, plain.cluster_role, "three")
    assert plain.cluster("three")["certificateAuthority"] != cluster["certificateAuthority"]


@pytest.mark.documented(api("DescribeCluster"))
def test_a_cluster_that_is_not_there_is_not_found(plain: Ground) -> None:
    with refused("ResourceNotFoundException", "No cluster found for name: none."):
        plain.cluster("none")


@pytest.mark.documented(guide("control-plane-logs"))
def test_logs_that_are_on_from_the_start_have_a_group(ground: Ground) -> None:
    logging = {"clusterLogging": [{"types": ["api"], "enabled": True}]}
    ground.create_cluster("one", logging=logging)
    ground.tenant.advance(1200)
    (group,) = ground.tenant.client("logs").describe_log_groups()["logGroups"]
    assert group["logGroupName"] == "/aws/eks/one/cluster"


def _ail(ground: Ground) -> list[str]:
    return [issue["code"] for issue in ground.cluster()["health"]["issues"]]


@pytest.mark.documented(api("ClusterIssue"))
def test_a_cluster_misses_its_role(occupied: Ground) -> None:
    occupied.tenant.iam.delete_role(RoleName="cluster")
    assert _ail(occupied) == ["IamRoleNotFound"]


@pytest.mark.parametrize(
    ("disable", "code"),
    [
        pytest.param(lambda kms, key: kms.disable_key(KeyId=key), "KmsKeyDisabled", id="disabled"),
        pytest.param(
            lambda kms, key: kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7),
            "KmsKeyMarkedForDeletion",
            id="to be deleted",
        ),
    ],
)
@pytest.mark.documented(api("ClusterIssue"))
def test_a_cluster_misses_its_key(ground: Ground, disable: Any, code: str) -> None:
    kms = ground.tenant.client("kms")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    config = [{"resources": ["secrets"], "provider": {"keyArn": key}}]
    ground.tenant.cluster(ground.network, ground.cluster_role, encryptionConfig=config)
    disable(kms, key.rpartition("/")[2])
    assert _ail(ground) == [code]


@pytest.mark.documented(api("DescribeClusterVersions"))
def test_versions_on_offer_come_newest_first(plain: Ground) -> None:
    found = [one["clusterVersion"] for one in plain.eks.describe_cluster_versions()["clusterVersions"]]
    assert found == ["1.34", "1.33", "1.32", "1.31", "1.30"]


@pytest.mark.documented(api("DescribeClusterVersions"))
def test_old_versions_are_listed_on_demand(plain: Ground) -> None:
    listed = plain.eks.describe_cluster_versions(includeAll=True)["clusterVersions"]
    assert [one["clusterVersion"] for one in listed if one["versionStatus"] == "UNSUPPORTED"] == ["1.29"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param({"defaultOnly": True}, ["1.33"], id="the default"),
        pytest.param({"clusterVersions": ["1.31", "1.34"]}, ["1.34", "1.31"], id="by name"),
        pytest.param({"versionStatus": "EXTENDED_SUPPORT"}, ["1.31", "1.30"], id="by status"),
        pytest.param({"status": "extended-support"}, ["1.31", "1.30"], id="by status as of old"),
        pytest.param({"versionStatus": "UNSUPPORTED"}, ["1.29"], id="unsupported ones"),
        pytest.param({"clusterType": "outposts"}, [], id="by type"),
    ],
)
@pytest.mark.documented(api("DescribeClusterVersions"))
def test_versions_are_filtered(plain: Ground, asked: dict[str, Any], expected: list[str]) -> None:
    found = plain.eks.describe_cluster_versions(**asked)["clusterVersions"]
    assert [one["clusterVersion"] for one in found] == expected


@pytest.mark.documented(api("ClusterVersionInformation"))
def test_a_version_says_when_its_support_ends(plain: Ground) -> None:
    (one,) = plain.eks.describe_cluster_versions(clusterVersions=["1.33"])["clusterVersions"]
    assert one["releaseDate"] < one["endOfStandardSupportDate"] < one["endOfExtendedSupportDate"]
