"""One fault: what it does, to which calls or instances, how often and for how long."""

import fnmatch
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.ec2.capacity import Wish

KINDS = ("error", "latency", "lost", "capacity", "interruption", "expired", "down")
_PATTERNS = ("action", "account", "region", "instanceType", "zone", "market", "cluster", "nodegroup")
_NUMBERS = ("rate", "times", "for", "status", "milliseconds")
_MEMBERS = {"kind", "code", "message", "silent", *_PATTERNS, *_NUMBERS}
_STATUS = {"InternalError": 500, "InternalFailure": 500, "ServerException": 500, "ServiceUnavailable": 503}


@dataclass(eq=False, slots=True)
class Rule:
    """`wanted` is the fault as it was asked for; patterns in it are those of a shell (`ec2:Describe*`)."""

    id: str
    wanted: dict[str, Any]
    until: float | None
    left: int | None
    chance: random.Random = field(repr=False)
    keys: frozenset[str] = frozenset()
    acted: int = 0

    @property
    def kind(self) -> str:
        return str(self.wanted["kind"])

    def is_live(self, now: float) -> bool:
        return self.left != 0 and (self.until is None or now < self.until)

    def meets(self, call: Call) -> bool:
        about = self.is_about(action=call.name, account=call.account, region=call.region)
        return about and (self.kind != "expired" or call.access_key in self.keys)

    def touches(self, wish: Wish) -> bool:
        return self.is_about(
            account=wish.account,
            region=wish.region,
            zone=wish.zone,
            instanceType=wish.instance_type,
            market="spot" if wish.spot else "on-demand",
        )

    def is_about(self, **given: str) -> bool:
        wanted = ((self.wanted.get(member), value) for member, value in given.items())
        return all(pattern is None or fnmatch.fnmatchcase(value, str(pattern)) for pattern, value in wanted)

    def strikes(self, now: float) -> bool:
        """Whether it acts this time; if so, it is counted."""
        if not self.is_live(now) or self.chance.random() >= float(self.wanted.get("rate", 1.0)):
            return False
        self.acted += 1
        if self.left is not None:
            self.left -= 1
        return True

    def refusal(self) -> tuple[str, str, int]:
        code = str(self.wanted.get("code") or "InternalFailure")
        message = str(self.wanted.get("message") or f"The sandbox was asked for this ({self.id}).")
        return code, message, int(self.wanted.get("status") or _STATUS.get(code, 400))

    def shown(self, now: float) -> dict[str, Any]:
        return {
            "id": self.id,
            **self.wanted,
            "acted": self.acted,
            "left": self.left,
            "seconds": None if self.until is None else max(0.0, self.until - now),
            "live": self.is_live(now),
        }


def rule(number: int, wanted: Mapping[str, Any], now: float, seed: int) -> Rule:
    """ValueError says what is wrong with the request."""
    given = {key: value for key, value in wanted.items() if value is not None}
    unknown = sorted(set(given) - _MEMBERS)
    if unknown:
        raise ValueError(f"a fault has no {', '.join(unknown)}; it has {', '.join(sorted(_MEMBERS))}")
    if given.get("kind") not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}")
    for name in _NUMBERS:
        if float(given.get(name, 1)) < 0:
            raise ValueError(f"{name} cannot be negative")
    lasts, times = given.get("for"), given.get("times")
    return Rule(
        id=f"f{number}",
        wanted=given,
        until=None if lasts is None else now + float(lasts),
        left=None if times is None else int(times),
        chance=random.Random(f"{seed}:fault:{number}"),
    )
