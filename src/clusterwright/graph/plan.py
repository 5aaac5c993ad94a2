"""The plan: what is wanted against what was found, as ordered steps. Decides everything, touches nothing.

The same inputs give the same steps in the same order. Replacing an object is two steps: its delete, which
waits for the deletes of all that use it, and its create, which waits for that delete.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from heapq import heappop, heappush
from itertools import pairwise

from clusterwright.errors import Error
from clusterwright.graph.diff import Change, Moved, diff
from clusterwright.graph.resource import AnyRef, Found, Resource, State


class Verb(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    WAIT = "wait"
    DELETE = "delete"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing to do. `after` names the steps to be done first, `follows` those to be begun first.

    A wait is done only in a later plan: what follows from the object being ready, or gone, is decided there.
    """

    verb: Verb
    resource: Resource
    reason: str
    changes: tuple[Change, ...] = ()
    after: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    replaces: bool = False
    approval: bool = False
    leaves: bool = False
    """A wait for something that is going away."""

    @property
    def ref(self) -> AnyRef:
        return self.resource.ref

    @property
    def key(self) -> str:
        return f"{self.verb} {self.ref}"

    @property
    def changed(self) -> frozenset[str]:
        return frozenset(change.field for change in self.changes)


@dataclass(frozen=True)
class Plan:
    """Steps in an order in which each comes after all that it waits for."""

    steps: tuple[Step, ...] = ()

    @property
    def empty(self) -> bool:
        return not self.steps

    def unapproved(self) -> tuple[Step, ...]:
        return tuple(step for step in self.steps if step.approval)


class BrokenGraph(Error):
    """The resources do not form a graph that can be built."""

    code = "broken-graph"


def plan(
    desired: Iterable[Resource],
    found: Mapping[AnyRef, Found],
    applied: Mapping[AnyRef, Resource] | None = None,
) -> Plan:
    """Decide what to do. `applied` is what we last asked for, per resource; found objects must be ours."""
    wanted = index(desired)
    order = arrange(wanted)
    decided = decide_wanted(order, wanted, found, applied or {})
    steps = {step.key: step for ref in order for step in decided.get(ref, ())}
    unwanted = sorted((ref for ref in found if ref not in wanted), key=str)
    steps |= {step.key: step for step in (leave(found[ref]) for ref in unwanted)}
    steps = without_inner_deletes(steps)
    return Plan(sort(spread_approval(one_at_a_time(link(steps, found)))))


def spread_approval(steps: Mapping[str, Step]) -> dict[str, Step]:
    """What is only deleted so that something else can be replaced needs the same approval."""
    needed: set[str] = set()
    left = [key for key, step in steps.items() if step.approval]
    while left:
        key = left.pop()
        if key not in needed:
            needed.add(key)
            left += steps[key].after
    return {
        key: replace(step, approval=step.approval or (key in needed and step.replaces and leaves(step)))
        for key, step in steps.items()
    }


def index(desired: Iterable[Resource]) -> dict[AnyRef, Resource]:
    wanted: dict[AnyRef, Resource] = {}
    for resource in sorted(desired, key=lambda r: str(r.ref)):
        if resource.ref in wanted:
            raise BrokenGraph(f"{resource.ref} is wanted twice.")
        wanted[resource.ref] = resource
    return wanted


def arrange(wanted: Mapping[AnyRef, Resource]) -> list[AnyRef]:
    """Dependency order; names break ties, so it does not depend on the input's order."""
    for resource in wanted.values():
        for target in resource.uses():
            if target not in wanted:
                raise BrokenGraph(f"{resource.ref} refers to {target}, which is not wanted.")
    return topological({ref: resource.uses() for ref, resource in wanted.items()})


def topological(uses: Mapping[AnyRef, frozenset[AnyRef]]) -> list[AnyRef]:
    try:
        return list(
            TopologicalSorter({k: sorted(uses[k], key=str) for k in sorted(uses, key=str)}).static_order()
        )
    except CycleError as error:
        circle = " -> ".join(str(ref) for ref in error.args[1])
        raise BrokenGraph(f"These resources wait for each other: {circle}.") from error


