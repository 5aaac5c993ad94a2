"""Fargate profiles: in private subnets only, and one at a time in each cluster."""

from typing import Any

import pytest

from .eks_ground import CREATED, Ground
from .pages import api, guide
from .tenant import Tenant, refused

_CREATE = api("CreateFargateProfile")
_GUIDE = guide("fargate-profile")
_DELETE = guide("delete-fargate-profile")
_ACCEPTED_BY_MOTO = "Fargate public subnet / 6 selectors"


def _says(page: str, fact: str, *values: Any, row: str = "") -> Any:
    marks = pytest.mark.documented(page, row=row) if row else pytest.mark.documented(page)
    return pytest.param(*values, marks=marks, id=fact)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        _says(
            _CREATE,
            "there are at most five selectors",
            {"selectors": [{"namespace": f"n{n}"} for n in range(6)]},
            "at most 5 selectors",
            row=_ACCEPTED_BY_MOTO,
        ),
        _says(_CREATE, "there must be a selector", {"selectors": []}, "at least one selector"),
        _says(_CREATE, "a selector has a namespace", {"selectors": [{"labels": {"a": "b"}}]}, "namespace"),
        _says(
            "https://docs.aws.amazon.com/general/latest/gr/eks.html",
            "a selector has at most five labels",
            {"selectors": [{"namespace": "n", "labels": {f"l{n}": "v" for n in range(6)}}]},
            "more than 5 Label pairs",
        ),
        _says(_CREATE, "subnets must exist", {"subnets": ["subnet-00000000"]}, "subnet-00000000"),
        _says(
            guide("eks-using-tags"),
            "a tag does not begin with aws:",
            {"tags": {"aws:owner": "me"}},
            "reserved",
        ),
    ],
)
def test_create_refuses(shared: Ground, given: dict[str, Any], words: str) -> None:
    with refused("InvalidParameterException", words):
        shared.create_profile(**given)
    assert shared.eks.list_fargate_profiles(clusterName="one")["fargateProfileNames"] == []


@pytest.mark.documented(_CREATE, row=_ACCEPTED_BY_MOTO)
def test_public_subnets_are_refused(shared: Ground) -> None:
    with refused("InvalidParameterException", "is not a private subnet"):
        shared.create_profile(subnets=shared.network.public)


@pytest.mark.documented(guide("pod-execution-role"))
def test_the_role_must_trust_fargate(shared: Ground) -> None:
    with refused("InvalidParameterException", "Misconfigured PodExecutionRole Trust Policy"):
        shared.create_profile(podExecutionRoleArn=shared.node_role)


@pytest.mark.documented(_CREATE)
def test_the_role_must_exist(shared: Ground) -> None:
    with refused("InvalidParameterException"):
        shared.create_profile(podExecutionRoleArn=f"arn:aws:iam::{shared.tenant.account}:role/ghost")


@pytest.mark.documented(_CREATE)
def test_the_subnets_are_in_the_clusters_vpc(shared: Ground) -> None:
    with refused("InvalidParameterException", "VPC of the cluster"):
        shared.create_profile(subnets=shared.tenant.network().private)


@pytest.mark.documented(_CREATE)
def test_the_cluster_must_be_active(shared: Ground) -> None:
    shared.create_cluster("young")
    with refused("InvalidRequestException", "is not in ACTIVE status"):
        shared.create_profile(clusterName="young")


def test_the_cluster_must_exist(shared: Ground) -> None:
    with refused("ResourceNotFoundException", "none"):
        shared.create_profile(clusterName="none")


@pytest.mark.documented(api("FargateProfile"))
def test_a_profile_is_creating_before_it_is_active(occupied: Ground) -> None:
    assert occupied.create_profile()["status"] == "CREATING"
    occupied.tenant.advance(CREATED)
    found = occupied.eks.describe_fargate_profile(clusterName="one", fargateProfileName="fp")
    assert found["fargateProfile"]["status"] == "ACTIVE"


@pytest.mark.documented(_GUIDE)
def test_selectors_may_have_wildcards(occupied: Ground) -> None:
    selectors = [{"namespace": "prod-*", "labels": {"tier": "web?"}}]
    assert occupied.create_profile(selectors=selectors)["selectors"] == selectors


@pytest.mark.documented(_CREATE, row="clientRequestToken idempotency")
def test_the_same_request_again_makes_nothing_new(occupied: Ground) -> None:
    first = occupied.create_profile(clientRequestToken="t")
    again = occupied.create_profile(clientRequestToken="t")
    assert again["fargateProfileArn"] == first["fargateProfileArn"]


