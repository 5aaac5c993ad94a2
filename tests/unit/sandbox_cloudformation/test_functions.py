"""What functions come to, without a stack."""

from typing import Any

import pytest

from clusterwright.sandbox.cloudformation.functions import Scope, Unresolved, evaluate, holds
from clusterwright.sandbox.cloudformation.template import Template

TEMPLATE = Template(
    body="",
    mappings={"Sizes": {"us-east-1": {"node": "m5.large"}}},
    conditions={
        "East": {"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]},
        "West": {"Fn::Not": [{"Condition": "East"}]},
        "Both": {"Fn::And": [{"Condition": "East"}, {"Condition": "West"}]},
        "Either": {"Fn::Or": [{"Condition": "East"}, {"Condition": "West"}]},
    },
)


def scope() -> Scope:
    return Scope(
        template=TEMPLATE,
        refs={"AWS::Region": "us-east-1", "Name": "demo", "Zones": ["a", "b"]},
        attribute=lambda name, attribute: f"{name}.{attribute}!",
        imported=lambda name: f"imported {name}",
        zones=lambda: ["us-east-1a", "us-east-1b"],
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Ref": "Name"}, "demo"),
        ({"Fn::GetAtt": ["Cluster", "Arn"]}, "Cluster.Arn!"),
        ({"Fn::GetAtt": "Cluster.Arn"}, "Cluster.Arn!"),
        (
            {"Fn::Sub": "${Name}-${AWS::Region}-${Cluster.Arn}-${!Name}"},
            "demo-us-east-1-Cluster.Arn!-${Name}",
        ),
        ({"Fn::Sub": ["${Own} ${Name}", {"Own": {"Ref": "AWS::Region"}}]}, "us-east-1 demo"),
        ({"Fn::Join": [",", ["x", {"Ref": "Name"}]]}, "x,demo"),
        ({"Fn::Select": ["1", {"Fn::Split": ["|", "a|b"]}]}, "b"),
        ({"Fn::Select": [0, {"Fn::GetAZs": ""}]}, "us-east-1a"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "node"]}, "m5.large"),
        ({"Fn::ImportValue": {"Fn::Sub": "${Name}::Vpc"}}, "imported demo::Vpc"),
        ({"Fn::If": ["East", "yes", {"Ref": "Unknown"}]}, "yes"),
        ({"Fn::Cidr": ["10.0.0.0/16", 2, 8]}, ["10.0.0.0/24", "10.0.1.0/24"]),
        ({"Fn::Base64": "hi"}, "aGk="),
        ({"A": {"Ref": "AWS::NoValue"}, "B": 1}, {"B": 1}),
        ([{"Ref": "AWS::NoValue"}, {"Ref": "Zones"}], [["a", "b"]]),
    ],
)
def test_a_function_comes_to(value: Any, expected: Any) -> None:
    assert evaluate(value, scope()) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("East", True), ("West", False), ("Both", False), ("Either", True)]
)
def test_a_condition_holds(name: str, expected: bool) -> None:
    assert holds(name, scope()) is expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Unknown"},
        {"Fn::FindInMap": ["Sizes", "eu-west-1", "node"]},
        {"Fn::Select": [7, ["a"]]},
        {"Fn::If": ["Nowhere", 1, 2]},
        {"Fn::Transform": {}},
    ],
)
def test_what_has_no_value_says_so(value: Any) -> None:
    with pytest.raises(Unresolved, match="Template error"):
        evaluate(value, scope())
