"""One budget per account, region and API action, for all that this process does.

AWS meters each action with a token bucket (docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html).
We take half of it, so that the account's other tools live too, and less for a while when AWS says it was
still too much: halved on each throttling, back by a steady amount each second.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from clusterwright.errors import Throttled


@dataclass(frozen=True)
class Rate:
    """As AWS publishes it: how many at once, and how many more each second."""

    burst: float
    per_second: float


READS = r":(Describe|Get|List)"

PUBLISHED: tuple[tuple[str, Rate], ...] = (
    (r"ec2:(Create|Delete)NatGateway", Rate(10, 1)),
    (r"ec2:(Create|Modify|Delete)VpcEndpoints?", Rate(4, 0.3)),
    (r"ec2:(Create|Delete)Tags", Rate(100, 10)),
    (r"ec2:Create(LaunchTemplateVersion|NetworkInterface)", Rate(100, 5)),
    (rf"ec2{READS}", Rate(100, 20)),
    (r"ec2:", Rate(50, 5)),
    (r"logs:", Rate(10, 10)),
    # Not published for EKS, IAM and STS: guesses on the careful side of what people report.
    (rf"(eks|iam){READS}", Rate(100, 40)),
    (r"sts:", Rate(100, 40)),
    (r"", Rate(50, 10)),
)
"""The first that matches counts."""

SLOWEST = 1 / 32
"""The part of the usual rate that throttling can leave us."""

RECOVERY = 60.0
"""Seconds from standstill to the full rate."""


def published(action: str) -> Rate:
    return next(rate for pattern, rate in PUBLISHED if re.match(pattern, action))


@dataclass
class Bucket:
    """Tokens for one action. May go into debt: whoever takes the last waits for as long as the debt lasts."""

    rate: Rate
    tokens: float
    at: float
    share: float = 1.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def refill(self, now: float) -> None:
        passed = max(0.0, now - self.at)
        self.tokens = min(self.rate.burst, self.tokens + passed * self.rate.per_second * self.share)
        self.share = min(1.0, self.share + passed / RECOVERY)
        self.at = now

    def take(self, now: float, patience: float) -> float | None:
        """Seconds to wait before the call; None, and nothing taken, when that is too long."""
        with self.lock:
            self.refill(now)
            wait = max(0.0, (1 - self.tokens) / (self.rate.per_second * self.share))
            if wait > patience:
                return None
            self.tokens -= 1
            return wait

    def slow(self, now: float) -> None:
        """AWS throttled us: it has no tokens, so nor do we, and our rate was too high."""
        with self.lock:
            self.refill(now)
            self.tokens = min(self.tokens, 0.0)
            self.share = max(SLOWEST, self.share / 2)


class Limits:
    """Every bucket of this process. `speed`: how much faster than ours AWS's clock runs, 1 for AWS itself."""

    def __init__(
        self,
        now: Callable[[], float],
        sleep: Callable[[float], None],
        *,
        speed: float = 1.0,
        part: float = 0.5,
        patience: float = 2.0,
    ) -> None:
        self.now = now
        self.sleep = sleep
        self.speed = speed
        self.part = part
        self.patience = patience
        self.buckets: dict[tuple[Hashable, str], Bucket] = {}
        self.lock = threading.Lock()

    def take(self, place: Hashable, action: str) -> None:
        """Wait for a turn. `place` is the account and region. Throttled when it would take too long."""
        wait = self.bucket(place, action).take(self.now(), self.patience)
        if wait is None:
            raise Throttled(
                f"{action} is wanted more often than AWS allows in this account and region.",
                action=action,
                remedy="Nothing to do: the call is made again later.",
            )
        if wait:
            self.sleep(wait)

    def slow(self, place: Hashable, action: str) -> None:
        self.bucket(place, action).slow(self.now())

    def bucket(self, place: Hashable, action: str) -> Bucket:
        with self.lock:
            key = (place, action)
            if key not in self.buckets:
                rate = self.ours(action)
                self.buckets[key] = Bucket(rate, tokens=rate.burst, at=self.now())
            return self.buckets[key]

    def ours(self, action: str) -> Rate:
        rate = published(action)
        return Rate(max(1.0, rate.burst * self.part), rate.per_second * self.part * self.speed)
