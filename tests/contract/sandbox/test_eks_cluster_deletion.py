"""What keeps a cluster from being deleted, and what goes with it."""

import pytest

from .eks_ground import CREATED, Ground
from .pages import api, guide
from .tenant import refused

_DELETE = api("DeleteCluster")
_LOGGING = {"clusterLogging": [{"types": ["api"], "enabled": True}]}


@pytest.mark.documented(_DELETE, row="delete_cluster with nodegroups")
def test_a_cluster_with_node_groups_is_not_deleted(occupied: Ground) -> None:
    occupied.create_nodegroup()
    with refused("ResourceInUseException", "nodegroups attached"):
        occupied.eks.delete_cluster(name="one")
    assert occupied.eks.list_nodegroups(clusterName="one")["nodegroups"] == ["ng"]


@pytest.mark.documented(_DELETE, row="delete_cluster with fargate profile")
def test_a_cluster_with_fargate_profiles_is_not_deleted(occupied: Ground) -> None:
    occupied.create_profile()
    occupied.tenant.advance(CREATED)
    with refused("ResourceInUseException", "Fargate profile fp"):
        occupied.eks.delete_cluster(name="one")


@pytest.mark.documented(_DELETE)
def test_a_cluster_with_an_update_is_not_deleted(occupied: Ground) -> None:
    occupied.update_config(logging=_LOGGING)
    with refused("ResourceInUseException", "Cannot delete because cluster one currently has an update"):
        occupied.eks.delete_cluster(name="one")


@pytest.mark.documented(_DELETE)
def test_a_cluster_that_is_not_there_is_not_deleted(shared: Ground) -> None:
    with refused("ResourceNotFoundException", "No cluster found for name: none."):
        shared.eks.delete_cluster(name="none")


@pytest.mark.documented(guide("deletion-protection"))
def test_a_protected_cluster_is_not_deleted(occupied: Ground) -> None:
    occupied.updated(deletionProtection=True)
    with refused("InvalidRequestException", "deletion protection"):
        occupied.eks.delete_cluster(name="one")


@pytest.mark.documented(guide("deletion-protection"))
def test_a_cluster_is_deleted_once_its_protection_is_off(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role, deletionProtection=True)
    ground.updated(deletionProtection=False)
    assert ground.eks.delete_cluster(name="one")["cluster"]["status"] == "DELETING"


@pytest.mark.documented(api("Cluster"))
def test_a_cluster_is_deleting_before_it_is_gone(occupied: Ground) -> None:
    assert occupied.eks.delete_cluster(name="one")["cluster"]["status"] == "DELETING"
    assert occupied.cluster()["status"] == "DELETING"
    occupied.tenant.advance(CREATED)
    with refused("ResourceNotFoundException"):
        occupied.cluster()


@pytest.mark.documented(_DELETE)
def test_a_cluster_is_deleted_once(occupied: Ground) -> None:
    occupied.eks.delete_cluster(name="one")
    with refused("ResourceInUseException"):
        occupied.eks.delete_cluster(name="one")


@pytest.mark.documented(guide("delete-cluster"))
def test_add_ons_and_associations_go_with_their_cluster(occupied: Ground) -> None:
    role = occupied.role("pod", "pods.eks.amazonaws.com")
    occupied.create_addon()
    occupied.eks.create_pod_identity_association(
        clusterName="one", namespace="n", serviceAccount="s", roleArn=role
    )
    occupied.eks.delete_cluster(name="one")
    occupied.tenant.advance(CREATED)
    assert occupied.tenant.objects("addon") + occupied.tenant.objects("pod-identity-association") == []


@pytest.mark.documented(guide("network-reqs"))
def test_a_subnet_of_a_cluster_is_not_deleted(shared: Ground) -> None:
    with refused("DependencyViolation"):
        shared.tenant.ec2.delete_subnet(SubnetId=shared.network.private[0])


@pytest.mark.documented(
    guide("sec-group-reqs"), row="detach IGW with EIPs, release EIP of a NAT, delete SG in use by cluster"
)
def test_a_security_group_of_a_cluster_is_not_deleted(ground: Ground) -> None:
    ec2, network = ground.tenant.ec2, ground.network
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=network.vpc)["GroupId"]
    ground.create_cluster(resourcesVpcConfig={"subnetIds": network.private, "securityGroupIds": [group]})
    with refused("DependencyViolation"):
        ec2.delete_security_group(GroupId=group)


@pytest.mark.documented(guide("network-reqs"))
def test_nobody_else_deletes_a_clusters_interfaces(shared: Ground) -> None:
    (eni, *_) = shared.tenant.ec2.describe_network_interfaces(
        Filters=[{"Name": "description", "Values": ["Amazon EKS one"]}]
    )["NetworkInterfaces"]
    with refused("InvalidParameterValue", "is currently in use"):
        shared.tenant.ec2.delete_network_interface(NetworkInterfaceId=eni["NetworkInterfaceId"])


@pytest.mark.documented(guide("delete-cluster"))
def test_interfaces_and_the_security_group_go_with_their_cluster(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role)
    ground.eks.delete_cluster(name="one")
    ground.tenant.advance(CREATED)
    assert ground.tenant.objects("network-interface") + ground.tenant.objects("security-group") == []
    ground.tenant.ec2.delete_subnet(SubnetId=ground.network.private[0])


@pytest.mark.documented(guide("control-plane-logs"))
def test_the_log_group_outlives_its_cluster(ground: Ground) -> None:
    ground.tenant.cluster(ground.network, ground.cluster_role, logging=_LOGGING)
    ground.eks.delete_cluster(name="one")
    ground.tenant.advance(CREATED)
    assert [one["name"] for one in ground.tenant.objects("log-group")] == ["/aws/eks/one/cluster"]