def decide_wanted(
    order: list[AnyRef],
    wanted: Mapping[AnyRef, Resource],
    found: Mapping[AnyRef, Found],
    applied: Mapping[AnyRef, Resource],
) -> dict[AnyRef, tuple[Step, ...]]:
    decided: dict[AnyRef, tuple[Step, ...]] = {}
    moved = Moved()
    for ref in order:
        steps = decide(wanted[ref], found.get(ref), applied.get(ref), moved)
        if steps:
            decided[ref] = steps
        moved = notice(moved, steps)
    return decided


def notice(moved: Moved, steps: tuple[Step, ...]) -> Moved:
    """Remember whose id or outputs will be other ones once the steps are done."""
    made = frozenset(step.ref for step in steps if step.verb is Verb.CREATE)
    renewed = frozenset(
        step.ref for step in steps if step.verb is Verb.UPDATE and step.changed & step.resource.RENEWS
    )
    return Moved(moved.ids | {ref for ref in made if not ref.kind.NAMED}, moved.outputs | made | renewed)


def decide(want: Resource, have: Found | None, applied: Resource | None, moved: Moved) -> tuple[Step, ...]:
    """The steps for one wanted resource."""
    if have is None:
        return (Step(verb=Verb.CREATE, resource=want, reason="does not exist"),)
    if have.state is State.DELETING:
        leaving = Step(verb=Verb.WAIT, resource=have.actual, reason="is being deleted", leaves=True)
        return (leaving, Step(verb=Verb.CREATE, resource=want, reason="is needed again", replaces=True))
    if have.state is State.FAILED:
        return replacement(want, have, f"failed: {have.message}", (), approval=False)
    if have.state is State.WAIVED:
        return ()
    if have.state in (State.PENDING, State.UNREADABLE):
        return (Step(verb=Verb.WAIT, resource=want, reason=have.message or "AWS is at work on it"),)
    changes = diff(want, have, applied, moved)
    if not changes:
        return ()
    fixed = [change for change in changes if change.field in want.FIXED]
    if fixed:
        reason = f"{', '.join(c.field for c in fixed)} cannot be changed in place"
        return replacement(want, have, reason, changes, approval=want.DISRUPTIVE)
    names = ", ".join(change.field for change in changes)
    return (Step(verb=Verb.UPDATE, resource=want, reason=f"{names} changed", changes=changes),)


def replacement(
    want: Resource, have: Found, reason: str, changes: tuple[Change, ...], *, approval: bool
) -> tuple[Step, ...]:
    out = Step(
        verb=Verb.DELETE,
        resource=have.actual,
        reason=reason,
        changes=changes,
        replaces=True,
        approval=approval,
    )
    return (out, Step(verb=Verb.CREATE, resource=want, reason=reason, replaces=True))


def without_inner_deletes(steps: Mapping[str, Step]) -> dict[str, Step]:
    """Drop the deletes of what disappears together with something else that leaves."""
    leaving = {step.ref for step in steps.values() if leaves(step)}

    def inner(step: Step) -> bool:
        container = step.resource.pointed(step.resource.INSIDE)
        again = steps.get(f"{Verb.CREATE} {step.ref}", step).resource
        return leaves(step) and container in leaving and again.pointed(again.INSIDE) == container

    return {key: step for key, step in steps.items() if not inner(step)}


def leave(have: Found) -> Step:
    if have.state is State.DELETING:
        return Step(verb=Verb.WAIT, resource=have.actual, reason="is being deleted", leaves=True)
    if have.state is State.UNREADABLE:
        return Step(verb=Verb.WAIT, resource=have.actual, reason=have.message, leaves=True)
    return Step(verb=Verb.DELETE, resource=have.actual, reason="is no longer wanted")


