"""The quick way of writing answers writes what moto's own way writes."""

from typing import Any

import pytest
import xmltodict  # type: ignore[import-untyped]  # has no types
from moto.core.serialize import EC2Serializer

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
