"""An AWS in memory: drivers for any kind, with all that a pass may meet there.

Objects are in the words of what was wanted, so nothing differs but what a test changes.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from clusterwright.aws.calls import Calls, Row
from clusterwright.aws.driver import INSTANT, Change, Driver, Latency
from clusterwright.aws.inventory import Inventory
from clusterwright.aws.scope import Freshness, Owner, Scope
from clusterwright.errors import Error, NotFound, Rejected
from clusterwright.graph.known import Known
from clusterwright.graph.resource import AnyRef, Found, Resource, State
from clusterwright.store.rows import AccountRow
from tests.unit.engine.small import ManualClock

SLOW = Latency(earliest=480, usual=600, late=900)


@dataclass
class Cloud:
    """What exists, what was asked (`create net/net`), and what goes wrong, by the same words."""

    clock: ManualClock
    objects: dict[AnyRef, Found] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    changes: list[Change[Resource]] = field(default_factory=list)
    refusals: dict[str, Error] = field(default_factory=dict)
    """Raised instead of doing it."""
    lost_answers: dict[str, Error] = field(default_factory=dict)
    """Raised after doing it."""
    shown_after: dict[AnyRef, float] = field(default_factory=dict)
    """AWS seconds until a new object of this name is shown."""
    meanwhile: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What happens elsewhere while the call is under way."""
    slow: dict[str, Latency] = field(default_factory=dict)
    """Kinds that take time to be made and to go."""
    actions: frozenset[str] = frozenset()
    """What every driver declares."""
    visible_at: dict[AnyRef, float] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)
    account: str = "111122223333"
    partition: str = "aws"
    region: str = "us-east-1"
    identity: str = "us"

    def driver_for(self, kind: type[Resource]) -> Driver[Resource]:
        latency = self.slow.get(kind.KIND, INSTANT)
        return MemoryDriver(kind, self, latency, latency, self.actions)

    def calls(self, account: AccountRow, region: str) -> Calls:
        return self

    def call(self, action: str, params: Row) -> Row:
        raise AssertionError(f"{action} is not for this cloud")

    def rows(self, action: str, key: str, params: Row) -> list[Row]:
        names = ("a", "b", "c")
        zones = [{"ZoneName": f"us-east-1{n}", "ZoneId": f"use1-az{n}", "State": "available"} for n in names]
        return {"AvailabilityZones": zones}[key]

    def scope(self) -> Scope:
        return Scope(self, Inventory(self.clock.now), Owner("uid-1", "team-a"), Freshness(0.0, 0.0))

    def begin(self, verb: str, ref: AnyRef) -> None:
        words = f"{verb} {ref}"
        self.asked.append(words)
        if words in self.meanwhile:
            self.meanwhile.pop(words)()
        if words in self.refusals:
            raise self.refusals[words]

    def end(self, verb: str, ref: AnyRef) -> None:
        if f"{verb} {ref}" in self.lost_answers:
            raise self.lost_answers.pop(f"{verb} {ref}")

    def seen(self, ref: AnyRef) -> Found | None:
        return self.objects.get(ref) if self.visible_at.get(ref, 0.0) <= self.clock.now() else None

    def writes(self) -> list[str]:
        return [words for words in self.asked if not words.startswith("find ")]

    def settle(self) -> None:
        """AWS's work is done: what was coming is there, what was going is gone."""
        self.objects = {
            ref: replace(have, state=State.READY)
            for ref, have in self.objects.items()
            if have.state is not State.DELETING
        }

    def alter(self, ref: AnyRef, **fields: Any) -> None:
        """Somebody changes an object behind our back."""
        have = self.objects[ref]
        self.objects[ref] = replace(have, actual=replace(have.actual, **fields))


@dataclass
class MemoryDriver:
    kind: type[Resource]
    cloud: Cloud
    makes: Latency
    unmakes: Latency
    actions: frozenset[str] = frozenset()

    def find(self, aws: Scope, want: Resource, known: Known) -> Found | None:
        with self.cloud.lock:
            self.cloud.begin("find", want.ref)
            return self.cloud.seen(want.ref)

    def create(self, aws: Scope, want: Resource, known: Known) -> Found:
        with self.cloud.lock:
            self.cloud.begin("create", want.ref)
            state = State.READY if self.makes is INSTANT else State.PENDING
            made = Found(id=f"id-{want.name}", actual=want, state=state, outputs={"url": want.name})
            self.cloud.objects[want.ref] = made
            self.cloud.visible_at[want.ref] = self.cloud.clock.now() + self.cloud.shown_after.get(want.ref, 0)
            self.cloud.end("create", want.ref)
            return made

    def update(self, aws: Scope, change: Change[Resource], known: Known) -> None:
        with self.cloud.lock:
            self.cloud.begin("update", change.want.ref)
            self.cloud.changes.append(change)
            self.cloud.objects[change.want.ref] = replace(change.have, actual=change.want)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        ref = have.actual.ref
        with self.cloud.lock:
            self.cloud.begin("delete", ref)
            if not have.id:
                raise Rejected("The request must contain the id.")
            if self.cloud.seen(ref) is None:
                raise NotFound(f"{ref} does not exist.")
            if self.unmakes is INSTANT:
                del self.cloud.objects[ref]
            else:
                self.cloud.objects[ref] = replace(have, state=State.DELETING)
            self.cloud.end("delete", ref)
