"""Look at everything a cluster wants or has: all finds at once, each in the words of what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

import structlog

from clusterwright.aws.driver import Driver
from clusterwright.aws.iam.features import done_without
from clusterwright.aws.scope import Scope
from clusterwright.engine.records import interpret, settled_without
from clusterwright.errors import Error, NotOurs
from clusterwright.graph.known import Known
from clusterwright.graph.resource import AnyRef, Found, Resource, State
from clusterwright.store.rows import ResourceRow

log = structlog.get_logger()

Sight = tuple[Found | None, bool]
"""What a find saw, and whether it was another's."""

DriverFor = Callable[[type[Resource]], Driver[Resource]]


@dataclass(frozen=True)
class Observation:
    """What was found, which records changed by it, and whose names are taken by others."""

    found: dict[AnyRef, Found] = field(default_factory=dict)
    rows: tuple[ResourceRow, ...] = ()
    foreign: tuple[str, ...] = ()


@dataclass(frozen=True)
class Observer:
    """Finds with a pool of threads; decides nothing but what one missing object means."""

    driver_for: DriverFor
    pool: Executor

    def observe(
        self,
        aws: Scope,
        wants: Mapping[AnyRef, Resource],
        rows: Mapping[AnyRef, ResourceRow],
        calm: frozenset[AnyRef],
        age: Callable[[float], float],
    ) -> Observation:
        """`wants`: what is desired, and as last applied what is only recorded. `calm`: what was at rest."""
        known = known_from(rows)
        inner = {ref for ref, want in wants.items() if want.INSIDE}
        seen = self.find_all(aws, {r: w for r, w in wants.items() if r not in inner}, known, calm)
        open_containers = {ref for ref, (have, _) in seen.items() if have and have.state is State.READY}
        looked_for = {
            ref: wants[ref] for ref in inner if may_exist(wants[ref], rows.get(ref), seen, open_containers)
        }
        seen |= self.find_all(aws, looked_for, known, calm)
        return conclude(wants, rows, seen, age)

    def find_all(
        self, aws: Scope, wants: Mapping[AnyRef, Resource], known: Known, calm: frozenset[AnyRef]
    ) -> dict[AnyRef, Sight]:
        futures = {
            ref: self.pool.submit(self.find, aws, want, known, ref in calm) for ref, want in wants.items()
        }
        return {ref: future.result() for ref, future in futures.items()}

    def find(self, aws: Scope, want: Resource, known: Known, calm: bool) -> Sight:
        """One find; an error is a finding too, so that one unreadable object does not blind the pass."""
        driver = self.driver_for(type(want))
        try:
            return driver.find(aws.permit(driver.actions, calm=calm), want, known), False
        except Error as error:
            return unseen(want, error), isinstance(error, NotOurs)
        except Exception:  # the edge of a worker thread: a defect must not stop the other finds
            log.exception("find failed", resource=str(want.ref), cluster=aws.owner.cluster)
            message = "could not be read because of a defect in Clusterwright; the server's log has it"
            return Found(id="", actual=want, state=State.UNREADABLE, message=message), False


def unseen(want: Resource, error: Error) -> Found:
    """What a look that failed says."""
    why = done_without(error)
    state = State.WAIVED if why else State.UNREADABLE
    return Found(id="", actual=want, state=state, message=why or str(error))


def may_exist(
    want: Resource, row: ResourceRow | None, seen: Mapping[AnyRef, Sight], open_containers: set[AnyRef]
) -> bool:
    """What lives inside another object is gone with it, and cannot have been made before it was ready."""
    container = want.pointed(want.INSIDE)
    if container is None or container not in seen:
        return True
    return container in open_containers or (seen[container][0] is not None and row is not None)


def conclude(
    wants: Mapping[AnyRef, Resource],
    rows: Mapping[AnyRef, ResourceRow],
    seen: Mapping[AnyRef, Sight],
    age: Callable[[float], float],
) -> Observation:
    """What was seen and what is recorded, put together."""
    found, changed, foreign = {}, [], []
    for ref, want in wants.items():
        have, is_foreign = seen.get(ref, (None, False))
        row = rows.get(ref)
        reading = interpret(
            want, ordered_as(want, have) if have else None, row, age(row.begun_at) if row else 0.0
        )
        if row and row.waived and not age(row.retry_at):
            reading = settled_without(want, reading, row.waived)
        if reading.found:
            found[ref] = reading.found
        if reading.row:
            changed.append(reading.row)
        if is_foreign and have:
            foreign.append(have.message)
    return Observation(found, tuple(changed), tuple(foreign))


def ordered_as(want: Resource, seen: Found) -> Found:
    """AWS knows nothing of our ordering; what is there was made in the wanted one, and goes in reverse."""
    return replace(seen, actual=replace(seen.actual, after=want.after, follows=want.follows))


def known_from(rows: Mapping[AnyRef, ResourceRow]) -> Known:
    """Ids and outputs as recorded: an object's needs were recorded before it was made."""
    known = Known()
    for ref, row in rows.items():
        if row.id:
            known.learn(ref, row.id, row.outputs)
    return known
