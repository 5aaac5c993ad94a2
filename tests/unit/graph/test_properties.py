"""What holds for every graph: order, quiet when all is well, and convergence from any cut.

A small world stands in for AWS. It gives every object a new id, remembers by id what points where, and
refuses what AWS refuses: making what exists, and deleting what is still in use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from random import Random
from typing import Any, ClassVar

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from clusterwright.graph.codec import Codec
from clusterwright.graph.diff import ORDERING
from clusterwright.graph.plan import Plan, Step, Verb, plan
from clusterwright.graph.resource import AnyRef, Found, Output, Pointer, Ref, Resource, State, pointers

quick = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


@dataclass(frozen=True)
class Rule:
    port: int
    source: Pointer | None = None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Net(Resource):
    KIND: ClassVar[str] = "net"
    FIXED: ClassVar[frozenset[str]] = frozenset({"cidr"})
    cidr: int
    note: str | None = "x"
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Role(Resource):
    KIND: ClassVar[str] = "role"
    FIXED: ClassVar[frozenset[str]] = frozenset({"path"})
    NAMED: ClassVar[bool] = True
    path: int
    nets: tuple[Ref[Net], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Template(Resource):
    KIND: ClassVar[str] = "template"
    FIXED: ClassVar[frozenset[str]] = frozenset({"title"})
    RENEWS: ClassVar[frozenset[str]] = frozenset({"disk", "rules"})
    title: int
    disk: int
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Box(Resource):
    KIND: ClassVar[str] = "box"
    FIXED: ClassVar[frozenset[str]] = frozenset({"net", "role", "image"})
    LOOSE: ClassVar[frozenset[str]] = frozenset({"size"})
    DISRUPTIVE: ClassVar[bool] = True
    net: Ref[Net]
    role: Ref[Role]
    image: int
    size: int = 1


@dataclass(frozen=True, kw_only=True)
class Entry(Resource):
    KIND: ClassVar[str] = "entry"
    FIXED: ClassVar[frozenset[str]] = frozenset({"box"})
    INSIDE: ClassVar[str | None] = "box"
    box: Ref[Box]
    roles: tuple[Ref[Role], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Profile(Resource):
    KIND: ClassVar[str] = "profile"
    FIXED: ClassVar[frozenset[str]] = frozenset({"box", "nets"})
    LANE: ClassVar[str | None] = "box"
    box: Ref[Box]
    nets: tuple[Ref[Net], ...] = ()
    size: int = 1


@dataclass(frozen=True, kw_only=True)
class Group(Resource):
    KIND: ClassVar[str] = "group"
    FIXED: ClassVar[frozenset[str]] = frozenset({"template"})
    template: Ref[Template]
    version: Output


@dataclass(frozen=True, kw_only=True)
class Router(Resource):
    """Points at much, all of it changeable in place."""

    KIND: ClassVar[str] = "router"
    nets: tuple[Ref[Net], ...] = ()
    boxes: tuple[Ref[Box], ...] = ()
    profiles: tuple[Ref[Profile], ...] = ()


KINDS: tuple[type[Resource], ...] = (Net, Role, Template, Box, Entry, Profile, Group, Router)
Graph = dict[AnyRef, Resource]


class Maker:
    """Draws a graph: of each kind up to three objects, each pointing only at what was drawn before."""

    def __init__(self, random: Random, size: int) -> None:
        self.random, self.size = random, size
        self.graph: Graph = {}

    def make(self) -> Graph:
        for kind in KINDS:
            for name in self.random.sample("abc", self.random.randint(0, self.size)):
                values = self.values(kind)
                if values is not None:
                    self.graph[Ref(kind, name)] = kind(name=name, **self.order(), **values)
        return self.graph

    def any(self, kind: type[Resource]) -> Any:
        return self.random.choice(self.all(kind))

    def all(self, kind: type[Resource]) -> list[Any]:
        return [ref for ref in self.graph if ref.kind is kind]

    def some(self, kind: type[Resource]) -> Any:
        return tuple(sorted((ref for ref in self.all(kind) if self.random.random() < 0.5), key=str))

    def order(self) -> dict[str, Any]:
        picked = [ref for ref in self.graph if self.random.random() < 0.08]
        tags = tuple((key, self.random.choice("12")) for key in "kl" if self.random.random() < 0.3)
        return {"after": tuple(picked[::2]), "follows": tuple(picked[1::2]), "tags": tags}

    def rules(self) -> tuple[Rule, ...]:
        nets, templates = self.some(Net), self.some(Template)
        sources = [*nets, *(Output(ref, "version") for ref in templates), None]
        picks = (self.random.choice(sources) for _ in range(self.random.randint(0, 2)))
        return tuple(Rule(port, pick, (("a", "b"),) * port) for port, pick in enumerate(picks))

    def values(self, kind: type[Resource]) -> dict[str, Any] | None:
        number, note = self.random.randint(1, 2), self.random.choice(["x", "y", None])
        if (kind in (Entry, Profile) and not self.all(Box)) or (kind is Group and not self.all(Template)):
            return None
        if kind is Box and not (self.all(Net) and self.all(Role)):
            return None
        makers: dict[type[Resource], Any] = {
            Net: lambda: {
                "cidr": number,
                "note": note,
                "rules": self.rules(),
            },
            Role: lambda: {"path": number, "nets": self.some(Net)},
            Template: lambda: {"title": number, "disk": self.random.randint(1, 2), "rules": self.rules()},
            Box: lambda: {"net": self.any(Net), "role": self.any(Role), "image": number},
            Entry: lambda: {"box": self.any(Box), "roles": self.some(Role)},
            Profile: lambda: {"box": self.any(Box), "nets": self.some(Net), "size": number},
            Group: lambda: self.group(),
            Router: lambda: {"nets": self.some(Net), "boxes": self.some(Box), "profiles": self.some(Profile)},
        }
        values: dict[str, Any] = makers[kind]()
        return values

    def group(self) -> dict[str, Any]:
        template = self.any(Template)
        return {"template": template, "version": Output(template, "version")}


seeds = st.integers(min_value=0, max_value=2**32)
sizes = st.integers(min_value=1, max_value=3)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    return Maker(Random(draw(seeds)), draw(sizes)).make()


@st.composite
def sights(draw: st.DrawFn) -> dict[AnyRef, Found]:
    """A graph as found, in any states."""
    random, graph = Random(draw(seeds)), draw(graphs())
    states = [State.READY] * 4 + list(State)
    kept = [r for r in graph.values() if random.random() < 0.8]
    return {r.ref: Found(id=f"id-{r.ref}", actual=r, state=random.choice(states), message="m") for r in kept}


@dataclass
class Thing:
    """An object of the world: what it is, and the ids it pointed at when that was written."""

    id: str
    resource: Resource
    state: State
    bound: dict[tuple[str, Pointer], str] = field(default_factory=dict)
    version: int = 1


class World:
    """An AWS in miniature, and the record of what was applied."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.things: dict[AnyRef, Thing] = {}
        self.applied: Graph = {}
        self.born = 0
        self.chaos = False

    def chance(self, odds: float) -> bool:
        return self.chaos and self.random.random() < odds

    def value(self, pointer: Pointer) -> str | None:
        """The id or output behind a pointer now. A named object has its name for an id."""
        thing = self.things.get(pointer.of if isinstance(pointer, Output) else pointer)
        if thing is None:
            return None
        return f"{thing.id}#{thing.version}" if isinstance(pointer, Output) else thing.id

    def bind(self, thing: Thing, names: frozenset[str]) -> None:
        for name in names - ORDERING:
            for pointer in pointers(getattr(thing.resource, name)):
                value = self.value(pointer)
                assert value, f"{thing.resource.ref} points at {pointer}, which does not exist"
                thing.bound[name, pointer] = value

    def seen(self, thing: Thing, name: str, value: Any) -> Any:
        """A field as AWS reports it: an id that no longer leads to one of ours stays an id."""
        if isinstance(value, Ref | Output):
            bound = thing.bound[name, value]
            kind = value.of.kind if isinstance(value, Output) else value.kind
            return value if self.value(value) == bound else Ref(kind, bound)
        if isinstance(value, Rule):
            return replace(value, source=self.seen(thing, name, value.source))
        if isinstance(value, tuple):
            return tuple(self.seen(thing, name, item) for item in value)
        return value

    def actual(self, thing: Thing) -> Resource:
        names = {f.name for f in fields(thing.resource)} - ORDERING
        values = {name: self.seen(thing, name, getattr(thing.resource, name)) for name in names}
        return replace(thing.resource, **values)

    def find(self) -> dict[AnyRef, Found]:
        return {ref: self.look(ref, thing) for ref, thing in self.things.items()}

    def look(self, ref: AnyRef, thing: Thing) -> Found:
        if self.chance(0.05):
            return Found(id="", actual=self.applied[ref], state=State.UNREADABLE, message="denied")
        return Found(id=thing.id, actual=self.actual(thing), state=thing.state)

    def create(self, want: Resource) -> None:
        assert want.ref not in self.things, f"{want.ref} exists"
        assert all(self.things[ref].state is State.READY for ref in want.needs())
        assert all(ref in self.things for ref in want.follows)
        self.born += 1
        id_ = str(want.ref) if want.NAMED else f"id-{self.born}"
        thing = self.things[want.ref] = Thing(id_, want, State.PENDING if self.chance(0.3) else State.READY)
        self.bind(thing, frozenset(f.name for f in fields(want)))
        self.applied[want.ref] = want

    def update(self, step: Step) -> bool:
        """Change the fields, or in a chaotic world only one of them. True when all is done."""
        thing, want = self.things[step.ref], step.resource
        assert thing.state is State.READY
        assert not step.changed & want.FIXED
        names = frozenset([self.random.choice(sorted(step.changed))]) if self.chance(0.3) else step.changed
        values = {name: getattr(want, name) for name in names}
        if "tags" in names:
            stale = {key for key, _ in self.applied[step.ref].tags}
            kept = {k: v for k, v in thing.resource.tags if k not in stale}
            values["tags"] = tuple(sorted((kept | dict(want.tags)).items()))
        thing.resource = replace(thing.resource, **values)
        self.bind(thing, names)
        thing.version += bool(names & want.RENEWS)
        thing.state = State.PENDING if self.chance(0.2) else State.READY
        if names == step.changed:
            self.applied[step.ref] = want
        return names == step.changed and thing.state is State.READY

    def delete(self, ref: AnyRef) -> bool:
        if self.chance(0.4):
            self.things[ref].state = State.DELETING
            return False
        self.vanish(ref)
        return True

    def vanish(self, ref: AnyRef) -> None:
        gone = self.things.pop(ref)
        inside = [r for r, t in self.things.items() if t.bound.get((t.resource.INSIDE or "", ref)) == gone.id]
        for inner in inside:
            self.vanish(inner)

    def settle(self) -> None:
        """Time passes: AWS finishes what is under way, or not yet, or never; others meddle."""
        for ref in list(self.things):
            thing = self.things.get(ref)
            if thing is None or self.chance(0.4):
                continue
            if thing.state is State.DELETING:
                self.vanish(ref)
            elif thing.state is State.PENDING:
                thing.state = State.FAILED if self.chance(0.1) else State.READY
            elif self.chance(0.02):
                self.vanish(ref)
            elif isinstance(thing.resource, Box) and self.chance(0.2):
                thing.resource = replace(thing.resource, size=9)


