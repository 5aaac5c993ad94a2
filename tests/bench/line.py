"""What a measurement says: one line per number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """`goal` is the most that is well; None where the number is only for the record."""

    what: str
    measured: float
    unit: str = ""
    goal: float | None = None
    note: str = ""

    def __str__(self) -> str:
        goal = "" if self.goal is None else f"<= {shown(self.goal)}"
        note = f"  {self.note}" if self.note else ""
        return f"{self.what:<44} {shown(self.measured):>8} {self.unit:<6} {goal:<9} {self.verdict:<4}{note}"

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "pass" if self.measured <= self.goal else "OVER"


def shown(number: float) -> str:
    return f"{number:.0f}" if number == int(number) else f"{number:.3f}" if number < 10 else f"{number:.1f}"


def percentile(numbers: Sequence[float], part: float) -> float:
    """The smallest number that at least `part` of all do not exceed."""
    ordered = sorted(numbers)
    return ordered[max(0, -int(-len(ordered) * part // 1) - 1)]
