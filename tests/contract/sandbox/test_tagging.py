"""Resources by their tags: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/overview.html"""

from typing import Any

import pytest

from .tenant import Tenant, refused

_API = "https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_{}.html"


def _spec(kind: str, **tags: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}]


@pytest.fixture(scope="module")
def made(reader: Tenant) -> dict[str, str]:
    """A few things of one owner, by kind, and their ARNs."""
    ec2, network = reader.ec2, reader.network()
    role, _, _ = reader.roles()
    cluster = reader.cluster(network, role, tags={"owner": "us", "env": "test"})
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=_spec("vpc", owner="us", env="prod"))
    balancer = reader.client("elbv2").create_load_balancer(
        Name="lb", Subnets=network.public, Tags=[{"Key": "owner", "Value": "them"}]
    )
    where = f"arn:aws:ec2:us-east-1:{reader.account}"
    return {
        "cluster": cluster["arn"],
        "vpc": f"{where}:vpc/{vpc['Vpc']['VpcId']}",
        "balancer": balancer["LoadBalancers"][0]["LoadBalancerArn"],
        "untagged": f"{where}:vpc/{network.vpc}",
    }


@pytest.fixture(scope="module")
def tagging(reader: Tenant, made: dict[str, str]) -> Any:
    return reader.client("resourcegroupstaggingapi")


def _found(tagging: Any, **asked: Any) -> set[str]:
    answer = tagging.get_resources(**asked)
    return {one["ResourceARN"] for one in answer["ResourceTagMappingList"]}


@pytest.mark.documented(_API.format("GetResources"))
def test_clusters_are_found_by_their_type(tagging: Any, made: dict[str, str]) -> None:
    assert _found(tagging, ResourceTypeFilters=["eks:cluster"]) == {made["cluster"]}


@pytest.mark.documented(_API.format("GetResources"))
def test_a_service_stands_for_all_its_types(tagging: Any, made: dict[str, str]) -> None:
    found = _found(tagging, ResourceTypeFilters=["ec2"])
    assert made["vpc"] in found
    assert made["cluster"] not in found


@pytest.mark.documented(_API.format("GetResources"))
def test_resources_of_all_services_are_found_by_a_tag(tagging: Any, made: dict[str, str]) -> None:
    wanted = [{"Key": "owner", "Values": ["us"]}]
    assert _found(tagging, TagFilters=wanted) == {made["cluster"], made["vpc"]}


@pytest.mark.documented(_API.format("TagFilter"))
def test_values_of_a_filter_are_alternatives(tagging: Any, made: dict[str, str]) -> None:
    wanted = [{"Key": "owner", "Values": ["us", "them"]}]
    assert _found(tagging, TagFilters=wanted) == {made["cluster"], made["vpc"], made["balancer"]}


@pytest.mark.documented(_API.format("GetResources"))
def test_all_filters_must_hold(tagging: Any, made: dict[str, str]) -> None:
    wanted = [{"Key": "owner", "Values": ["us"]}, {"Key": "env", "Values": ["prod"]}]
    assert _found(tagging, TagFilters=wanted) == {made["vpc"]}


@pytest.mark.documented(_API.format("GetResources"))
def test_a_key_alone_takes_any_value(tagging: Any, made: dict[str, str]) -> None:
    assert made["balancer"] in _found(tagging, TagFilters=[{"Key": "owner"}])


@pytest.mark.documented(_API.format("GetResources"))
def test_what_has_no_tags_is_not_returned(tagging: Any, made: dict[str, str]) -> None:
    assert made["untagged"] not in _found(tagging)


@pytest.mark.documented(_API.format("GetResources"))
def test_the_tags_of_a_resource_are_told(tagging: Any, made: dict[str, str]) -> None:
    (told,) = tagging.get_resources(ResourceARNList=[made["cluster"]])["ResourceTagMappingList"]
    assert {tag["Key"]: tag["Value"] for tag in told["Tags"]} == {"owner": "us", "env": "test"}


@pytest.mark.documented(_API.format("GetResources"))
def test_the_last_page_has_an_empty_token(tagging: Any, made: dict[str, str]) -> None:
    first = tagging.get_resources(ResourcesPerPage=1, TagFilters=[{"Key": "env"}])
    last = tagging.get_resources(
        ResourcesPerPage=1, TagFilters=[{"Key": "env"}], PaginationToken=first["PaginationToken"]
    )
    assert (bool(first["PaginationToken"]), last["PaginationToken"]) == (True, "")
    assert first["ResourceTagMappingList"] != last["ResourceTagMappingList"]


@pytest.mark.documented(_API.format("GetResources"))
def test_pages_hold_a_hundred_at_most(tagging: Any) -> None:
    with refused("InvalidParameterException"):
        tagging.get_resources(ResourcesPerPage=101)


@pytest.mark.documented(_API.format("GetResources"))
def test_other_regions_have_resources_of_their_own(reader: Tenant, made: dict[str, str]) -> None:
    assert _found(reader.client("resourcegroupstaggingapi", "eu-west-1")) == set()


@pytest.mark.documented(_API.format("GetTagKeys"))
def test_keys_are_listed_once(tagging: Any) -> None:
    keys = tagging.get_tag_keys()["TagKeys"]
    assert {"env", "owner"} <= set(keys)
    assert len(set(keys)) == len(keys)


@pytest.mark.documented(_API.format("GetTagValues"))
def test_values_of_a_key_are_listed(tagging: Any) -> None:
    assert tagging.get_tag_values(Key="owner")["TagValues"] == ["them", "us"]
