"""Resources and plans as JSON: the exact shape, the way back, and what is refused."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest

from clusterwright.graph.codec import Codec, Unreadable
from clusterwright.graph.plan import plan
from clusterwright.graph.resource import AnyRef, Found, Output, Pointer, Ref, Resource


@dataclass(frozen=True)
class Hop:
    to: Pointer | None
    weight: float = 1.0


@dataclass(frozen=True)
class Route:
    """Holds another value, and a field named as pointers are in JSON."""

    ref: str
    hops: tuple[Hop, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Place(Resource):
    KIND: ClassVar[str] = "place"
    routes: tuple[Route, ...] = ()
    near: Pointer | None = None
    size: int | None
    open: bool = True
    key: str | None = ""


codec = Codec([Place])
home = Place(name="home", size=3)
away = Place(
    name="away/far",
    size=None,
    key=None,
    open=False,
    near=Output(home.ref, "address"),
    routes=(Route("r", (Hop(home.ref), Hop(Output(home.ref, "x"), 0.5), Hop(None))),),
    tags=(("a", "b"),),
    after=(home.ref,),
    follows=(home.ref,),
)


def there_and_back(resource: Resource) -> Resource:
    return codec.load(json.loads(json.dumps(codec.dump(resource))))


def test_defaults_that_say_nothing_are_left_out() -> None:
    assert codec.dump(home) == {"kind": "place", "name": "home", "size": 3, "open": True, "key": ""}


def test_pointers_and_values_are_tagged() -> None:
    data: Any = codec.dump(away)
    assert data["near"] == {"output": "address", "of": "place/home"}
    assert data["after"] == [{"ref": "place/home"}]
    assert data["routes"][0]["is"] == "Route"
    assert data["routes"][0]["hops"][0] == {"is": "Hop", "to": {"ref": "place/home"}, "weight": 1.0}


@pytest.mark.parametrize("resource", [home, away])
def test_a_resource_comes_back_as_it_was(resource: Resource) -> None:
    assert there_and_back(resource) == resource


def test_do_not_care_is_kept_where_the_default_cares() -> None:
    back = there_and_back(Place(name="p", size=1, key=None))
    assert isinstance(back, Place)
    assert back.key is None


def test_a_reference_is_its_kind_and_its_name() -> None:
    assert codec.dump_ref(away.ref) == "place/away/far"
    assert codec.load_ref("place/away/far") == away.ref


def test_fields_that_are_no_more_are_ignored() -> None:
    assert codec.load({**codec.dump(home), "colour": "red"}) == home


def test_a_plan_comes_back_as_it_was() -> None:
    old = Place(name="old", size=1, near=home.ref)
    found: dict[AnyRef, Found] = {
        r.ref: Found(id=r.name, actual=r) for r in (old, Place(name="home", size=1))
    }
    made = plan([home, away], found)
    assert {step.verb for step in made.steps} == {"create", "update", "delete"}
    assert codec.load_plan(json.loads(json.dumps(codec.dump_plan(made)))) == made


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"kind": "planet", "name": "x"}, "'planet' is a kind"),
        ({"name": "x"}, "None is a kind"),
        ({"kind": "place", "name": "x"}, "lacks fields"),
        ({"kind": "place", "name": "x", "size": 1, "near": {"ref": "planet/x"}}, "planet/x is of a kind"),
        ({"kind": "place", "name": "x", "size": 1, "near": {"what": 1}}, "None is of a kind"),
        ({"kind": "place", "name": "x", "size": 1, "near": {"output": "x"}}, "None is of a kind"),
        ({"kind": "place", "name": "x", "size": 1, "near": {"is": "Planet"}}, "'Planet' is a value"),
        ({"kind": "place", "name": "x", "size": 1, "near": {"is": "Hop", "via": 1}}, "other fields"),
    ],
)
def test_what_this_version_does_not_know_is_named(data: dict[str, Any], message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        codec.load(data)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: [],
        lambda data: {},
        lambda data: {"steps": {}},
        lambda data: {"steps": ["x"]},
        lambda data: {"steps": [{}]},
        lambda data: {"steps": [{**data["steps"][0], "verb": "explode"}]},
        lambda data: {"steps": [{**data["steps"][0], "after": None}]},
        lambda data: {"steps": [{**data["steps"][0], "changes": [{"colour": "red"}]}]},
        lambda data: {"steps": [{**data["steps"][0], "resource": {"kind": "planet"}}]},
    ],
)
def test_a_plan_of_another_shape_is_unreadable(spoil: Any) -> None:
    with pytest.raises(Unreadable):
        codec.load_plan(spoil(codec.dump_plan(plan([home], {}))))


def test_a_value_that_json_cannot_hold_is_refused_when_written() -> None:
    with pytest.raises(TypeError, match="no place in a resource"):
        codec.dump(Place(name="x", size={1}))  # type: ignore[arg-type]  # that is the point


def test_two_value_types_of_one_name_are_refused() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Other(Resource):
        KIND: ClassVar[str] = "other"

    namesake: type = dataclass(frozen=True)(type("Hop", (), {"__annotations__": {}}))
    Other.__annotations__["hop"] = namesake
    with pytest.raises(TypeError, match="share a name"):
        Codec([Place, Other])


def test_references_name_only_kinds_that_were_given() -> None:
    with pytest.raises(Unreadable):
        Codec([]).load_ref(str(Ref(Place, "home")))
