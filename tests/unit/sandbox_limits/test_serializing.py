"""The quick way of writing answers writes what moto's own way writes."""

import importlib.util
from typing import Any

import pytest
import xmltodict  # type: ignore[import-untyped]  # has no types
from moto.core.serialize import EC2Serializer, XFormedAttributePicker
from moto.core.utils import get_service_model

from clusterwright.sandbox import serializing


@pytest.mark.parametrize(
    "content",
    [
        {"R": {"@xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/", "requestId": "1"}},
        {"R": {"set": {"item": [{"a": "1", "b": {"c": "true"}}, {"a": "2"}]}, "empty": "", "none": None}},
        {"R": {"text": "a < b & 'c' > \"d\"", "number": 7, "real": 1.5, "yes": True, "zero": 0}},
        {"R": {"list": [], "names": ["x", "y"], "deep": {"deeper": {}}}},
        {"R": {"name": "größe\n  two lines"}},
    ],
)
def test_xml_is_the_same(content: dict[str, Any]) -> None:
    short = {"full_document": False, "short_empty_elements": True}
    serializer: Any = object.__new__(EC2Serializer)
    assert serializing.body(serializer, content) == xmltodict.unparse(content, **short)
    whole = {"full_document": True, "short_empty_elements": True}
    assert serializing.document(serializer, content) == xmltodict.unparse(content, **whole)


class Thing:
    """As moto's own objects are: attributes in other words than AWS's."""

    def __init__(self, **members: Any) -> None:
        vars(self).update(members)


def _untouched() -> Any:
    """moto's module once more, as if nothing had ever been put into it."""
    spec = importlib.util.find_spec("moto.core.serialize")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_answer_is_the_same() -> None:
    tags = [{"Key": "a", "Value": "<b>"}, {"Key": "none", "Value": None}]
    subnet = Thing(
        id="subnet-1",
        subnet_id="subnet-1",
        cidr_block="10.0.0.0/24",
        vpc_id="vpc-1",
        tags=tags,
        state="available",
        map_public_ip_on_launch=False,
        available_ip_address_count=251,
        ipv6_native=None,
    )
    plain = {"SubnetId": "subnet-2", "DefaultForAz": "true", "Tags": [], "Ipv6CidrBlockAssociationSet": []}
    result = {"Subnets": [subnet, plain]}
    operation = get_service_model("ec2").operation_model("DescribeSubnets")
    theirs = _untouched()
    one = theirs.EC2Serializer(operation, value_picker=theirs.XFormedAttributePicker()).serialize(result)
    serializing.install()
    other = EC2Serializer(operation, value_picker=XFormedAttributePicker()).serialize(result)
    assert other["body"] == one["body"]
    assert "&lt;b&gt;" in other["body"]
