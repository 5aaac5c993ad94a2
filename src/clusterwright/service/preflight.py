"""What can be known of clusters before anything of them is made: will it work, and if not, what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from clusterwright.aws.preflight import subnets
from clusterwright.aws.preflight.capacity import ACTIONS, capacity_checks
from clusterwright.aws.preflight.check import Check, Level, worst_first
from clusterwright.aws.preflight.demand import Ask
from clusterwright.aws.preflight.names import name_checks
from clusterwright.aws.preflight.permissions import checks
from clusterwright.aws.preflight.reading import Reader
from clusterwright.aws.scope import Scope
from clusterwright.engine.clearance import role_of, what_is_needed
from clusterwright.engine.reconcile import TINY, Reconciler
from clusterwright.engine.records import last_applied
from clusterwright.errors import Finding, Invalid
from clusterwright.graph.resource import AnyRef, Resource
from clusterwright.service import documents, planning
from clusterwright.service.clusters import ClusterChange
from clusterwright.service.core import Core
from clusterwright.service.views import CheckView, PreflightView
from clusterwright.service.world import World, survey
from clusterwright.store.rows import AccountRow, ClusterRow, ResourceRow, Stage


@dataclass(frozen=True)
class Subject:
    """A cluster, and what it is checked with. `ahead` are those before it in the text, in the same place."""

    row: ClusterRow
    account: AccountRow
    aws: Scope
    ask: Ask
    ahead: tuple[Ask, ...] = ()


def reader_of(core: Core, subject: Subject, actions: frozenset[str]) -> Reader:
    """One that takes no answer from before now."""
    inventory = core.tools.inventory
    return Reader(subject.aws.calls, inventory, inventory.now() - TINY, actions)


Source = Callable[[Core, Subject], Iterable[Check]]


def names(core: Core, subject: Subject) -> Iterable[Check]:
    return name_checks(subject.aws, subject.ask, core.tools.driver_for, core.tools.pool)


def permissions(core: Core, subject: Subject) -> Iterable[Check]:
    """As the engine asks before it makes anything."""
    calls, document = subject.aws.calls, subject.account.document
    wanted = what_is_needed(core.tools.driver_for, subject.ask.wanted, calls, subject.row.name)
    return checks(core.tools.examine(calls, role_of(document), wanted, core.tools.pool))


def capacity(core: Core, subject: Subject) -> Iterable[Check]:
    reader = reader_of(core, subject, ACTIONS)
    return capacity_checks(reader, subject.ask, subject.ahead, core.tools.pool)


def placement(core: Core, subject: Subject) -> Iterable[Check]:
    static = subject.row.document.spec.placement.static
    if static is None:
        return ()
    reader = reader_of(core, subject, subnets.ACTIONS)
    given = subnets.Given(static.vpc_id, static.subnet_ids, static.tag_subnets)
    return subnets.placement_checks(reader, given)


SOURCES: tuple[Source, ...] = (permissions, names, placement, capacity)
"""Where checks come from: whatever else is to be known beforehand is one more of these."""


def of_text(core: Core, text: str) -> tuple[PreflightView, ...]:
    """Every cluster of a text, as if the text were applied."""
    drafts = documents.read_text(core, text)
    world = survey(core, drafts)
    changes = [one for one in documents.prepare(core, world, drafts) if isinstance(one, ClusterChange)]
    if not changes:
        finding = Finding("", "holds no cluster", "Name a file with a document of the kind Cluster.")
        raise Invalid((finding,), "There is nothing to check.")
    subjects = in_line([subject_of(core, world, change.row) for change in changes])
    return tuple(view(core, subject) for subject in subjects)


def subject_of(core: Core, world: World, row: ClusterRow) -> Subject:
    account = world.accounts[row.document.spec.cloud_account]
    calls = core.tools.accounts.calls(account, row.document.spec.region)
    records = planning.recorded(core, row.uid)
    wanted = planning.desired(core, world, row)
    scope = Reconciler(core.tools).scope(row, calls, records)
    return Subject(row, account, scope, Ask(tuple(wanted.values()), made(core, records)))


def made(core: Core, records: dict[AnyRef, ResourceRow]) -> dict[AnyRef, Resource]:
    """What AWS counts as in use already, as last applied."""
    present = {ref: record for ref, record in records.items() if record.stage is Stage.MADE}
    return last_applied(core.tools.codec, present)


def in_line(subjects: list[Subject]) -> list[Subject]:
    """Each with those before it that draw on the same quotas."""
    return [
        Subject(one.row, one.account, one.aws, one.ask, same_place(one, subjects[:index]))
        for index, one in enumerate(subjects)
    ]


def same_place(subject: Subject, others: Iterable[Subject]) -> tuple[Ask, ...]:
    return tuple(other.ask for other in others if place(other) == place(subject))


def place(subject: Subject) -> tuple[str, str]:
    return subject.aws.calls.account, subject.aws.calls.region


def view(core: Core, subject: Subject) -> PreflightView:
    checks = worst_first(check for source in SOURCES for check in source(core, subject))
    worst = checks[0].level if checks else Level.OK
    return PreflightView(
        cluster=subject.row.name, level=worst, checks=tuple(CheckView.of(check) for check in checks)
    )
