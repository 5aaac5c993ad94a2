"""From limit, use and demand to what people are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from clusterwright.aws.inventory import Inventory
from clusterwright.aws.preflight import quota, quotas
from clusterwright.aws.preflight.check import Check, Level, worst_first
from clusterwright.aws.preflight.demand import ONE_LATER, Demand
from clusterwright.aws.preflight.quotas import Limit
from clusterwright.aws.preflight.reading import Reader, Unanswered, answered, unknown
from clusterwright.aws.preflight.use import nat_gateways
from clusterwright.aws.scope import UndeclaredCall
from clusterwright.errors import Denied, Unreachable
from tests.unit.service.fakes import FakeCalls


def check(limit: Limit, used: int, demand: Demand, claimed: int = 0) -> Check:
    return quotas.check((quota.VPCS, ""), limit, used, claimed, demand)


@pytest.mark.parametrize(
    ("allowed", "demand", "level", "message"),
    [
        (5, Demand(2, 2), Level.OK, "5 allowed, 3 in use, 2 needed, 0 left"),
        (4, Demand(2, 2), Level.ERROR, "4 allowed, 3 in use, 2 needed, 1 too few"),
        (6, Demand(2, 4), Level.WARNING, "6 allowed, 3 in use, 2 needed (up to 4), 1 left"),
        (4, Demand(2, 4), Level.ERROR, "4 allowed, 3 in use, 2 needed (up to 4), 1 too few"),
        (7, Demand(2, 4), Level.OK, "7 allowed, 3 in use, 2 needed (up to 4), 2 left"),
    ],
)
def test_desired_over_the_quota_is_an_error_and_the_largest_size_a_warning(
    allowed: int, demand: Demand, level: Level, message: str
) -> None:
    found = check(Limit(allowed), 3, demand)
    assert (found.level, found.message) == (level, message)
    assert bool(found.remedy) is (level is not Level.OK)


def test_the_remedy_says_how_much_to_ask_for_and_where() -> None:
    assert check(Limit(4), 3, Demand(2, 2)).remedy == (
        "Ask for at least 5 in Service Quotas (vpc, L-F678F1CE), or remove what nobody needs."
    )
    assert "at least 5, 7 for the largest sizes in" in check(Limit(4), 3, Demand(2, 4)).remedy
    assert "at least 7 in" in check(Limit(6), 3, Demand(2, 4)).remedy


def test_use_over_the_quota_harms_nobody_who_needs_nothing() -> None:
    """An account whose quota was lowered keeps what it has."""
    assert check(Limit(2), 3, Demand(0, 0)).level is Level.OK


def test_no_load_balancer_left_is_a_warning() -> None:
    found = check(Limit(3), 3, ONE_LATER)
    assert found.level is Level.WARNING
    assert "the first Service or Ingress" in found.message
    assert "at least 4 in" in found.remedy


def test_what_is_over_a_default_that_only_stands_in_may_still_work() -> None:
    found = check(Limit(4, assumed=True), 3, Demand(2, 2))
    assert (found.level, found.message.partition(",")[0]) == (Level.WARNING, "4 allowed by default")


def test_a_quota_that_service_quotas_does_not_list_is_the_default() -> None:
    assert quotas.limit_of(quota.VPCS, {"L-F678F1CE": 7}) == Limit(7)
    assert quotas.limit_of(quota.VPCS, {}) == Limit(5, assumed=True)
    assert quotas.limit_of(quota.VPCS, Unanswered(Denied())) == Limit(5, assumed=True)


def test_unknown_use_is_a_note_that_still_says_the_rest() -> None:
    error = Denied(action="ec2:DescribeVpcs")
    found = quotas.check((quota.VPCS, ""), Limit(5), Unanswered(error), 0, Demand(1, 1))
    assert found.level is Level.NOTE
    assert found.message == (
        "5 allowed, 1 needed, and what is in use is not known: ec2:DescribeVpcs is not allowed"
    )


def test_services_whose_quotas_are_not_known_are_one_note() -> None:
    denied = Unanswered(Denied(action="servicequotas:ListServiceQuotas"))
    (note,) = quotas.notes({"vpc": denied, "eks": {}, "ec2": denied})
    assert "of ec2, vpc" in note.message
    assert "--feature capacity-check" in note.remedy
    assert not tuple(quotas.notes({"vpc": {}}))


def test_a_read_that_fails_otherwise_says_so() -> None:
    found = unknown("quotas", "x", "not known", Unanswered(Unreachable("No answer.", remedy="Wait.")))
    assert (found.level, found.message, found.remedy) == (Level.NOTE, "not known: No answer", "Wait.")


def test_the_permission_of_classic_load_balancers_is_that_of_all_load_balancers() -> None:
    found = unknown("quotas", "x", "not known", Unanswered(Denied(action="elb:DescribeLoadBalancers")))
    assert "elasticloadbalancing:DescribeLoadBalancers is not allowed" in found.message
    assert "clusterwright iam policy`" in found.remedy


def reader(answers: Mapping[str, Any], *allowed: str) -> Reader:
    calls = FakeCalls("us-east-1", answers=answers)
    return Reader(calls, Inventory(lambda: 1.0), 0.0, frozenset(allowed))


def test_a_call_that_is_not_declared_is_a_defect_and_no_note() -> None:
    with pytest.raises(UndeclaredCall, match="ec2:DescribeVpcs"):
        answered(lambda: reader({}).rows("ec2:DescribeVpcs", "Vpcs"))


def test_nat_gateways_are_counted_in_the_zones_of_their_subnets() -> None:
    """A gateway that is being deleted still counts; DescribeNatGateways names subnets only."""
    answers = {
        "ec2:DescribeNatGateways": {
            "NatGateways": [{"SubnetId": "s-1"}, {"SubnetId": "s-2"}, {"SubnetId": "s-1"}]
        },
        "ec2:DescribeSubnets": {
            "Subnets": [
                {"SubnetId": "s-1", "AvailabilityZone": "us-east-1a"},
                {"SubnetId": "s-2", "AvailabilityZone": "us-east-1b"},
            ]
        },
    }
    found = nat_gateways(reader(answers, *answers))
    assert found == {"us-east-1a": 2, "us-east-1b": 1}


def test_the_worst_comes_first_and_the_rest_stays_in_order() -> None:
    levels = (Level.OK, Level.WARNING, Level.NOTE, Level.ERROR, Level.WARNING)
    made = [Check("quotas", str(number), level, "") for number, level in enumerate(levels)]
    assert [one.subject for one in worst_first(made)] == ["3", "1", "4", "2", "0"]
