"""When to look again. Pure; seconds are AWS seconds.

Rarely while AWS cannot be done yet, often once it may be: with the measured latencies this costs about five
seconds on each wait and fewer calls than a steady half-minute (peers.md, section 3).
"""

from __future__ import annotations

from clusterwright.aws.driver import INSTANT, Latency

STEADY = 600.0
"""Between looks at a cluster at rest; more rarely drift would stay, more often the API budget would go."""
CALM = 30.0
KEEN = 5.0
SOON = 1.0


def interval(latency: Latency, elapsed: float) -> float:
    """Seconds until something that began `elapsed` seconds ago is worth another look."""
    if latency is INSTANT:
        return min(2.0 + elapsed / 10, CALM)
    if elapsed < latency.earliest:
        return max(SOON, min(CALM, latency.earliest - elapsed))
    return KEEN if elapsed < latency.late else 2 * KEEN
