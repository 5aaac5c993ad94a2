"""Throttling: a bucket for each account, region and action, on the sandbox's clock.

https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
"""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from .tenant import Tenant, refused


@pytest.fixture
def throttled(tenant: Tenant) -> Iterator[Tenant]:
    tenant.post("limits", {"on": True})
    yield tenant
    tenant.post("limits", {"on": False, "reset": True})


def until_refused(call: Any, most: int) -> tuple[int, Any]:
    """How many calls were answered before the first that was not, and what that one was told."""
    for number in range(most):
        try:
            call()
        except ClientError as error:
            return number, error.response
    raise AssertionError(f"nothing refused in {most} calls")


def test_a_bucket_empties_and_fills_again_with_time(throttled: Tenant) -> None:
    answered, told = until_refused(throttled.ec2.create_internet_gateway, 60)
    assert answered == 50
    assert told["Error"]["Code"] == "RequestLimitExceeded"
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 503
    throttled.advance(2)
    answered, _ = until_refused(throttled.ec2.create_internet_gateway, 60)
    assert answered == 10


def test_actions_and_regions_have_buckets_of_their_own(throttled: Tenant) -> None:
    nat = {"NatGatewayId": "nat-00000000000000000"}
    for _ in range(10):
        with refused("NatGatewayNotFound"):
            throttled.ec2.delete_nat_gateway(**nat)
    with refused("RequestLimitExceeded"):
        throttled.ec2.delete_nat_gateway(**nat)
    throttled.ec2.describe_vpcs()
    with refused("NatGatewayNotFound"):
        throttled.client("ec2", "eu-west-1").delete_nat_gateway(**nat)


@pytest.mark.parametrize(
    ("service", "operation", "given", "code", "status"),
    [
        ("eks", "list_clusters", {}, "ThrottlingException", 429),
        ("iam", "get_role", {"RoleName": "none"}, "Throttling", 400),
        ("logs", "describe_log_groups", {}, "ThrottlingException", 400),
        ("service-quotas", "list_services", {}, "TooManyRequestsException", 429),
    ],
)
def test_each_service_has_its_own_word_for_it(
    throttled: Tenant, service: str, operation: str, given: dict[str, Any], code: str, status: int
) -> None:
    name = {"list_clusters": "eks:ListClusters", "get_role": "iam:GetRole"}.get(operation, "*")
    throttled.post("limits", {"action": name, "burst": 0, "perSecond": 1})
    _, told = until_refused(lambda: getattr(throttled.client(service), operation)(**given), 1)
    assert (told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"]) == (code, status)


def test_lists_of_everything_have_a_smaller_bucket(throttled: Tenant) -> None:
    answered, _ = until_refused(throttled.ec2.describe_volumes, 60)
    assert answered == 50
    throttled.ec2.describe_volumes(MaxResults=100)


def test_a_clock_that_stands_still_throttles_nobody_unless_asked(tenant: Tenant) -> None:
    assert tenant.get("limits")["on"] is False
