from __future__ import annotations

from clusterwright.aws.tagging import CLUSTER, CLUSTER_ID, RESOURCE, as_tags, mapping, pairs


def test_ec2_tags_there_and_back() -> None:
    tags = {"b": "2", "a": "1"}
    assert pairs(tags) == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    assert mapping(pairs(tags)) == tags
    assert mapping(None) == {}


def test_found_tags_are_sorted_and_without_ownership_and_aws_own() -> None:
    found = {"b": "2", "a": "1", CLUSTER_ID: "x", RESOURCE: "y", CLUSTER: "z", "aws:cloudformation": "s"}
    assert as_tags(found) == (("a", "1"), ("b", "2"))
    assert as_tags(None) == ()
