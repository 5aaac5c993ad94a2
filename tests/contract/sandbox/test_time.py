"""The sandbox's time: scaled, in order, and the same for the same seed."""

import statistics

import pytest

from clusterwright.sandbox.agenda import Agenda
from clusterwright.sandbox.clock import Clock, iso
from clusterwright.sandbox.durations import SPREADS, Draws


class Watch:
    """A real clock that a test holds in its hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def test_the_clock_runs_as_fast_as_asked() -> None:
    watch = Watch()
    clock = Clock(60.0, watch)
    start = clock.now()
    watch.seconds += 2
    assert clock.now() - start == pytest.approx(120)
    clock.advance(30)
    assert clock.now() - start == pytest.approx(150)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)


def test_a_frozen_clock_moves_by_hand_only() -> None:
    watch = Watch()
    clock = Clock(0.0, watch)
    start = clock.now()
    watch.seconds += 1000
    assert clock.now() == start
    clock.advance(5)
    assert clock.now() - start == 5


def test_times_are_written_as_aws_writes_them() -> None:
    assert iso(0.5) == "1970-01-01T00:00:00.500Z"


def test_events_happen_in_order_and_at_their_time() -> None:
    clock = Clock(0.0)
    agenda = Agenda(clock)
    start = agenda.now
    seen: list[tuple[str, float]] = []

    def note(name: str) -> None:
        seen.append((name, agenda.now - start))

    def begin() -> None:
        note("begin")
        agenda.after(5, lambda: note("follows"))

    agenda.after(20, lambda: note("late"))
    agenda.after(10, begin)
    agenda.after(100, lambda: note("never"))
    clock.advance(50)
    agenda.settle()
    assert seen == [("begin", 10), ("follows", 15), ("late", 20)]
    assert agenda.now - start == 50
    assert len(agenda) == 1


def test_draws_depend_on_seed_kind_and_name_alone() -> None:
    one, two = Draws(1), Draws(1)
    names = [f"cluster-{n}" for n in range(20)]
    forwards = {name: one.seconds("cluster-create", name) for name in names}
    backwards = {name: two.seconds("cluster-create", name) for name in reversed(names)}
    assert forwards == backwards
    assert forwards != {name: Draws(2).seconds("cluster-create", name) for name in names}


@pytest.mark.parametrize("kind", sorted(SPREADS))
def test_draws_have_the_measured_median_and_tail(kind: str) -> None:
    drawn = [Draws(0).seconds(kind, str(n)) for n in range(1000)]
    spread = SPREADS[kind]
    assert statistics.median(drawn) == pytest.approx(spread.p50, rel=0.1)
    assert statistics.quantiles(drawn, n=10)[-1] == pytest.approx(spread.p90, rel=0.1)
