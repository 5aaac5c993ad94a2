"""Properties of templates as parameters of calls."""

from typing import Any

import botocore.session
import pytest

from clusterwright.sandbox.cloudformation.shaping import Unfit, shaped

SESSION = botocore.session.Session()


def shape(service: str, operation: str) -> Any:
    return SESSION.get_service_model(service).operation_model(operation).input_shape


def test_names_take_the_case_of_the_api_and_text_its_types() -> None:
    given = {"ScalingConfig": {"MinSize": "1", "MaxSize": 3}, "ClusterName": "one", "Labels": {"Tier": "web"}}
    assert shaped(shape("eks", "CreateNodegroup"), given) == {
        "scalingConfig": {"minSize": 1, "maxSize": 3},
        "clusterName": "one",
        "labels": {"Tier": "web"},
    }


def test_lists_of_tags_become_maps_where_the_api_has_maps() -> None:
    given = {"Tags": [{"Key": "Team", "Value": "a"}]}
    assert shaped(shape("eks", "CreateCluster"), given) == {"tags": {"Team": "a"}}


def test_documents_become_text_and_text_becomes_a_boolean() -> None:
    role = shaped(shape("iam", "CreateRole"), {"AssumeRolePolicyDocument": {"Version": "2012-10-17"}})
    assert role == {"AssumeRolePolicyDocument": '{"Version": "2012-10-17"}'}
    vpc = shaped(shape("ec2", "ModifyVpcAttribute"), {"EnableDnsSupport": {"Value": "true"}})
    assert vpc == {"EnableDnsSupport": {"Value": True}}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"Colour": "blue"}, r"#: extraneous key \[Colour\]"),
        ({"ResourcesVpcConfig": {"SubnetIds": "subnet-1"}}, "#/ResourcesVpcConfig/SubnetIds: expected type"),
        ({"ResourcesVpcConfig": []}, "#/ResourcesVpcConfig: expected type: JSONObject"),
    ],
)
def test_what_does_not_fit_is_named(given: Any, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        shaped(shape("eks", "CreateCluster"), given)
