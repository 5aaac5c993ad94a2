"""When to try again after an error. Pure; seconds are AWS seconds."""

from __future__ import annotations

from clusterwright import errors

RULES: tuple[tuple[type[errors.Error], float, float, float], ...] = (
    (errors.NotYet, 3, 1.3, 60),
    (errors.InUse, 8, 1.3, 30),
    (errors.Throttled, 5, 2, 60),
    (errors.Unreachable, 5, 2, 120),
    (errors.QuotaExceeded, 60, 2, 900),
    (errors.Error, 30, 2, 600),
)
"""Per error: the first delay, by what each failure multiplies it, and the longest."""


WAIVED = 3600.0
"""AWS seconds until what is done without is tried again."""


def delay(error: errors.Error, failures: int) -> float:
    """Seconds to wait after this many failures in a row (1 for the first)."""
    first, factor, longest = next(rule[1:] for rule in RULES if isinstance(error, rule[0]))
    return min(first * factor ** min(failures - 1, 20), longest)


def outcome_unknown(error: errors.Error) -> bool:
    """Whether the call may have worked although it failed."""
    return isinstance(error, errors.Unreachable)
