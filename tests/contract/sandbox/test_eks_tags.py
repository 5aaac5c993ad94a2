"""Tags of everything that EKS names by an ARN.

https://docs.aws.amazon.com/eks/latest/userguide/eks-using-tags.html
"""

from collections.abc import Callable
from typing import Any

import pytest

from .eks_ground import CREATED, Ground, create_capability, with_cluster
from .pages import api, guide
from .tenant import Tenant, refused

_GUIDE = guide("eks-using-tags")
_TAG = api("TagResource")
_FOUND = "https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html"
_ROW = "tags"


def _identity(ground: Ground) -> str:
    oidc = {"identityProviderConfigName": "idp", "issuerUrl": "https://a.example.com", "clientId": "c"}
    ground.eks.associate_identity_provider_config(clusterName="one", oidc=oidc, tags={"a": "1"})
    ground.tenant.advance(CREATED)
    named = {"type": "oidc", "name": "idp"}
    found = ground.eks.describe_identity_provider_config(clusterName="one", identityProviderConfig=named)
    return str(found["identityProviderConfig"]["oidc"]["identityProviderConfigArn"])


def _association(ground: Ground) -> str:
    role = ground.role("pod", "pods.eks.amazonaws.com")
    made = ground.eks.create_pod_identity_association(
        clusterName="one", namespace="n", serviceAccount="s", roleArn=role, tags={"a": "1"}
    )
    return str(made["association"]["associationArn"])


def _entry(ground: Ground) -> str:
    given = {"clusterName": "one", "principalArn": ground.cluster_role, "tags": {"a": "1"}}
    return str(ground.eks.create_access_entry(**given)["accessEntry"]["accessEntryArn"])


@pytest.fixture(scope="module")
def tagged(tenants: Callable[[], Tenant]) -> dict[str, Any]:
    """One of each kind, tagged a=1 when it was made: kind to ARN."""
    ground = with_cluster(tenants(), tags={"a": "1"})
    return {
        "eks": ground.eks,
        "ground": ground,
        "cluster": ground.cluster()["arn"],
        "identity provider": _identity(ground),
        "node group": ground.create_nodegroup(tags={"a": "1"})["nodegroupArn"],
        "Fargate profile": ground.create_profile(tags={"a": "1"})["fargateProfileArn"],
        "add-on": ground.create_addon(tags={"a": "1"})["addonArn"],
        "access entry": _entry(ground),
        "association": _association(ground),
        "capability": create_capability(
            ground, roleArn=ground.role("ack", "capabilities.eks.amazonaws.com"), tags={"a": "1"}
        )["arn"],
    }


_KINDS = (
    "cluster",
    "node group",
    "Fargate profile",
    "add-on",
    "access entry",
    "association",
    "identity provider",
    "capability",
)


@pytest.mark.parametrize("kind", _KINDS)
@pytest.mark.documented(_TAG, row=_ROW)
def test_everything_is_tagged_when_made_and_later(tagged: dict[str, Any], kind: str) -> None:
    eks, arn = tagged["eks"], tagged[kind]
    assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1"}
    eks.tag_resource(resourceArn=arn, tags={"b": "2"})
    assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1", "b": "2"}
    eks.untag_resource(resourceArn=arn, tagKeys=["b"])
    assert eks.list_tags_for_resource(resourceArn=arn)["tags"] == {"a": "1"}


@pytest.mark.documented(_TAG, row=_ROW)
def test_descriptions_show_the_tags_of_now(occupied: Ground) -> None:
    occupied.create_nodegroup(tags={"a": "1"})
    occupied.eks.tag_resource(resourceArn=occupied.nodegroup()["nodegroupArn"], tags={"b": "2"})
    assert occupied.nodegroup()["tags"] == {"a": "1", "b": "2"}


@pytest.mark.documented(_GUIDE)
def test_a_new_value_replaces_the_old(occupied: Ground) -> None:
    arn = occupied.cluster()["arn"]
    for value in ("1", "2"):
        occupied.eks.tag_resource(resourceArn=arn, tags={"a": value})
    assert occupied.cluster()["tags"] == {"a": "2"}


@pytest.mark.documented(_GUIDE)
def test_keys_differ_by_case(occupied: Ground) -> None:
    occupied.eks.tag_resource(resourceArn=occupied.cluster()["arn"], tags={"a": "1", "A": "2"})
    assert occupied.cluster()["tags"] == {"a": "1", "A": "2"}


