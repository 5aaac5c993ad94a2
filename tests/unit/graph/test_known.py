"""From pointer to AWS id and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import pytest

from clusterwright.graph.known import Known, Unknown
from clusterwright.graph.resource import Output, Pointer, Ref, Resource


@dataclass(frozen=True)
class Rule:
    source: Pointer | None


@dataclass(frozen=True, kw_only=True)
class Network(Resource):
    KIND: ClassVar[str] = "network"


@dataclass(frozen=True, kw_only=True)
class Wall(Resource):
    KIND: ClassVar[str] = "wall"


a, b, c, wall = Ref(Network, "a"), Ref(Network, "b"), Ref(Network, "c"), Ref(Wall, "w")


def known() -> Known:
    book = Known()
    book.learn(b, "net-2", {})
    book.learn(a, "net-1", {"wall": "wall-9", "zone": "z"})
    book.learn(wall, "wall-1", {})
    return book


def test_a_pointer_leads_to_an_id_or_an_output() -> None:
    book = known()
    assert book.value(a) == "net-1"
    assert book.value(Output(a, "zone")) == "z"
    assert book.values((wall, Output(a, "wall"))) == ["wall-1", "wall-9"]


@pytest.mark.parametrize(
    "pointer", [Ref(Network, "c"), Output(a, "colour"), Output(Ref(Network, "c"), "zone")]
)
def test_what_is_not_known_yet_is_named(pointer: Pointer) -> None:
    with pytest.raises(Unknown, match=rf"^{pointer} is not known yet\.$"):
        known().value(pointer)
    assert not known().knows((Rule(a), Rule(pointer)))


def test_it_knows_values_all_of_whose_pointers_it_knows() -> None:
    assert known().knows((Rule(a), (Rule(Output(a, "zone")), Rule(None)), "text", None))


def test_an_id_leads_back_to_its_pointer() -> None:
    assert known().ref(Network, "net-1") == a
    assert known().refs(Network, ["net-2", "net-1"]) == (a, b)
    assert known().refs(Network, []) == ()


def test_an_unknown_id_or_one_of_another_kind_stays_itself() -> None:
    assert known().ref(Network, "net-7") == Ref(Network, "net-7")
    assert known().ref(Wall, "net-1") == Ref(Wall, "net-1")
    assert known().refs(Network, ["net-7", "net-1"]) == (a, Ref(Network, "net-7"))


def test_an_id_may_be_an_output_of_another() -> None:
    assert known().pointer(Wall, "wall-9") == Output(a, "wall")
    assert known().pointer(Wall, "wall-1") == wall
    assert known().pointer(Wall, "wall-7") == Ref(Wall, "wall-7")


def test_what_is_learned_replaces_and_what_is_forgotten_is_gone() -> None:
    book = known()
    book.learn(a, "net-3", {"zone": "y"})
    assert book.value(a) == "net-3"
    assert not book.knows(Output(a, "wall"))
    book.forget(a)
    book.forget(a)
    assert not book.knows(a)
    assert book.ref(Network, "net-3") == Ref(Network, "net-3")
    assert book.pointer(Wall, "y") == Ref(Wall, "y")


def test_what_is_learned_is_a_copy() -> None:
    book, outputs = Known(), {"x": "1"}
    book.learn(a, "net-1", outputs)
    outputs["x"] = "2"
    assert book.value(Output(a, "x")) == "1"
