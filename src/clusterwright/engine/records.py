"""What a record and an observation say together. Pure.

AWS shows a new object only after a moment, and a call may have worked although its answer was lost. So an
object that was asked for, or made, a short while ago and is not to be seen is awaited, not made twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from clusterwright.graph.codec import Codec
from clusterwright.graph.resource import AnyRef, Found, Resource, State
from clusterwright.store.rows import ResourceRow, Stage

SETTLE = 10.0
"""AWS seconds after a call without an answer until its effect, if any, is visible."""
VISIBLE = 60.0
"""AWS seconds until a created object must show; AWS names no bound, minutes are unheard of."""


@dataclass(frozen=True)
class Reading:
    """What to plan with, and the record to write if it changed."""

    found: Found | None
    row: ResourceRow | None


def interpret(want: Resource, found: Found | None, row: ResourceRow | None, age: float) -> Reading:
    """`age`: AWS seconds since the record's intent or creation."""
    if found is not None and found.state in (State.UNREADABLE, State.WAIVED):
        may_exist = row is not None and row.stage is not Stage.GONE
        return Reading(replace(found, state=State.UNREADABLE) if may_exist else found, None)
    if found is not None:
        return Reading(found, learned(want, found, row))
    if row is None or row.stage is Stage.GONE:
        return Reading(None, None)
    if row.stage is Stage.LEAVING or (row.stage is Stage.MADE and age >= VISIBLE):
        return Reading(None, gone(row))
    if row.stage is Stage.INTENT and age >= SETTLE:
        return Reading(None, None)
    message = "was asked for; AWS does not show it yet"
    return Reading(Found(id=row.id or "", actual=want, state=State.PENDING, message=message), None)


def settled_without(want: Resource, reading: Reading, why: str) -> Reading:
    """What was tried and is not allowed counts as settled; what AWS says of an object that moves does not."""
    have = reading.found
    if have is None:
        return replace(reading, found=Found(id="", actual=want, state=State.WAIVED, message=why))
    if have.state is not State.READY:
        return reading
    return replace(reading, found=replace(have, state=State.WAIVED, message=why))


def learned(want: Resource, found: Found, row: ResourceRow | None) -> ResourceRow | None:
    """The record after an object was seen; None when it says so already."""
    if row is None:
        return ResourceRow(str(want.ref), Stage.MADE, None, found.id, dict(found.outputs), 0, 0.0)
    stage = Stage.LEAVING if row.stage is Stage.LEAVING else Stage.MADE
    new = replace(row, stage=stage, id=found.id, outputs=dict(found.outputs) or row.outputs)
    return None if new == row else new


def gone(row: ResourceRow) -> ResourceRow:
    """One life has ended; the next one gets other idempotency tokens."""
    return ResourceRow(row.ref, Stage.GONE, None, None, {}, row.lives + 1, 0.0)


def last_applied(codec: Codec, rows: Mapping[AnyRef, ResourceRow]) -> dict[AnyRef, Resource]:
    """What we last asked for, of everything that may still be there."""
    return {
        ref: codec.load(dict(row.resource))  # type: ignore[arg-type]  # stored JSON
        for ref, row in rows.items()
        if row.resource and row.stage is not Stage.GONE
    }
