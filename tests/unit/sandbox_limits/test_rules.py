"""Faults by the dice, by number and by time."""

import pytest

from clusterwright.sandbox.ec2.capacity import Wish
from clusterwright.sandbox.faults.rules import Rule, rule


def strikes(one: Rule, times: int, now: float = 0.0) -> list[bool]:
    return [one.strikes(now) for _ in range(times)]


def test_the_same_seed_gives_the_same_history() -> None:
    wanted = {"kind": "error", "rate": 0.3}
    first, again, other = (rule(1, wanted, 0, seed) for seed in (5, 5, 6))
    history = strikes(first, 100)
    assert history == strikes(again, 100)
    assert history != strikes(other, 100)
    assert 15 < sum(history) < 45


def test_so_many_times_and_no_more() -> None:
    one = rule(1, {"kind": "error", "times": 2}, 0, 0)
    assert strikes(one, 4) == [True, True, False, False]
    assert (one.acted, one.is_live(0)) == (2, False)


def test_for_a_while_and_no_longer() -> None:
    one = rule(1, {"kind": "error", "for": 60}, 100, 0)
    assert one.strikes(159)
    assert not one.strikes(160)


@pytest.mark.parametrize(
    ("pattern", "kind", "hit"),
    [("m5.*", "m5.large", True), ("m5.*", "m5a.large", False), ("*.large", "c6i.large", True)],
)
def test_capacity_is_short_for_what_the_patterns_say(pattern: str, kind: str, hit: bool) -> None:
    one = rule(1, {"kind": "capacity", "instanceType": pattern, "market": "spot"}, 0, 0)
    assert one.touches(Wish("1", "us-east-1", "us-east-1a", kind, spot=True)) is hit
    assert not one.touches(Wish("1", "us-east-1", "us-east-1a", kind, spot=False))
