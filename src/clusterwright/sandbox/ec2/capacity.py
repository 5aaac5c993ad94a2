"""Whether EC2 has an instance to give, and what becomes of an Auto Scaling group that gets too few.

https://docs.aws.amazon.com/autoscaling/ec2/userguide/CHAP_Troubleshooting.html
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.ec2.exceptions import EC2ClientError

from clusterwright.sandbox.agenda import Agenda

_TRIED_AGAIN = 60.0


@dataclass(frozen=True, slots=True)
class Wish:
    """Instances that somebody wants, all of one kind."""

    account: str
    region: str
    zone: str
    instance_type: str
    spot: bool
    count: int = 1


Gate = Callable[[Wish], tuple[str, str] | None]
"""Code and message of EC2's refusal, or None where the wish is granted."""


class Refused(EC2ClientError):
    """EC2 has no such instance, or not for this account."""


@dataclass(slots=True)
class Gates:
    """Who is asked before an instance starts: quotas and faults put themselves here."""

    agenda: Agenda | None = None
    gates: tuple[Gate, ...] = ()

    def admit(self, wish: Wish) -> None:
        for gate in self.gates:
            refusal = gate(wish)
            if refusal is not None:
                raise Refused(*refusal)


GATES = Gates()


def note_failure(group: Any, spot: bool, refused: Refused) -> None:
    """The group keeps the reason, and asks again in a while."""
    market = "Spot" if spot else "On-Demand"
    group.launch_failure = f"Could not launch {market} Instances. {refused.code} - {refused.message} "
    group.launch_failure += "Launching EC2 instance failed."
    try_again(group)


def try_again(group: Any, seconds: float = _TRIED_AGAIN) -> None:
    if GATES.agenda is not None and not getattr(group, "is_waiting", False):
        group.is_waiting = True
        GATES.agenda.after(seconds, partial(_refill, group))


def _refill(group: Any) -> None:
    """Up to the desired size, should the group still stand."""
    group.is_waiting = False
    if group.autoscaling_backend.autoscaling_groups.get(group.name) is group:
        group.launch_failure = None
        group.set_desired_capacity(group.desired_capacity)