def run_pass(world: World, desired: Graph) -> int:
    """Observe, plan, run what is ready as far as this pass gets. The number of steps planned."""
    made = plan(desired.values(), world.find(), world.applied)
    done, begun = set[str](), set[str]()
    for step in made.steps:
        if not done.issuperset(step.after) or not (done | begun).issuperset(step.follows):
            continue
        if world.chance(0.25):
            continue
        begun.add(step.key)
        if run(world, step, made):
            done.add(step.key)
    return len(made.steps)


def run(world: World, step: Step, made: Plan) -> bool:
    if step.verb is Verb.CREATE:
        world.create(step.resource)
        return world.things[step.ref].state is State.READY
    if step.verb is Verb.UPDATE:
        return world.update(step)
    if step.verb is Verb.DELETE:
        check_unused(world, step, made)
        return world.delete(step.ref)
    return False


def check_unused(world: World, out: Step, made: Plan) -> None:
    """Nothing is deleted under its users, except by those who cannot let go before it is back."""
    steps = {step.key: step for step in made.steps}
    leaving = {step.ref for step in made.steps if step.verb is Verb.DELETE or step.leaves}
    for ref, thing in world.things.items():
        actual = world.actual(thing)
        container = actual.pointed(actual.INSIDE)
        pointed = {t for f in fields(actual) if f.name not in ORDERING for t in refs(getattr(actual, f.name))}
        if (
            ref == out.ref
            or container in leaving
            or out.ref not in (actual.uses() if ref in leaving else pointed)
        ):
            continue
        update = f"update {ref}"
        back = out.replaces and out.ref.kind.NAMED and ref not in leaving
        assert back or (update in steps and out.key in closure(steps, update)), f"{ref} uses {out.ref}"


