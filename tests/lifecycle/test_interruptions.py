"""The process dies, documents change, deletes come early: what is wanted becomes true all the same."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from clusterwright.aws.calls import Calls, Row
from clusterwright.store import accounts, clusters
from clusterwright.store.rows import AccountRow
from tests.lifecycle.world import World, example

Chance = Callable[[str], bool]


class Died(BaseException):
    """The process is gone. No code of ours may catch this."""


@dataclass
class Mortal:
    """Calls that end with the process: before AWS hears of one, or after it did and before we do."""

    inner: Calls
    dies_before: Chance
    dies_after: Chance
    dead: threading.Event = field(default_factory=threading.Event)

    @property
    def account(self) -> str:
        return self.inner.account

    @property
    def partition(self) -> str:
        return self.inner.partition

    @property
    def region(self) -> str:
        return self.inner.region

    @property
    def identity(self) -> str:
        return self.inner.identity

    def call(self, action: str, params: Row) -> Row:
        self.meet(self.dies_before, action)
        answer = self.inner.call(action, params)
        self.meet(self.dies_after, action)
        return answer

    def rows(self, action: str, key: str, params: Row) -> list[Row]:
        self.meet(lambda _: False, action)
        return self.inner.rows(action, key, params)

    def meet(self, fate: Chance, action: str) -> None:
        """One death ends all calls of the process."""
        if fate(action):
            self.dead.set()
        if self.dead.is_set():
            raise Died


def is_write(action: str) -> bool:
    return not action.partition(":")[2].startswith(("Describe", "Get", "List"))


@dataclass
class Fate:
    """Kills processes until `most` have died; counts what was made, to see what was made twice."""

    world: World
    chance: random.Random
    most: int
    deaths: int = 0

    def calls(self, account: AccountRow, region: str) -> Calls:
        return self.mortal

    def begin(self, uid: str) -> None:
        with self.world.database.transaction() as connection:
            row = clusters.by_uid(connection, uid)
            account = None if row is None else row.document.spec.cloud_account
        assert account
        inner = self.account_calls(account)
        self.mortal = Mortal(inner, self.strikes, self.strikes)
        self.world.reconciler = self.world.make_reconciler(self)

    def account_calls(self, name: str) -> Calls:
        with self.world.database.transaction() as connection:
            row = accounts.get(connection, name, self.world.box)
        return self.world.calls(row, "us-east-1")

    def strikes(self, action: str) -> bool:
        return self.deaths < self.most and is_write(action) and self.chance.random() < 0.1

    def turn(self, uid: str) -> None:
        """A pass; should the process die in it, another one starts."""
        try:
            self.world.turn(uid)
        except Died:
            self.deaths += 1
            with self.world.database.transaction() as connection:
                clusters.recover(connection, self.world.clock.now())
            self.begin(uid)


def doubles(world: World) -> list[str]:
    """Names in the graph that more than one living object carries."""
    names = [
        entry["tags"]["clusterwright.dev/resource"]
        for entry in world.sandbox.objects()
        if "clusterwright.dev/resource" in entry["tags"] and entry["kind"] not in PER_NODE
    ]
    return sorted(name for name in set(names) if names.count(name) > 1)


PER_NODE = ("instance", "volume", "network-interface", "network_interface")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_process_that_keeps_dying_makes_nothing_twice_and_leaves_nothing(world: World, seed: int) -> None:
    uid = world.apply(example("quickstart"))
    before = {entry["id"] for entry in world.sandbox.objects()}
    fate = Fate(world, random.Random(seed), most=12)
    fate.begin(uid)
    for _ in range(600):
        fate.turn(uid)
        row = world.row(uid)
        assert row is not None
        if row.observed == row.generation:
            break
    assert fate.deaths >= 3, "the test is to kill"
    assert doubles(world) == []

    fate.most += 12
    world.delete(uid)
    for _ in range(600):
        if world.row(uid) is None:
            break
        fate.turn(uid)
    assert {entry["id"] for entry in world.sandbox.objects()} == before


@pytest.mark.parametrize("passes", [1, 4, 30])
def test_a_delete_that_interrupts_a_create_leaves_nothing(world: World, passes: int) -> None:
    uid = world.apply(example("quickstart"))
    before = {entry["id"] for entry in world.sandbox.objects()}
    for _ in range(passes):
        world.turn(uid)
    world.delete(uid)
    world.bury(uid)
    assert {entry["id"] for entry in world.sandbox.objects()} == before


def test_what_somebody_deletes_by_hand_comes_back(world: World) -> None:
    uid = world.apply(example("quickstart"))
    world.settle(uid)
    owner = world.owner_of_target()
    [table] = [
        e
        for e in world.sandbox.objects()
        if e["tags"].get("clusterwright.dev/resource") == "route_table/public"
    ]
    owner.call("ec2:DeleteRoute", {"RouteTableId": table["id"], "DestinationCidrBlock": "0.0.0.0/0"})
    world.turn(uid)
    assert world.newest_operation(uid).verb == "repair"
    world.settle(uid)
    rows = owner.rows("ec2:DescribeRouteTables", "RouteTables", {"RouteTableIds": [table["id"]]})
    assert any(route.get("GatewayId", "").startswith("igw-") for route in rows[0]["Routes"])


def test_a_cluster_of_the_same_name_that_is_not_ours_is_never_taken_over(world: World) -> None:
    uid = world.apply(example("quickstart"))
    world.settle(uid)
    with world.database.transaction() as connection:  # another installation that knows nothing of the first
        clusters.remove(connection, uid)
    before = {entry["id"] for entry in world.sandbox.objects()}
    other = world.apply(example("quickstart"))
    for _ in range(3):
        world.turn(other)
    row = world.row(other)
    assert row is not None
    assert "does not belong to cluster" in str(row.status.conditions)
    assert {entry["id"] for entry in world.sandbox.objects()} == before
    world.delete(other)
    world.bury(other)
    assert {entry["id"] for entry in world.sandbox.objects()} == before
