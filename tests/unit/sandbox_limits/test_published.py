"""Which rate applies to which call, and how a bucket fills."""

from typing import Any

import pytest

from clusterwright.sandbox.limits import published
from clusterwright.sandbox.limits.buckets import Bucket
from clusterwright.sandbox.limits.published import Rate


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("ec2:CreateNatGateway", Rate(10, 1)),
        ("ec2:ModifyVpcEndpoint", Rate(4, 0.3)),
        ("ec2:DeleteVpcEndpoints", Rate(4, 0.3)),
        ("ec2:CreateTags", Rate(100, 10)),
        ("ec2:CreateNetworkInterface", Rate(100, 5)),
        ("ec2:DescribeVpcs", Rate(100, 20)),
        ("ec2:GetConsoleOutput", Rate(100, 20)),
        ("ec2:CreateVpc", Rate(50, 5)),
        ("ec2:AuthorizeSecurityGroupIngress", Rate(50, 5)),
        ("eks:DescribeCluster", Rate(100, 40)),
        ("eks:CreateCluster", Rate(50, 10)),
        ("logs:CreateLogGroup", Rate(10, 10)),
    ],
)
def test_rates_are_those_of_the_table(name: str, rate: Rate) -> None:
    assert published.of(name) == rate


@pytest.mark.parametrize(
    ("name", "params", "bucket"),
    [
        ("ec2:DescribeInstances", {}, "ec2:DescribeInstances (all)"),
        ("ec2:DescribeInstances", {"MaxResults": "5"}, "ec2:DescribeInstances"),
        ("ec2:DescribeInstances", {"Filter.1.Name": "vpc-id"}, "ec2:DescribeInstances"),
        ("ec2:DescribeInstances", {"InstanceId.1": "i-1"}, "ec2:DescribeInstances"),
        ("ec2:DescribeVpcs", {}, "ec2:DescribeVpcs"),
        ("rds:DescribeVolumes", {}, "rds:DescribeVolumes"),
    ],
)
def test_lists_of_everything_have_their_own_bucket(name: str, params: dict[str, Any], bucket: str) -> None:
    assert published.calls(name, params)[0] == bucket


def test_instances_are_counted_as_well() -> None:
    assert published.instances("ec2:RunInstances", {"MaxCount": "7"}) == (Rate(1000, 2), 7)
    assert published.instances("ec2:TerminateInstances", {"InstanceId.1": "i", "InstanceId.2": "j"}) == (
        Rate(1000, 20),
        2,
    )
    assert published.instances("ec2:CreateVpc", {}) is None


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    bucket = Bucket(Rate(2, 1), tokens=2, at=0)
    assert [bucket.take(0) for _ in range(3)] == [True, True, False]
    assert [bucket.take(1), bucket.take(1)] == [True, False]
    assert [bucket.take(1000) for _ in range(3)] == [True, True, False]