def refs(value: object) -> Iterator[AnyRef]:
    return (p.of if isinstance(p, Output) else p for p in pointers(value))


def closure(steps: Mapping[str, Step], key: str) -> set[str]:
    """All that a step comes after."""
    seen: set[str] = set()
    left = [key]
    while left:
        step = steps[left.pop()]
        news = {*step.after, *step.follows} - seen
        seen |= news
        left += news
    return seen


def converge(world: World, desired: Graph) -> None:
    """Nothing goes wrong any more: a bounded number of passes must do."""
    world.chaos = False
    limit = 4 + 2 * len({*desired, *world.things})
    while run_pass(world, desired):
        world.settle()
        limit -= 1
        assert limit, "does not converge"
    assert world.things.keys() == desired.keys()
    assert all(thing.state is State.READY for thing in world.things.values())


def muddle(world: World, desired: Graph, rounds: int) -> None:
    """Some passes that are cut anywhere, in a world that is slow and moody."""
    world.chaos = True
    for _ in range(rounds):
        run_pass(world, desired)
        world.settle()


rounds = st.integers(min_value=0, max_value=6)


@quick
@given(graphs(), sights(), graphs())
def test_every_step_comes_after_all_it_waits_for(
    desired: Graph, found: dict[AnyRef, Found], applied: Graph
) -> None:
    seen: set[str] = set()
    for step in plan(desired.values(), found, applied).steps:
        assert seen.issuperset(step.after + step.follows)
        assert not {*step.after} & {*step.follows}
        assert step.key not in seen
        seen.add(step.key)


