"""The rates that AWS publishes, and guesses where it publishes none.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True, slots=True)
class Rate:
    """As many at once, and as many more each second."""

    burst: float
    per_second: float


_READS = r"(?:Describe|Get|List|Search)\w*"
_NARROW = frozenset(
    {
        "DescribeInstances",
        "DescribeInstanceStatus",
        "DescribeNetworkInterfaces",
        "DescribeSecurityGroups",
        "DescribeSnapshots",
        "DescribeSpotInstanceRequests",
        "DescribeVolumes",
    }
)
_UNFILTERED = Rate(50, 10)
_INSTANCES = {"RunInstances": Rate(1000, 2), "TerminateInstances": Rate(1000, 20)}

_TABLE: tuple[tuple[re.Pattern[str], Rate], ...] = tuple(
    (re.compile(pattern), rate)
    for pattern, rate in (
        (r"ec2:(?:Create|Delete)NatGateway", Rate(10, 1)),
        (r"ec2:(?:Create|Modify|Delete)VpcEndpoints?", Rate(4, 0.3)),
        (r"ec2:(?:Create|Delete)Tags", Rate(100, 10)),
        (r"ec2:Create(?:LaunchTemplateVersion|NetworkInterface)", Rate(100, 5)),
        (rf"ec2:{_READS}", Rate(100, 20)),
        (r"ec2:.*", Rate(50, 5)),
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
        (r"logs:.*", Rate(10, 10)),
        # Nothing is published for the others. Guesses, from what people report to work.
        (rf"(?:eks|iam):{_READS}", Rate(100, 40)),
        (r"sts:.*", Rate(100, 40)),
        (r".*", Rate(50, 10)),
    )
)


@cache
def of(name: str) -> Rate:
    """The first that matches counts."""
    return next(rate for pattern, rate in _TABLE if pattern.fullmatch(name))


def calls(name: str, params: Mapping[str, Any]) -> tuple[str, Rate]:
    """Which bucket a call takes a token from: lists of everything have a smaller one of their own."""
    action = name.removeprefix("ec2:")
    if action in _NARROW and name != action and not _is_limited(params):
        return f"{name} (all)", _UNFILTERED
    return name, of(name)


def instances(name: str, params: Mapping[str, Any]) -> tuple[Rate, int] | None:
    """The second bucket of the two actions that are metered by the number of instances as well."""
    rate = _INSTANCES.get(name.removeprefix("ec2:"))
    if rate is None:
        return None
    many = params.get("MaxCount") or sum(1 for one in params if one.startswith("InstanceId."))
    return rate, int(many)


def _is_limited(params: Mapping[str, Any]) -> bool:
    """Paged, filtered, or about objects that it names."""
    return any("MaxResults" in name or "Filter" in name or "Id." in name for name in params)