@pytest.mark.documented(_GUIDE)
def test_a_value_may_be_empty(occupied: Ground) -> None:
    occupied.eks.tag_resource(resourceArn=occupied.cluster()["arn"], tags={"a": ""})
    assert occupied.cluster()["tags"] == {"a": ""}


@pytest.mark.documented(_GUIDE)
def test_tags_do_not_spread(shared: Ground) -> None:
    shared.eks.tag_resource(resourceArn=shared.cluster()["arn"], tags={"spread": "no"})
    group_id = shared.cluster()["resourcesVpcConfig"]["clusterSecurityGroupId"]
    (group,) = shared.tenant.ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
    assert "spread" not in {tag["Key"] for tag in group["Tags"]}


@pytest.mark.parametrize(
    "tags",
    [
        pytest.param({"aws:x": "y"}, id="AWS's own keys"),
        pytest.param({"AWS:x": "y"}, id="AWS's own keys in any case"),
        pytest.param({"x": "aws:y"}, id="AWS's own values"),
        pytest.param({f"k{n}": "v" for n in range(51)}, id="more than 50"),
        pytest.param({"k" * 129: "v"}, id="a long key"),
        pytest.param({"k": "v" * 257}, id="a long value"),
    ],
)
@pytest.mark.documented(_GUIDE)
def test_tags_that_are_refused(shared: Ground, tags: dict[str, str]) -> None:
    with refused("BadRequestException"):
        shared.eks.tag_resource(resourceArn=shared.cluster()["arn"], tags=tags)


@pytest.mark.documented(_GUIDE)
def test_there_are_50_tags_in_all(occupied: Ground) -> None:
    arn = occupied.cluster()["arn"]
    occupied.eks.tag_resource(resourceArn=arn, tags={f"k{n}": "v" for n in range(50)})
    with refused("BadRequestException", "50"):
        occupied.eks.tag_resource(resourceArn=arn, tags={"one more": "v"})


@pytest.mark.parametrize("call", ["tag_resource", "untag_resource", "list_tags_for_resource"])
@pytest.mark.documented(_TAG)
def test_what_is_not_there_has_no_tags(shared: Ground, call: str) -> None:
    more: dict[str, Any] = {"tag_resource": {"tags": {"a": "b"}}, "untag_resource": {"tagKeys": ["a"]}}
    with refused("NotFoundException"):
        getattr(shared.eks, call)(resourceArn=shared.cluster()["arn"] + "x", **more.get(call, {}))


def _resources(ground: Ground, **wanted: Any) -> list[str]:
    found = ground.tenant.client("resourcegroupstaggingapi").get_resources(**wanted)
    return [one["ResourceARN"].split(":", 5)[5].partition("/")[0] for one in found["ResourceTagMappingList"]]


@pytest.mark.parametrize(
    ("wanted", "kinds"),
    [
        pytest.param({"ResourceTypeFilters": ["eks:cluster"]}, ["cluster"], id="clusters"),
        pytest.param({"ResourceTypeFilters": ["eks:nodegroup"]}, ["nodegroup"], id="node groups"),
        pytest.param({"TagFilters": [{"Key": "a", "Values": ["2"]}]}, [], id="another value"),
        pytest.param(
            {"ResourceTypeFilters": ["eks"], "TagFilters": [{"Key": "a", "Values": ["1", "3"]}]},
            [
                "access-entry",
                "addon",
                "capability",
                "cluster",
                "fargateprofile",
                "identityproviderconfig",
                "nodegroup",
                "podidentityassociation",
            ],
            id="one of the values",
        ),
    ],
)
@pytest.mark.documented(_FOUND)
def test_everything_is_found_by_its_tags(
    tagged: dict[str, Any], wanted: dict[str, Any], kinds: list[str]
) -> None:
    assert sorted(_resources(tagged["ground"], **wanted)) == kinds


@pytest.mark.documented(_FOUND)
def test_networks_are_found_beside_clusters(occupied: Ground) -> None:
    tags = {"team": "a"}
    occupied.eks.tag_resource(resourceArn=occupied.cluster()["arn"], tags=tags)
    occupied.tenant.ec2.create_tags(Resources=[occupied.network.vpc], Tags=[{"Key": "team", "Value": "a"}])
    found = _resources(occupied, TagFilters=[{"Key": "team", "Values": ["a"]}])
    assert sorted(found) == ["cluster", "vpc"]