def link(steps: Mapping[str, Step], found: Mapping[AnyRef, Found]) -> dict[str, Step]:
    """Fill in what each step waits for.

    A wait needs nothing: what it looks at is there. A delete waits until the users of the object let go of
    it, as far as they can: an update that needs a new object in the place of the old one comes after it.
    """
    arriving = {step.ref: key for key, step in steps.items() if not leaves(step)}
    leaving = {step.ref: key for key, step in steps.items() if leaves(step)}
    after: dict[str, set[str]] = {key: set() for key in steps}
    follows: dict[str, set[str]] = {key: set() for key in steps}
    for key, step in steps.items():
        if step.verb in (Verb.CREATE, Verb.UPDATE):
            after[key] = {arriving[ref] for ref in step.resource.needs() if ref in arriving}
            after[key] |= {leaving[step.ref]} if step.ref in leaving else set()
            follows[key] = {arriving[ref] for ref in step.resource.follows if ref in arriving} - after[key]
    for key, release in releases(steps, found, arriving | leaving):
        if not reaches(release, key, after, follows):
            after[key].add(release)
    return {
        key: replace(step, after=tuple(sorted(after[key])), follows=tuple(sorted(follows[key])))
        for key, step in steps.items()
    }


def releases(
    steps: Mapping[str, Step], found: Mapping[AnyRef, Found], last: Mapping[AnyRef, str]
) -> list[tuple[str, str]]:
    """Pairs of a delete and the step by which a user of its object lets go, the more urgent pairs first."""
    users = used_by(found)
    pairs = [
        (key, last[user])
        for key, step in steps.items()
        if step.verb is Verb.DELETE
        for user in users[step.ref] - {step.ref}
        if user in last and lets_go(steps[last[user]], step.ref)
    ]
    return sorted(pairs, key=lambda pair: (steps[pair[1]].verb is Verb.UPDATE, pair))


def lets_go(step: Step, target: AnyRef) -> bool:
    """Whether the target must outlast the step: not what goes with it anyway, and is then made anew."""
    if step.verb is Verb.WAIT and not step.leaves:
        return step.resource.pointed(step.resource.INSIDE) != target
    return step.verb is not Verb.CREATE


def reaches(start: str, goal: str, after: Mapping[str, set[str]], follows: Mapping[str, set[str]]) -> bool:
    """Whether one step waits, directly or through others, for another."""
    seen: set[str] = set()
    left = [start]
    while left:
        key = left.pop()
        if key not in seen:
            seen.add(key)
            left += after[key] | follows[key]
    return goal in seen


def leaves(step: Step) -> bool:
    return step.verb is Verb.DELETE or step.leaves


def used_by(found: Mapping[AnyRef, Found]) -> defaultdict[AnyRef, set[AnyRef]]:
    users: defaultdict[AnyRef, set[AnyRef]] = defaultdict(set)
    for ref, have in found.items():
        for target in have.actual.uses():
            users[target].add(ref)
    return users


def one_at_a_time(steps: Mapping[str, Step]) -> dict[str, Step]:
    """Chain the steps of a lane, in an order that their other waits allow."""
    lanes: dict[tuple[str, AnyRef], list[str]] = {}
    for step in in_turn(steps):
        lane = step.resource.pointed(step.resource.LANE)
        if lane:
            lanes.setdefault((step.resource.KIND, lane), []).append(step.key)
    chained = dict(steps)
    for keys in lanes.values():
        for before, key in pairwise(keys):
            step = chained[key]
            after = tuple(sorted({*step.after, before}))
            follows = tuple(other for other in step.follows if other != before)
            chained[key] = replace(step, after=after, follows=follows)
    return chained


def in_turn(steps: Mapping[str, Step]) -> Iterator[Step]:
    """Of what could be next, always what is under way first, then deletes, then the rest, each by name."""
    rank = {Verb.WAIT: 0, Verb.DELETE: 1, Verb.UPDATE: 2, Verb.CREATE: 3}
    sorter = TopologicalSorter(edges(steps))
    sorter.prepare()
    ready: list[tuple[int, str]] = []
    while sorter.is_active():
        for key in sorter.get_ready():
            heappush(ready, (rank[steps[key].verb], key))
        _, key = heappop(ready)
        yield steps[key]
        sorter.done(key)


def sort(steps: Mapping[str, Step]) -> tuple[Step, ...]:
    return tuple(steps[key] for key in TopologicalSorter(edges(steps)).static_order())


def edges(steps: Mapping[str, Step]) -> dict[str, list[str]]:
    """What each step comes after. Free of circles: desired resources have none, and `link` adds none."""
    return {key: sorted({*step.after, *step.follows}) for key, step in steps.items()}