@quick
@given(graphs())
def test_nothing_is_to_be_done_when_all_is_as_wanted(graph: Graph) -> None:
    found = {ref: Found(id=f"id-{ref}", actual=r) for ref, r in graph.items()}
    assert plan(graph.values(), found, graph).empty
    assert plan(graph.values(), found).empty


@quick
@given(graphs(), sights())
def test_deletes_come_after_users_let_go_and_creates_after_what_they_need(
    desired: Graph, found: dict[AnyRef, Found]
) -> None:
    steps = {step.key: step for step in plan(desired.values(), found).steps}
    leaving = {s.ref: key for key, s in steps.items() if s.verb is Verb.DELETE or s.leaves}
    arriving = {s.ref: key for key, s in steps.items() if key not in leaving.values()}
    for key, step in steps.items():
        if step.verb is Verb.DELETE:
            for user in [ref for ref, have in found.items() if step.ref in have.actual.uses()]:
                assert user not in leaving or leaving[user] in closure(steps, key)
                update, wait = f"update {user}", f"wait {user}"
                assert update not in steps or update in closure(steps, key) or key in closure(steps, update)
                inside = found[user].actual.pointed(found[user].actual.INSIDE) == step.ref
                assert wait not in steps or inside or wait in closure(steps, key)
        elif step.verb is not Verb.WAIT:
            assert {arriving[ref] for ref in step.resource.needs() if ref in arriving} <= {*step.after}
            assert {arriving[ref] for ref in step.resource.uses() if ref in arriving} <= closure(steps, key)
            assert step.verb is Verb.UPDATE or step.ref not in leaving or leaving[step.ref] in step.after


@quick
@given(graphs(), sights(), seeds)
def test_the_order_of_the_inputs_does_not_matter(
    desired: Graph, found: dict[AnyRef, Found], seed: int
) -> None:
    wanted, there = list(desired.values()), list(found.items())
    Random(seed).shuffle(wanted)
    Random(seed).shuffle(there)
    assert plan(wanted, dict(there)) == plan(desired.values(), found)


@quick
@given(graphs(), seeds, rounds)
def test_a_create_converges_from_any_cut(graph: Graph, seed: int, cuts: int) -> None:
    world = World(Random(seed))
    muddle(world, graph, cuts)
    converge(world, graph)


@quick
@given(graphs(), seeds, rounds)
def test_a_delete_converges_from_any_cut(graph: Graph, seed: int, cuts: int) -> None:
    world = World(Random(seed))
    converge(world, graph)
    muddle(world, {}, cuts)
    converge(world, {})


@quick
@given(graphs(), graphs(), seeds, rounds)
def test_a_change_converges_from_any_cut(before: Graph, wanted: Graph, seed: int, cuts: int) -> None:
    world = World(Random(seed))
    converge(world, before)
    muddle(world, wanted, cuts)
    converge(world, wanted)


@quick
@given(st.lists(graphs(), min_size=1, max_size=3), seeds, rounds)
def test_a_change_of_mind_halfway_converges_up_to_a_delete(many: list[Graph], seed: int, cuts: int) -> None:
    world = World(Random(seed))
    for graph in many:
        muddle(world, graph, cuts)
    converge(world, {})


@quick
@given(graphs(), sights())
def test_resources_and_plans_survive_storage(graph: Graph, found: dict[AnyRef, Found]) -> None:
    codec = Codec(KINDS)
    for resource in chain(graph.values(), (have.actual for have in found.values())):
        assert codec.load(json.loads(json.dumps(codec.dump(resource)))) == resource
    made = plan(graph.values(), found)
    assert codec.load_plan(json.loads(json.dumps(codec.dump_plan(made)))) == made
