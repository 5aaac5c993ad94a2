"""Whether the quotas leave room for a cluster: allowed, in use, needed, left. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clusterwright.aws.preflight.check import Check, Level
from clusterwright.aws.preflight.demand import ONE_LATER, Demand, Place
from clusterwright.aws.preflight.quota import Quota
from clusterwright.aws.preflight.reading import Answer, Unanswered, unknown

AREA = "quotas"


@dataclass(frozen=True)
class Limit:
    """`assumed`: the published default stands in for what the account has."""

    value: int
    assumed: bool = False


@dataclass(frozen=True)
class Room:
    """A quota beside what there is of it. `claimed` is what other clusters of the same text will take."""

    limit: Limit
    used: int
    claimed: int
    demand: Demand

    @property
    def left(self) -> int:
        return self.limit.value - self.used - self.claimed - self.demand.needed

    @property
    def left_at_most(self) -> int:
        return self.limit.value - self.used - self.claimed - self.demand.at_most


def limit_of(quota: Quota, applied: Answer[Mapping[str, int]]) -> Limit:
    """Service Quotas lists no value for some that the account never changed."""
    if isinstance(applied, Unanswered) or quota.code not in applied:
        return Limit(quota.default, assumed=True)
    return Limit(applied[quota.code])


def check(place: Place, limit: Limit, used: Answer[int], claimed: int, demand: Demand) -> Check:
    quota, within = place
    subject = f"{quota.name} in {within}" if within else quota.name
    if isinstance(used, Unanswered):
        wanted = f"{limit.value} allowed, {demand.needed} needed, and what is in use is not known"
        return unknown(AREA, subject, wanted, used)
    room = Room(limit, used, claimed, demand)
    level = judge(room)
    return Check(AREA, subject, level, sentence(room), "" if level is Level.OK else remedy(quota, room))


def judge(room: Room) -> Level:
    """What is needed and not there is an error, unless nobody knows whether the account has more."""
    demand = room.demand
    if demand.needed and room.left < 0:
        return Level.WARNING if room.limit.assumed else Level.ERROR
    if demand.at_most > demand.needed and room.left_at_most < 0:
        return Level.WARNING
    return Level.OK


def sentence(room: Room) -> str:
    parts = (
        f"{room.limit.value} allowed{' by default' if room.limit.assumed else ''}",
        f"{room.used} in use",
        f"{room.claimed} for other clusters of this text" if room.claimed else "",
        f"{room.demand.needed} needed{growth(room.demand)}",
        f"{room.left} left" if room.left >= 0 else f"{-room.left} too few",
    )
    return ", ".join(part for part in parts if part)


def growth(demand: Demand) -> str:
    if demand == ONE_LATER:
        return " (1 with the first Service or Ingress)"
    return f" (up to {demand.at_most})" if demand.at_most > demand.needed else ""


def remedy(quota: Quota, room: Room) -> str:
    most = room.limit.value - min(room.left, room.left_at_most)
    least = most if room.left >= 0 else room.limit.value - room.left
    upto = f", {most} for the largest sizes" if most > least else ""
    return (
        f"Ask for at least {least}{upto} in Service Quotas ({quota.service}, {quota.code}), "
        "or remove what nobody needs."
    )


def notes(applied: Mapping[str, Answer[Mapping[str, int]]]) -> Iterator[Check]:
    """Whether the limits are the account's own: one note for all services of which that is not known."""
    unread = {name: answer for name, answer in applied.items() if isinstance(answer, Unanswered)}
    if unread:
        message = f"AWS's published defaults stand in for this account's of {', '.join(sorted(unread))}"
        yield unknown(AREA, "service quotas", message, next(iter(unread.values())))
