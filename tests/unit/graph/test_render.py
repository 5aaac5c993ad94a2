"""The exact text that people read before they approve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.graph.diff import show
from clusterwright.graph.plan import Plan, plan
from clusterwright.graph.render import render
from clusterwright.graph.resource import AnyRef, Found, Output, Ref, Resource, State


@dataclass(frozen=True)
class Rule:
    port: int
    source: str = ""
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Network(Resource):
    KIND: ClassVar[str] = "network"
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Machine(Resource):
    KIND: ClassVar[str] = "machine"
    FIXED: ClassVar[frozenset[str]] = frozenset({"image"})
    DISRUPTIVE: ClassVar[bool] = True
    network: Ref[Network]
    image: str = "a"


net = Network(name="net")
old = Machine(name="old", network=net.ref)
box = Machine(name="box", network=net.ref)


def found(*resources: Resource, state: State = State.READY) -> dict[AnyRef, Found]:
    return {r.ref: Found(id=r.name, actual=r, state=state) for r in resources}


def test_an_empty_plan_says_so() -> None:
    assert render(Plan()) == "Nothing to do.\n"


def test_a_plan_reads_as_numbered_steps_with_reasons_changes_and_order() -> None:
    wanted = [
        Network(name="net", note="hello"),
        Machine(name="box", network=net.ref, image="b"),
        Network(name="pending"),
        Network(name="last", after=(net.ref,), follows=(Ref(Network, "pending"),)),
    ]
    there = found(net, box, old) | found(Network(name="pending"), state=State.PENDING)
    assert (
        render(plan(wanted, there))
        == """\
  1 ~ update network/net  (note changed)
        note: "" becomes hello
  2 . wait network/pending  (AWS is at work on it)
  3 - replace (delete) machine/box  (image cannot be changed in place)
        needs your approval: workloads on it stop
        image: a becomes b
  4 - delete machine/old  (is no longer wanted)
  5 + create network/last  (does not exist)
        after update network/net
        once begun: wait network/pending
  6 + create machine/box  (image cannot be changed in place)
        after delete machine/box, update network/net

Plan: 2 to create, 1 to update, 1 to wait, 2 to delete, 1 needing approval.
"""
    )


def test_values_are_shown_as_people_write_them() -> None:
    assert show(None) == "(none)"
    assert show(True) == "yes"
    assert show(False) == "no"
    assert show(3) == "3"
    assert show(()) == "[]"
    assert show(("a", "b")) == "[a, b]"
    assert show((("k", "v"),)) == "[k=v]"
    assert show((("k", ("v", "w")),)) == "[k=[v, w]]"
    assert show(((1, 2, 3),)) == "[[1, 2, 3]]"
    assert show((net.ref, Output(net.ref, "x"))) == "[network/net, network/net.x]"
    assert show((Rule(80), Rule(1, "me", ("z",)))) == '[port=80 source="", port=1 source=me zones=[z]]'
