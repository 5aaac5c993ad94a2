"""Clusters: what is refused, tokens, and changes one at a time.

https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
"""

from typing import Any

import pytest

from .tenant import Network, Tenant, refused


def _create(tenant: Tenant, network: Network, role: str, **more: Any) -> Any:
    given = {"name": "one", "roleArn": role, "resourcesVpcConfig": {"subnetIds": network.private}, **more}
    return tenant.eks.create_cluster(**given)["cluster"]


def test_what_create_refuses(tenant: Tenant) -> None:
    network = tenant.network()
    role, node_role, _ = tenant.roles()
    with refused("InvalidParameterException", "could not be assumed because it does not exist"):
        _create(tenant, network, f"arn:aws:iam::{tenant.account}:role/ghost")
    with refused("InvalidParameterException", "the trusted entity is not correct"):
        _create(tenant, network, node_role)
    with refused("InvalidParameterException", "unsupported Kubernetes version"):
        _create(tenant, network, role, version="1.11")
    with refused("InvalidParameterException"):
        _create(tenant, network, role, name="-one")
    with refused("InvalidParameterException", "subnet-00000000", "does not exist"):
        _create(
            tenant, network, role, resourcesVpcConfig={"subnetIds": ["subnet-00000000", *network.private]}
        )
    with refused("InvalidParameterException", "at least two different AZs"):
        one_zone = [network.private[0], network.public[0]]
        _create(tenant, network, role, resourcesVpcConfig={"subnetIds": one_zone})
    with refused("InvalidParameterException", "sg-00000000"):
        config = {"subnetIds": network.private, "securityGroupIds": ["sg-00000000"]}
        _create(tenant, network, role, resourcesVpcConfig=config)
    with refused("InvalidParameterException", "serviceIpv4Cidr"):
        _create(tenant, network, role, kubernetesNetworkConfig={"serviceIpv4Cidr": "8.8.0.0/16"})
    assert tenant.objects("cluster") == []


def test_some_zones_have_no_eks(tenant: Tenant) -> None:
    """use1-az3: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html"""
    network = Network(tenant.ec2, ("us-east-1a", "us-east-1e"))
    role, _, _ = tenant.roles()
    with refused("UnsupportedAvailabilityZoneException", "us-east-1e"):
        _create(tenant, network, role)


