"""What the plan decides, fact by fact, with small kinds of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import permutations
from typing import ClassVar

import pytest

from clusterwright.graph.plan import BrokenGraph, Plan, Step, plan
from clusterwright.graph.resource import AnyRef, Found, Output, Ref, Resource, State, Tags


@dataclass(frozen=True, kw_only=True)
class Network(Resource):
    KIND: ClassVar[str] = "network"
    FIXED: ClassVar[frozenset[str]] = frozenset({"cidr"})
    cidr: str = "10.0.0.0/16"
    dns: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Role(Resource):
    KIND: ClassVar[str] = "role"
    FIXED: ClassVar[frozenset[str]] = frozenset({"path"})
    NAMED: ClassVar[bool] = True
    path: str = "/"


@dataclass(frozen=True, kw_only=True)
class Machine(Resource):
    KIND: ClassVar[str] = "machine"
    FIXED: ClassVar[frozenset[str]] = frozenset({"network", "role", "image"})
    LOOSE: ClassVar[frozenset[str]] = frozenset({"size"})
    DISRUPTIVE: ClassVar[bool] = True
    network: Ref[Network]
    role: Ref[Role] | None = None
    image: str = "linux"
    size: int = 1


@dataclass(frozen=True, kw_only=True)
class Router(Resource):
    """Points at machines and may be pointed elsewhere in place."""

    KIND: ClassVar[str] = "router"
    machines: tuple[Ref[Machine], ...] = ()
    networks: tuple[Ref[Network], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Template(Resource):
    KIND: ClassVar[str] = "template"
    RENEWS: ClassVar[frozenset[str]] = frozenset({"disk"})
    disk: int = 20
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Group(Resource):
    KIND: ClassVar[str] = "group"
    FIXED: ClassVar[frozenset[str]] = frozenset({"template"})
    template: Ref[Template]
    template_version: Output


@dataclass(frozen=True, kw_only=True)
class Entry(Resource):
    KIND: ClassVar[str] = "entry"
    FIXED: ClassVar[frozenset[str]] = frozenset({"machine"})
    INSIDE: ClassVar[str | None] = "machine"
    machine: Ref[Machine]
    rights: str = "read"


@dataclass(frozen=True, kw_only=True)
class Profile(Resource):
    KIND: ClassVar[str] = "profile"
    FIXED: ClassVar[frozenset[str]] = frozenset({"machine", "selector"})
    LANE: ClassVar[str | None] = "machine"
    machine: Ref[Machine]
    selector: str = "x"
    size: int = 1


net = Network(name="net")
role = Role(name="role")
box = Machine(name="box", network=net.ref)
entry = Entry(name="entry", machine=box.ref)
template = Template(name="t")
group = Group(name="g", template=template.ref, template_version=Output(template.ref, "version"))


def found(*resources: Resource, state: State = State.READY, message: str = "") -> dict[AnyRef, Found]:
    return {r.ref: Found(id=f"id-{r.name}", actual=r, state=state, message=message) for r in resources}


def applied(*resources: Resource) -> dict[AnyRef, Resource]:
    return {r.ref: r for r in resources}


def keys(steps: Plan | Iterable[Step]) -> list[str]:
    return [step.key for step in (steps.steps if isinstance(steps, Plan) else steps)]


def step(made: Plan, key: str) -> Step:
    return next(step for step in made.steps if step.key == key)


def profile(name: str, **fields: str) -> Profile:
    return replace(Profile(name=name, machine=box.ref), **fields)  # type: ignore[arg-type]  # only text fields


def test_what_is_missing_is_created_in_the_order_of_references() -> None:
    made = plan([entry, box, net], {})
    assert keys(made) == ["create network/net", "create machine/box", "create entry/entry"]
    assert step(made, "create machine/box").after == ("create network/net",)
    assert {s.reason for s in made.steps} == {"does not exist"}


def test_what_is_as_wanted_needs_no_step() -> None:
    assert plan([net, box, entry], found(net, box, entry)).empty


def test_what_is_pending_is_awaited_and_its_dependents_after_it() -> None:
    made = plan([net, box], found(net, state=State.PENDING))
    assert keys(made) == ["wait network/net", "create machine/box"]
    assert step(made, "wait network/net").reason == "AWS is at work on it"
    assert not step(made, "wait network/net").leaves
    assert step(made, "create machine/box").after == ("wait network/net",)


def test_a_wait_waits_for_nothing_because_what_it_looks_at_is_there() -> None:
    made = plan([net, box], found(box, state=State.PENDING))
    assert step(made, "wait machine/box").after == ()


def test_differences_of_a_pending_object_are_looked_at_when_it_is_ready() -> None:
    made = plan([net, box], found(net) | found(replace(box, image="other"), state=State.PENDING))
    assert keys(made) == ["wait machine/box"]


def test_what_is_wanted_while_it_is_being_deleted_is_awaited_and_created_again() -> None:
    made = plan([net], found(net, state=State.DELETING))
    assert keys(made) == ["wait network/net", "create network/net"]
    wait, create = made.steps
    assert wait.leaves
    assert create.after == ("wait network/net",)
    assert create.reason == "is needed again"


def test_what_uses_an_object_that_is_wanted_while_being_deleted_follows_it() -> None:
    router = Router(name="r", networks=(net.ref,))
    made = plan([net, router, box], found(net, state=State.DELETING) | found(router, box))
    assert step(made, "update router/r").after == ("create network/net",)
    assert step(made, "create machine/box").after == ("create network/net", "delete machine/box")
    assert step(made, "create network/net").after == ("wait network/net",)


def test_what_failed_is_deleted_and_made_again_with_the_reason() -> None:
    made = plan([net, box], found(net) | found(box, state=State.FAILED, message="no capacity"))
    assert keys(made) == ["delete machine/box", "create machine/box"]
    assert {s.reason for s in made.steps} == {"failed: no capacity"}
    assert not made.unapproved()


def test_what_cannot_be_read_is_awaited_with_its_message() -> None:
    made = plan([net, box], found(net) | found(box, state=State.UNREADABLE, message="ec2 said no"))
    assert [(s.key, s.reason, s.leaves) for s in made.steps] == [("wait machine/box", "ec2 said no", False)]


@pytest.mark.parametrize("state", [State.READY, State.PENDING, State.FAILED])
def test_what_is_not_wanted_is_deleted_users_first(state: State) -> None:
    made = plan([], found(net, box, state=state))
    assert keys(made) == ["delete machine/box", "delete network/net"]
    assert step(made, "delete network/net").after == ("delete machine/box",)
    assert {s.reason for s in made.steps} == {"is no longer wanted"}


@pytest.mark.parametrize("state", [State.DELETING, State.UNREADABLE])
def test_what_is_leaving_or_unreadable_and_not_wanted_is_awaited(state: State) -> None:
    made = plan([], found(net) | found(box, state=state, message="denied"))
    assert keys(made) == ["wait machine/box", "delete network/net"]
    assert made.steps[0].leaves
    assert made.steps[0].reason == ("denied" if state is State.UNREADABLE else "is being deleted")
    assert made.steps[1].after == ("wait machine/box",)


def test_an_update_names_the_fields() -> None:
    made = plan([Network(name="net", dns=True)], found(Network(name="net", dns=False)))
    assert keys(made) == ["update network/net"]
    assert made.steps[0].reason == "dns changed"
    assert made.steps[0].changed == {"dns"}
    assert [str(change) for change in made.steps[0].changes] == ["dns: no becomes yes"]


def test_an_object_lets_go_by_an_update_before_what_it_used_is_deleted() -> None:
    other = Machine(name="other", network=net.ref)
    made = plan(
        [net, other, Router(name="r", machines=(other.ref,))],
        found(net, box, Router(name="r", machines=(box.ref,))),
    )
    assert keys(made) == ["create machine/other", "update router/r", "delete machine/box"]


def test_none_means_do_not_care() -> None:
    assert plan([Network(name="net")], found(Network(name="net", dns=True))).empty


def test_a_fixed_field_replaces_the_object() -> None:
    made = plan([Network(name="net", cidr="10.1.0.0/16")], found(net))
    assert keys(made) == ["delete network/net", "create network/net"]
    out, back = made.steps
    assert out.replaces
    assert back.replaces
    assert out.resource == net
    assert out.reason == back.reason == "cidr cannot be changed in place"
    assert back.after == (out.key,)
    assert not made.unapproved()


def test_replacing_what_runs_workloads_needs_approval_once() -> None:
    made = plan([net, replace(box, image="new")], found(net, box))
    assert keys(made.unapproved()) == ["delete machine/box"]


def test_replacing_a_network_replaces_its_machines_and_deletes_them_first() -> None:
    made = plan([replace(net, cidr="10.1.0.0/16"), box], found(net, box))
    assert keys(made) == [
        "delete machine/box",
        "delete network/net",
        "create network/net",
        "create machine/box",
    ]
    assert keys(made.unapproved()) == ["delete machine/box"]
    change = "network: network/net becomes network/net, made anew"
    assert str(step(made, "delete machine/box").changes[0]) == change


@pytest.mark.parametrize("state", [State.PENDING, State.UNREADABLE])
def test_a_network_is_not_replaced_under_a_machine_that_is_not_ready(state: State) -> None:
    made = plan([replace(net, cidr="10.1.0.0/16"), box], found(net) | found(box, state=state))
    assert keys(made) == ["wait machine/box", "delete network/net", "create network/net"]
    assert step(made, "delete network/net").after == ("wait machine/box",)


def test_a_user_that_stays_lets_go_of_what_is_replaced_before_that_is_deleted_if_it_can() -> None:
    second = Network(name="second")
    made = plan(
        [replace(net, cidr="new"), second, Router(name="r", networks=(second.ref,))],
        found(net, second, Router(name="r", networks=(net.ref,))),
    )
    assert step(made, "delete network/net").after == ("update router/r",)


def test_an_update_that_needs_the_replaced_object_comes_after_it() -> None:
    router = Router(name="r", networks=(net.ref,))
    made = plan([replace(net, cidr="new"), router], found(net, router))
    assert keys(made) == ["delete network/net", "create network/net", "update router/r"]


def test_a_delete_does_not_wait_for_an_update_that_in_turn_waits_for_it() -> None:
    """A gateway leaves and its network is replaced while a router uses both."""
    before = Router(name="r", machines=(box.ref,), networks=(net.ref,))
    after = Router(name="r", networks=(net.ref,))
    made = plan([replace(net, cidr="new"), after], found(net, box, before))
    assert keys(made) == [
        "delete machine/box",
        "delete network/net",
        "create network/net",
        "update router/r",
    ]


def test_found_objects_that_point_at_each_other_can_be_deleted() -> None:
    a, b = Router(name="a"), Router(name="b")
    pair: list[Resource] = [
        Router(name="a", machines=(Ref(Machine, "x"),)),
        Machine(name="x", network=Ref(Network, "y")),
    ]
    circle = Network(name="y", after=(a.ref,))
    assert len(plan([], found(*pair, circle, b)).steps) == 4


def test_a_named_object_made_anew_is_the_same_to_its_users() -> None:
    user = replace(box, role=role.ref)
    made = plan([net, replace(role, path="/other/"), user], found(net, role, user))
    assert keys(made) == ["delete role/role", "create role/role"]


def test_a_new_version_of_a_template_updates_its_groups_in_the_same_plan() -> None:
    made = plan([replace(template, disk=40), group], found(template, group))
    assert keys(made) == ["update template/t", "update group/g"]
    assert step(made, "update group/g").changed == {"template_version"}
    assert step(made, "update group/g").after == ("update template/t",)


def test_a_template_change_without_a_new_version_leaves_its_groups_alone() -> None:
    assert keys(plan([replace(template, note="x"), group], found(template, group))) == ["update template/t"]


def test_a_template_made_anew_replaces_its_groups() -> None:
    made = plan([template, group], found(group))
    assert keys(made) == ["create template/t", "delete group/g", "create group/g"]
    assert step(made, "delete group/g").changed == {"template", "template_version"}


@pytest.mark.parametrize(
    ("want", "live", "last", "changes"),
    [
        (2, 1, 1, ["size: 1 becomes 2"]),
        (2, 7, 1, ["size: 7 becomes 2"]),
        (1, 7, 1, []),
        (2, 2, 1, []),
        (1, 7, None, []),
        (1, 1, None, []),
    ],
)
def test_a_loose_field_changes_only_when_we_changed_our_mind(
    want: int, live: int, last: int | None, changes: list[str]
) -> None:
    record = {} if last is None else applied(replace(box, size=last))
    made = plan([net, replace(box, size=want)], found(net, replace(box, size=live)), record)
    assert [str(change) for step in made.steps for change in step.changes] == changes


@pytest.mark.parametrize(
    ("want", "live", "last", "change"),
    [
        ((), (("theirs", "1"),), (), None),
        ((("ours", "1"),), (("ours", "1"), ("theirs", "1")), (("ours", "1"),), None),
        ((("ours", "2"),), (("ours", "1"), ("theirs", "1")), (), "tags: [ours=1] becomes [ours=2]"),
        ((("ours", "1"),), (), (), "tags: [] becomes [ours=1]"),
        ((), (("old", "1"), ("theirs", "1")), (("old", "1"),), "tags: [old=1] becomes (removed)"),
        ((), (("theirs", "1"),), (("old", "1"),), None),
        ((("new", "1"),), (("old", "1"),), (("old", "1"),), "tags: [old=1] becomes [new=1]"),
    ],
)
def test_foreign_tags_stay_and_stale_ones_go(want: Tags, live: Tags, last: Tags, change: str | None) -> None:
    made = plan([replace(net, tags=want)], found(replace(net, tags=live)), applied(replace(net, tags=last)))
    assert [str(change) for step in made.steps for change in step.changes] == ([change] if change else [])


def test_tags_are_never_removed_without_a_record_that_we_set_them() -> None:
    assert plan([net], found(replace(net, tags=(("old", "1"),)))).empty


def test_after_waits_until_done_and_follows_until_begun() -> None:
    first, second = Network(name="first"), Network(name="second")
    made = plan([first, second, Network(name="z", after=(first.ref,), follows=(second.ref,))], {})
    last = made.steps[-1]
    assert last.after == ("create network/first",)
    assert last.follows == ("create network/second",)


def test_what_is_named_in_after_and_in_follows_is_waited_for_once() -> None:
    made = plan([net, Network(name="z", after=(net.ref,), follows=(net.ref,))], {})
    assert (made.steps[-1].after, made.steps[-1].follows) == (("create network/net",), ())


def test_order_alone_is_no_difference() -> None:
    assert plan([net, Network(name="z", after=(net.ref,))], found(net, Network(name="z"))).empty


def test_a_follower_is_deleted_before_what_it_follows() -> None:
    made = plan([], found(net, Network(name="a", after=(net.ref,)), Network(name="z", follows=(net.ref,))))
    assert keys(made) == ["delete network/a", "delete network/z", "delete network/net"]


def test_what_is_inside_another_goes_with_it() -> None:
    assert keys(plan([net], found(net, box, entry))) == ["delete machine/box"]


def test_what_is_inside_another_is_deleted_alone_when_that_stays() -> None:
    assert keys(plan([net, box], found(net, box, entry))) == ["delete entry/entry"]


def test_what_is_inside_a_replaced_object_is_made_again() -> None:
    made = plan([net, replace(box, image="new"), entry], found(net, box, entry))
    assert keys(made) == ["delete machine/box", "create machine/box", "create entry/entry"]


def test_what_is_inside_an_object_that_is_wanted_while_being_deleted_is_made_again() -> None:
    made = plan([net, box, entry], found(net, entry) | found(box, state=State.DELETING))
    assert keys(made) == ["wait machine/box", "create machine/box", "create entry/entry"]


def test_what_is_inside_a_replaced_object_does_not_hold_it_up() -> None:
    made = plan([net, replace(box, image="new"), entry], found(net, box) | found(entry, state=State.PENDING))
    assert step(made, "delete machine/box").after == ()


def test_what_moves_to_another_container_is_deleted_in_the_old_one() -> None:
    other = Machine(name="other", network=net.ref)
    made = plan([net, other, replace(entry, machine=other.ref)], found(net, box, entry))
    assert step(made, "create entry/entry").after == ("create machine/other", "delete entry/entry")
    assert step(made, "delete machine/box").after == ("delete entry/entry",)


def test_a_lane_goes_one_at_a_time_waits_first_then_deletes() -> None:
    wanted = [profile("a"), profile("b", selector="new"), profile("d")]
    there = found(net, box, profile("b"), profile("e")) | found(profile("d"), state=State.PENDING)
    made = plan([net, box, *wanted], there)
    assert keys(made) == [
        "wait profile/d",
        "delete profile/b",
        "delete profile/e",
        "create profile/a",
        "create profile/b",
    ]
    assert [s.after for s in made.steps[1:4]] == [(key,) for key in keys(made)[:3]]


def test_lanes_of_two_objects_do_not_wait_for_each_other() -> None:
    other = Machine(name="other", network=net.ref)
    made = plan([net, box, other, profile("a"), Profile(name="b", machine=other.ref)], found(net, box, other))
    assert [s.after for s in made.steps] == [(), ()]


def test_a_lane_respects_the_order_within_it() -> None:
    first = profile("z")
    last = replace(profile("a"), after=(first.ref,))
    assert keys(plan([net, box, first, last], found(net, box))) == ["create profile/z", "create profile/a"]
    assert keys(plan([net, box], found(net, box, first, last))) == ["delete profile/a", "delete profile/z"]


@dataclass(frozen=True, kw_only=True)
class Door(Resource):
    KIND: ClassVar[str] = "door"
    profile: Ref[Profile]


def test_a_lane_makes_the_new_before_the_old_goes_where_a_user_must_switch_over() -> None:
    old, new = profile("old"), profile("new")
    made = plan(
        [net, box, new, Door(name="d", profile=new.ref)],
        found(net, box, old, Door(name="d", profile=old.ref)),
    )
    assert keys(made) == ["create profile/new", "update door/d", "delete profile/old"]


def test_a_reference_to_what_is_not_wanted_is_a_broken_graph() -> None:
    with pytest.raises(BrokenGraph, match=r"^machine/box refers to network/net, which is not wanted\.$"):
        plan([box], found(net))
    with pytest.raises(BrokenGraph, match="group/g refers to template/t"):
        plan([group], {})


def test_a_resource_wanted_twice_is_a_broken_graph() -> None:
    with pytest.raises(BrokenGraph, match=r"^network/net is wanted twice\.$"):
        plan([net, replace(net, cidr="x")], {})


def test_a_circle_is_a_broken_graph_that_names_its_members() -> None:
    a, b = Ref(Network, "a"), Ref(Network, "b")
    with pytest.raises(BrokenGraph, match="network/a -> network/b -> network/a"):
        plan([Network(name="a", after=(b,)), Network(name="b", follows=(a,))], {})


def test_the_same_inputs_in_any_order_give_the_same_plan() -> None:
    wanted: list[Resource] = [replace(net, cidr="new"), box, entry, profile("a")]
    there = [net, box, profile("b"), Network(name="old"), Machine(name="old", network=Ref(Network, "old"))]
    plans = {
        plan(some, found(*others))
        for some in permutations(wanted)
        for others in (there, there[::-1], there[2:] + there[:2])
    }
    assert len(plans) == 1


@dataclass(frozen=True, kw_only=True)
class Gate(Resource):
    """Not disruptive by itself, but it goes when its machine does."""

    KIND: ClassVar[str] = "gate"
    FIXED: ClassVar[frozenset[str]] = frozenset({"machine"})
    machine: Ref[Machine]


def test_what_stands_in_the_way_of_a_replacement_needs_the_same_approval() -> None:
    network = Network(name="net")
    machine = Machine(name="m", network=network.ref, image="new")
    gate = Gate(name="g", machine=machine.ref)
    before = {
        network.ref: Found(id="n-1", actual=network),
        machine.ref: Found(id="m-1", actual=replace(machine, image="old")),
        gate.ref: Found(id="g-1", actual=gate),
    }
    steps = {step.key: step.approval for step in plan([network, machine, gate], before).steps}
    assert steps["delete machine/m"]
    assert steps["delete gate/g"]
    assert not steps["create machine/m"]
