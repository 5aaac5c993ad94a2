"""Whether an account has room for a cluster in its region, and AWS what the cluster wants there.

Everything is read side by side. What may not be read is a note, and the rest is checked all the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import partial

from clusterwright.aws.kinds.fargate_profile import FargateProfile
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.kinds.vpc import Vpc
from clusterwright.aws.preflight import networks, offers, quota, quotas, use
from clusterwright.aws.preflight.check import Check
from clusterwright.aws.preflight.demand import Ask, Place, demands, together
from clusterwright.aws.preflight.quota import Quota
from clusterwright.aws.preflight.reading import Answer, Reader, Unanswered, answered, unknown
from clusterwright.graph.resource import Resource

ACTIONS = use.ACTIONS | offers.ACTIONS
"""What is called; what kinds do not call too is the feature capacity-check."""

SERVICES = ("vpc", "ec2", "eks", "elasticloadbalancing")

OWN: Mapping[Quota, type[Resource]] = {quota.SUBNETS: Subnet, quota.FARGATE_PROFILES: FargateProfile}
"""Quotas of which a cluster uses what was made for it."""


def capacity_checks(reader: Reader, ask: Ask, ahead: tuple[Ask, ...], pool: Executor) -> tuple[Check, ...]:
    """`ahead`: clusters in the same account and region that are to be made as well."""
    jobs = (version_checks, type_checks, key_checks, address_checks)
    others = [pool.submit(job, reader, ask) for job in jobs]
    found = tuple(quota_checks(reader, ask, ahead, pool))
    return found + tuple(check for other in others for check in other.result())


def version_checks(reader: Reader, ask: Ask) -> tuple[Check, ...]:
    return tuple(offers.version_checks(ask, answered(partial(offers.versions, reader))))


def type_checks(reader: Reader, ask: Ask) -> tuple[Check, ...]:
    types = offers.wanted_types(ask)
    read = partial(offers.types_by_zone, reader, types)
    return tuple(offers.type_checks(ask, answered(read))) if types else ()


def key_checks(reader: Reader, ask: Ask) -> tuple[Check, ...]:
    names = offers.wanted_keys(ask)
    return tuple(offers.key_checks(ask, answered(partial(offers.key_pairs, reader, names)))) if names else ()


def address_checks(reader: Reader, ask: Ask) -> tuple[Check, ...]:
    if not ask.missing(Vpc):
        return ()
    return tuple(networks.overlap_checks(ask, answered(partial(use.vpcs, reader))))


@dataclass(frozen=True)
class Usage:
    """What is in use: as counted by quota, as vCPUs, and as made for this cluster."""

    counts: Mapping[Quota, Answer[Mapping[str, int]]]
    cores: use.Cores
    ask: Ask

    def of(self, place: Place) -> Answer[int]:
        counted, within = place
        if counted in self.counts:
            found = self.counts[counted]
            return found if isinstance(found, Unanswered) else found.get(within, 0)
        if counted is quota.NODES:
            return 0
        if counted in OWN:
            return sum(isinstance(one, OWN[counted]) for one in self.ask.made.values())
        used = self.cores.used
        return used if isinstance(used, Unanswered) else used.get(counted, 0)


def quota_checks(reader: Reader, ask: Ask, ahead: tuple[Ask, ...], pool: Executor) -> Iterator[Check]:
    reading = {name: pool.submit(answered, partial(use.applied_quotas, reader, name)) for name in SERVICES}
    counting: dict[Quota, Future[Answer[Mapping[str, int]]]] = {
        counted: pool.submit(answered, partial(use.COUNTS[counted], reader, ask))
        for counted, _ in demands(ask, {})
        if counted in use.COUNTS
    }
    cores = use.cores(reader, frozenset().union(*map(offers.wanted_types, (ask, *ahead))))
    usage = Usage({counted: future.result() for counted, future in counting.items()}, cores, ask)
    applied: dict[str, Answer[Mapping[str, int]]] = {name: one.result() for name, one in reading.items()}
    yield from quotas.notes(applied)
    yield from judged(applied, usage, ahead)


def judged(
    applied: Mapping[str, Answer[Mapping[str, int]]], usage: Usage, ahead: tuple[Ask, ...]
) -> Iterator[Check]:
    each = usage.cores.each
    if isinstance(each, Unanswered):
        yield unknown(quotas.AREA, "vCPUs", "how many the instance types have is not known", each)
    known: Mapping[str, int] = {} if isinstance(each, Unanswered) else each
    claimed = together(ahead, known)
    for place, demand in demands(usage.ask, known).items():
        limit = quotas.limit_of(place[0], applied[place[0].service])
        before = claimed[place].needed if place in claimed else 0
        yield quotas.check(place, limit, usage.of(place), before, demand)
