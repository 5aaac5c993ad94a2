"""Token buckets on the sandbox's clock, and the answer of AWS to those who find theirs empty."""

import fnmatch
from dataclasses import dataclass
from typing import Any

from clusterwright.sandbox.agenda import Agenda
from clusterwright.sandbox.call import Answer, AwsError, Call, Handler
from clusterwright.sandbox.limits import published
from clusterwright.sandbox.limits.published import Rate

_MOST = 20_000  # buckets; a full one says nothing that a new one would not

Key = tuple[str, str, str]


@dataclass(slots=True)
class Bucket:
    rate: Rate
    tokens: float
    at: float

    def take(self, now: float, many: int = 1) -> bool:
        passed = max(0.0, now - self.at)
        self.tokens = min(self.rate.burst, self.tokens + passed * self.rate.per_second)
        self.at = now
        if self.tokens < many:
            return False
        self.tokens -= many
        return True


class Limits:
    """On a clock that stands still no bucket fills again, so there nothing is throttled unless asked for."""

    def __init__(self, agenda: Agenda, on: bool) -> None:
        self.on = on
        self._agenda = agenda
        self._buckets: dict[Key, Bucket] = {}
        self._changed: dict[str, Rate] = {}

    def layer(self, call: Call, inner: Handler) -> Answer:
        if self.on and not self._admits(call):
            raise refusal(call)
        return inner(call)

    def change(self, pattern: str, burst: float, per_second: float) -> None:
        """Another rate for the actions that match; the latest change counts."""
        self._changed.pop(pattern, None)
        self._changed[pattern] = Rate(burst, per_second)
        self._buckets.clear()

    def reset(self) -> None:
        """Back to the published rates, and every bucket full."""
        self._changed.clear()
        self._buckets.clear()

    def shown(self) -> dict[str, Any]:
        changed = {name: [rate.burst, rate.per_second] for name, rate in self._changed.items()}
        return {"on": self.on, "changed": changed, "buckets": len(self._buckets)}

    def _admits(self, call: Call) -> bool:
        now, place = self._agenda.now, (call.account, call.region)
        name, rate = published.calls(call.name, call.params)
        if not self._bucket((*place, name), self._rate(call.name, rate)).take(now):
            return False
        counted = published.instances(call.name, call.params)
        if counted is None:
            return True
        key = (*place, f"{call.name} (instances)")
        return self._bucket(key, counted[0]).take(now, counted[1])

    def _rate(self, name: str, usual: Rate) -> Rate:
        latest = reversed(self._changed.items())
        return next((rate for pattern, rate in latest if fnmatch.fnmatchcase(name, pattern)), usual)

    def _bucket(self, key: Key, rate: Rate) -> Bucket:
        found = self._buckets.get(key)
        if found is None:
            if len(self._buckets) >= _MOST:
                self._buckets.clear()
            found = self._buckets[key] = Bucket(rate, rate.burst, self._agenda.now)
        return found


_THROTTLING = {"logs", "kms", "ssm", "secretsmanager", "tagging", "pricing"}


def refusal(call: Call) -> AwsError:
    """Each service has its own word for it.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (RequestLimitExceeded)
    https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html (ThrottlingException)
    https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html (Throttling)
    """
    if call.service == "ec2":
        return AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
    if call.service == "eks":
        return AwsError("ThrottlingException", "Rate exceeded", 429)
    if call.service == "servicequotas":
        return AwsError("TooManyRequestsException", "Rate exceeded", 400)
    code = "ThrottlingException" if call.service in _THROTTLING else "Throttling"
    return AwsError(code, "Rate exceeded", 400)
