"""When to try again, and when to look again."""

from __future__ import annotations

import pytest

from clusterwright import errors
from clusterwright.aws.driver import INSTANT, Latency
from clusterwright.engine.clock import later, passed
from clusterwright.engine.polling import interval
from clusterwright.engine.retry import delay, outcome_unknown
from tests.unit.engine.small import NOW, ManualClock

SLOW = Latency(earliest=480, usual=600, late=900)


@pytest.mark.parametrize(
    ("error", "first", "second", "longest"),
    [
        (errors.NotYet(), 3, 3.9, 60),
        (errors.InUse(), 8, 10.4, 30),
        (errors.Throttled(), 5, 10, 60),
        (errors.Unreachable(), 5, 10, 120),
        (errors.QuotaExceeded(), 60, 120, 900),
        (errors.Denied(), 30, 60, 600),
        (errors.Rejected(), 30, 60, 600),
        (errors.Error(), 30, 60, 600),
    ],
)
def test_each_error_has_its_own_patience(
    error: errors.Error, first: float, second: float, longest: float
) -> None:
    assert delay(error, 1) == first
    assert delay(error, 2) == pytest.approx(second)
    assert delay(error, 1000) == longest


@pytest.mark.parametrize("error", [errors.NotYet(), errors.InUse(), errors.Throttled(), errors.Error()])
def test_patience_never_shrinks(error: errors.Error) -> None:
    delays = [delay(error, failures) for failures in range(1, 50)]
    assert delays == sorted(delays)


def test_only_a_call_without_an_answer_may_have_worked() -> None:
    assert outcome_unknown(errors.Unreachable())
    assert not outcome_unknown(errors.Rejected())
    assert not outcome_unknown(errors.Throttled())


@pytest.mark.parametrize(
    ("elapsed", "seconds"),
    [
        (0, 30),  # it cannot be done yet: rarely
        (440, 30),
        (460, 20),  # right when it may be done
        (479.5, 1),  # but never in the same moment
        (480, 5),  # from now on it may be done: often
        (899, 5),
        (900, 10),  # it is late: less often again
        (90_000, 10),
    ],
)
def test_looks_are_rare_before_the_earliest_time_and_frequent_after(elapsed: float, seconds: float) -> None:
    assert interval(SLOW, elapsed) == seconds


@pytest.mark.parametrize(("elapsed", "seconds"), [(0, 2), (10, 3), (280, 30), (9000, 30)])
def test_what_should_be_instant_is_looked_at_soon_and_then_less_and_less(
    elapsed: float, seconds: float
) -> None:
    assert interval(INSTANT, elapsed) == seconds


def test_aws_seconds_are_shorter_on_a_fast_clock() -> None:
    fast = ManualClock(speed=60)
    assert later(fast, 600) == NOW + 10
    assert passed(fast, NOW - 10) == 600
    assert passed(fast, NOW + 10) == 0.0
