"""The budget of calls, on a clock that tests move by hand."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from clusterwright.aws.limits import Limits, Rate, published
from clusterwright.errors import Throttled

PLACE = ("111122223333", "us-east-1")
NAT = "ec2:CreateNatGateway"


@dataclass
class Clock:
    at: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds


def limits(clock: Clock, speed: float = 1.0) -> Limits:
    return Limits(clock.now, clock.sleep, speed=speed)


@pytest.mark.parametrize(
    ("action", "rate"),
    [
        (NAT, Rate(10, 1)),
        ("ec2:DeleteVpcEndpoints", Rate(4, 0.3)),
        ("ec2:CreateTags", Rate(100, 10)),
        ("ec2:DescribeVpcs", Rate(100, 20)),
        ("ec2:CreateSubnet", Rate(50, 5)),
        ("ec2:CreateLaunchTemplateVersion", Rate(100, 5)),
        ("ec2:CreateLaunchTemplate", Rate(50, 5)),
    ],
)
def test_the_published_table(action: str, rate: Rate) -> None:
    assert published(action) == rate


def test_half_of_the_burst_goes_through_without_waiting() -> None:
    clock = Clock()
    budget = limits(clock)
    for _ in range(5):
        budget.take(PLACE, NAT)
    assert clock.slept == []


def test_after_the_burst_each_call_waits_its_turn_and_no_pass_hangs() -> None:
    clock = Clock()
    budget = limits(clock)
    for _ in range(6):
        budget.take(PLACE, NAT)
    assert clock.slept == [2.0]
    budget.patience = 1.0
    with pytest.raises(Throttled, match="CreateNatGateway"):
        budget.take(PLACE, NAT)
    clock.at += 2.0
    budget.take(PLACE, NAT)


def test_accounts_and_regions_have_their_own_budget() -> None:
    clock = Clock()
    budget = limits(clock)
    for place in (PLACE, ("111122223333", "us-east-2"), ("444455556666", "us-east-1")):
        for _ in range(5):
            budget.take(place, NAT)
    assert clock.slept == []


def test_throttling_halves_the_rate_and_time_restores_it() -> None:
    clock = Clock()
    budget = limits(clock)
    budget.slow(PLACE, NAT)
    bucket = budget.bucket(PLACE, NAT)
    assert (bucket.share, bucket.tokens) == (0.5, 0.0)
    budget.slow(PLACE, NAT)
    assert bucket.share == 0.25
    clock.at += 15.0
    budget.take(PLACE, NAT)
    assert bucket.share == 0.5
    clock.at += 60.0
    budget.take(PLACE, NAT)
    assert bucket.share == 1.0


def test_throttling_never_stops_us_for_good() -> None:
    clock = Clock()
    budget = limits(clock)
    for _ in range(50):
        budget.slow(PLACE, NAT)
    assert budget.bucket(PLACE, NAT).share == pytest.approx(1 / 32)


def test_a_fast_sandbox_has_fast_limits() -> None:
    clock = Clock()
    budget = limits(clock, speed=60)
    for _ in range(6):
        budget.take(PLACE, NAT)
    assert clock.slept == [pytest.approx(1 / 30)]


def test_threads_share_one_budget() -> None:
    clock = Clock()
    budget = limits(clock)
    budget.patience = 0.0
    refused: list[Throttled] = []

    def work() -> None:
        for _ in range(10):
            try:
                budget.take(PLACE, NAT)
            except Throttled as error:
                refused.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 75