def test_a_name_is_taken_once_in_a_cluster(occupied: Ground) -> None:
    occupied.create_profile()
    with refused("ResourceInUseException", "already exists"):
        occupied.create_profile()


def test_one_profile_is_created_at_a_time(occupied: Ground) -> None:
    occupied.create_profile("a")
    with refused("ResourceInUseException", "profile a in status CREATING"):
        occupied.create_profile("b")


@pytest.fixture
def leaving(occupied: Ground) -> Ground:
    """Of two profiles, a is being deleted."""
    for name in ("a", "b"):
        occupied.create_profile(name)
        occupied.tenant.advance(300)
    occupied.eks.delete_fargate_profile(clusterName="one", fargateProfileName="a")
    return occupied


@pytest.mark.documented(_GUIDE)
def test_no_profile_is_created_while_one_is_deleted(leaving: Ground) -> None:
    with refused("ResourceInUseException", "profile a in status DELETING"):
        leaving.create_profile("c")


@pytest.mark.documented(_DELETE)
def test_one_profile_is_deleted_at_a_time(leaving: Ground) -> None:
    with refused("ResourceInUseException", "profile a in status DELETING"):
        leaving.eks.delete_fargate_profile(clusterName="one", fargateProfileName="b")


@pytest.mark.documented(_DELETE)
def test_the_next_is_deleted_after_the_first(leaving: Ground) -> None:
    leaving.tenant.advance(300)
    assert leaving.eks.list_fargate_profiles(clusterName="one")["fargateProfileNames"] == ["b"]
    leaving.eks.delete_fargate_profile(clusterName="one", fargateProfileName="b")


@pytest.mark.documented(api("DescribeFargateProfile"))
def test_a_profile_that_is_not_there_is_not_found(shared: Ground) -> None:
    with refused("ResourceNotFoundException", "No Fargate Profile found with name: none"):
        shared.eks.describe_fargate_profile(clusterName="one", fargateProfileName="none")


@pytest.mark.documented(api("DeleteFargateProfile"))
def test_a_profile_that_is_not_there_is_not_deleted(shared: Ground) -> None:
    with refused("ResourceNotFoundException"):
        shared.eks.delete_fargate_profile(clusterName="one", fargateProfileName="none")


@pytest.mark.documented(guide("creating-access-entries"))
def test_the_role_of_the_pods_has_an_access_entry(occupied: Ground) -> None:
    occupied.create_profile()
    found = occupied.eks.describe_access_entry(clusterName="one", principalArn=occupied.fargate_role)
    entry = found["accessEntry"]
    assert (entry["type"], entry["username"]) == ("FARGATE_LINUX", "system:node:{{SessionName}}")


@pytest.mark.documented(guide("using-service-linked-roles-eks-fargate"), row="service-linked role names")
def test_the_first_profile_brings_fargate_its_role(occupied: Ground) -> None:
    occupied.create_profile()
    path = "/aws-service-role/eks-fargate.amazonaws.com/"
    (role,) = occupied.tenant.iam.list_roles(PathPrefix=path)["Roles"]
    assert role["RoleName"] == "AWSServiceRoleForAmazonEKSForFargate"


@pytest.mark.documented(guide("service-quotas"))
def test_a_quota_stops_another_profile(occupied: Ground) -> None:
    occupied.tenant.post("quotas", {"code": "L-33415657", "value": 1, "account": occupied.tenant.account})
    occupied.create_profile()
    occupied.tenant.advance(300)
    with refused("ResourceLimitExceededException", "maximum number of Fargate profiles"):
        occupied.create_profile("another")


@pytest.mark.documented(_CREATE)
def test_without_subnets_a_profile_takes_the_private_ones_of_its_cluster(tenant: Tenant) -> None:
    """Subnets are not required; eksctl leaves them out."""
    network = tenant.network()
    cluster_role, _, role = tenant.roles()
    both = {"subnetIds": [*network.public, *network.private]}
    tenant.cluster(network, cluster_role, resourcesVpcConfig=both)
    profile = tenant.eks.create_fargate_profile(
        clusterName="one",
        fargateProfileName="a",
        podExecutionRoleArn=role,
        selectors=[{"namespace": "default"}],
    )["fargateProfile"]
    assert profile["subnets"] == network.private