def test_a_new_role_is_not_seen_at_once(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html (eventual consistency)"""
    network = tenant.network()
    role = tenant.role("cluster", "eks.amazonaws.com")
    with refused("InvalidParameterException", "could not be assumed"):
        _create(tenant, network, role)
    tenant.advance(20)
    assert _create(tenant, network, role)["status"] == "CREATING"


def test_a_token_makes_one_cluster(tenant: Tenant) -> None:
    network = tenant.network()
    role, _, _ = tenant.roles()
    first = _create(tenant, network, role, clientRequestToken="t-1")
    assert _create(tenant, network, role, clientRequestToken="t-1")["arn"] == first["arn"]
    with refused("ResourceInUseException", "Cluster already exists with name: one"):
        _create(tenant, network, role, clientRequestToken="t-2")
    with refused("ResourceInUseException"):
        _create(tenant, network, role, clientRequestToken="t-1", version="1.32")


def test_defaults(tenant: Tenant) -> None:
    network = tenant.network()
    role, _, _ = tenant.roles()
    cluster = tenant.cluster(network, role)
    assert cluster["version"] == "1.33"
    assert cluster["platformVersion"].startswith("eks.")
    assert cluster["upgradePolicy"] == {"supportType": "EXTENDED"}
    assert cluster["accessConfig"]["authenticationMode"] == "CONFIG_MAP"
    assert cluster["kubernetesNetworkConfig"]["serviceIpv4Cidr"] == "10.100.0.0/16"
    assert cluster["resourcesVpcConfig"]["publicAccessCidrs"] == ["0.0.0.0/0"]
    assert [part["enabled"] for part in cluster["logging"]["clusterLogging"]] == [False]
    assert cluster["health"] == {"issues": []}


def test_issuers_and_authorities_differ(tenant: Tenant) -> None:
    network = tenant.network()
    role, _, _ = tenant.roles()
    one, two = tenant.cluster(network, role, "one"), tenant.cluster(network, role, "two")
    assert one["identity"]["oidc"]["issuer"] != two["identity"]["oidc"]["issuer"]
    assert one["certificateAuthority"]["data"] != two["certificateAuthority"]["data"]


def test_lists_come_in_pages(tenant: Tenant) -> None:
    network = tenant.network()
    role, _, _ = tenant.roles()
    for name in ("a", "b", "c"):
        _create(tenant, network, role, name=name)
    first = tenant.eks.list_clusters(maxResults=2)
    assert first["clusters"] == ["a", "b"]
    rest = tenant.eks.list_clusters(maxResults=2, nextToken=first["nextToken"])
    assert rest["clusters"] == ["c"]
    assert "nextToken" not in rest


def _updated(tenant: Tenant, update: Any) -> Any:
    tenant.advance(1200)
    return tenant.eks.describe_update(name="one", updateId=update["id"])["update"]


def test_endpoint_access_changes_and_nothing_else_does(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateClusterConfig.html"""
    network = tenant.network()
    role, _, _ = tenant.roles()
    tenant.cluster(network, role)
    eks = tenant.eks
    wanted = {"endpointPrivateAccess": True, "publicAccessCidrs": ["203.0.113.0/24"]}
    update = eks.update_cluster_config(name="one", resourcesVpcConfig=wanted)["update"]
    assert (update["status"], update["type"]) == ("InProgress", "EndpointAccessUpdate")
    with refused("ResourceInUseException"):
        eks.update_cluster_config(name="one", logging={"clusterLogging": []})
    with refused("ResourceInUseException"):
        eks.delete_cluster(name="one")
    tenant.advance(20)
    assert eks.describe_cluster(name="one")["cluster"]["status"] == "UPDATING"
    assert _updated(tenant, update)["status"] == "Successful"
    config = eks.describe_cluster(name="one")["cluster"]["resourcesVpcConfig"]
    assert config["endpointPrivateAccess"] is True
    assert config["endpointPublicAccess"] is True
    assert config["publicAccessCidrs"] == ["203.0.113.0/24"]
    assert config["subnetIds"] == network.private
    with refused("InvalidParameterException", "already at the desired configuration"):
        eks.update_cluster_config(name="one", resourcesVpcConfig=wanted)
    assert eks.list_updates(name="one")["updateIds"] == [update["id"]]
    with refused("ResourceNotFoundException"):
        eks.describe_update(name="one", updateId="none")


def test_one_kind_of_change_per_request(tenant: Tenant) -> None:
    network = tenant.network()
    role, _, _ = tenant.roles()
    tenant.cluster(network, role)
    logging = {"clusterLogging": [{"types": ["api"], "enabled": True}]}
    with refused("InvalidParameterException", "Only one type of update"):
        tenant.eks.update_cluster_config(
            name="one", logging=logging, resourcesVpcConfig={"endpointPrivateAccess": True}
        )


def test_logging_makes_its_group_unless_it_is_there(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html"""
    network = tenant.network()
    role, _, _ = tenant.roles()
    tenant.cluster(network, role)
    assert tenant.objects("log-group") == []
    logging = {"clusterLogging": [{"types": ["api", "audit"], "enabled": True}]}
    update = tenant.eks.update_cluster_config(name="one", logging=logging)["update"]
    assert _updated(tenant, update)["type"] == "LoggingUpdate"
    assert [one["name"] for one in tenant.objects("log-group")] == ["/aws/eks/one/cluster"]
    found = tenant.eks.describe_cluster(name="one")["cluster"]["logging"]["clusterLogging"]
    assert (found[0]["enabled"], found[0]["types"]) == (True, ["api", "audit"])
    with refused("InvalidParameterException", "No changes needed"):
        tenant.eks.update_cluster_config(name="one", logging=logging)


@pytest.mark.parametrize(("version", "words"), [("1.33", "minor version update"), ("1.30", "minor version")])
def test_versions_go_up_one_at_a_time(tenant: Tenant, version: str, words: str) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/update-cluster.html"""
    network = tenant.network()
    role, _, _ = tenant.roles()
    tenant.cluster(network, role, version="1.31")
    with refused("InvalidParameterException", words):
        tenant.eks.update_cluster_version(name="one", version=version)
    update = tenant.eks.update_cluster_version(name="one", version="1.32")["update"]
    assert update["type"] == "VersionUpdate"
    assert _updated(tenant, update)["status"] == "Successful"
    assert tenant.eks.describe_cluster(name="one")["cluster"]["version"] == "1.32"


def test_versions_on_offer(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_DescribeClusterVersions.html"""
    found = tenant.eks.describe_cluster_versions()["clusterVersions"]
    assert [one["clusterVersion"] for one in found] == ["1.34", "1.33", "1.32", "1.31", "1.30"]
    default = tenant.eks.describe_cluster_versions(defaultOnly=True)["clusterVersions"]
    assert [one["clusterVersion"] for one in default] == ["1.33"]


def test_encryption_is_associated_once(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_AssociateEncryptionConfig.html"""
    network = tenant.network()
    role, _, _ = tenant.roles()
    tenant.cluster(network, role)
    key = tenant.client("kms").create_key()["KeyMetadata"]["Arn"]
    wanted = [{"resources": ["secrets"], "provider": {"keyArn": key}}]
    update = tenant.eks.associate_encryption_config(clusterName="one", encryptionConfig=wanted)["update"]
    assert _updated(tenant, update)["status"] == "Successful"
    assert tenant.eks.describe_cluster(name="one")["cluster"]["encryptionConfig"] == wanted
    with refused("InvalidParameterException"):
        tenant.eks.associate_encryption_config(clusterName="one", encryptionConfig=wanted)


def test_the_clusters_interfaces_hold_its_subnets_and_groups(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html: EKS creates 2 to 4 interfaces"""
    network = tenant.network()
    role, _, _ = tenant.roles()
    group = tenant.ec2.create_security_group(GroupName="g", Description="d", VpcId=network.vpc)["GroupId"]
    config = {"subnetIds": network.private, "securityGroupIds": [group]}
    tenant.cluster(network, role, resourcesVpcConfig=config)
    with refused("DependencyViolation"):
        tenant.ec2.delete_security_group(GroupId=group)
    with refused("DependencyViolation"):
        tenant.ec2.delete_subnet(SubnetId=network.private[0])
    (eni, _) = tenant.objects("network-interface")
    with refused("InvalidParameterValue", "is currently in use"):
        tenant.ec2.delete_network_interface(NetworkInterfaceId=eni["id"])
    tenant.eks.delete_cluster(name="one")
    tenant.advance(900)
    tenant.ec2.delete_security_group(GroupId=group)
    tenant.ec2.delete_subnet(SubnetId=network.private[0])
    assert tenant.objects("network-interface") + tenant.objects("security-group") == []


def test_tags_of_everything(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/APIReference/API_TagResource.html"""
    network = tenant.network()
    role, _, fargate = tenant.roles()
    cluster = tenant.cluster(network, role, tags={"a": "1"})
    eks = tenant.eks
    eks.tag_resource(resourceArn=cluster["arn"], tags={"b": "2", "c": "3"})
    eks.untag_resource(resourceArn=cluster["arn"], tagKeys=["a", "c"])
    assert eks.list_tags_for_resource(resourceArn=cluster["arn"])["tags"] == {"b": "2"}
    assert eks.describe_cluster(name="one")["cluster"]["tags"] == {"b": "2"}
    profile = eks.create_fargate_profile(
        clusterName="one",
        fargateProfileName="fp",
        podExecutionRoleArn=fargate,
        subnets=network.private,
        selectors=[{"namespace": "a"}],
        tags={"a": "1"},
    )["fargateProfile"]
    addon = eks.create_addon(clusterName="one", addonName="kube-proxy", tags={"a": "1"})["addon"]
    for arn in (profile["fargateProfileArn"], addon["addonArn"]):
        eks.tag_resource(resourceArn=arn, tags={"b": "2"})
        assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1", "b": "2"}
    with refused("NotFoundException"):
        eks.tag_resource(resourceArn=cluster["arn"] + "x", tags={"b": "2"})
