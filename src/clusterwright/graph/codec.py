"""Resources and plans as JSON, and back. The kinds are given; nothing is looked up by import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import TypeAlias, get_args, get_type_hints

from clusterwright.errors import Error
from clusterwright.graph.diff import Change
from clusterwright.graph.plan import Plan, Step, Verb
from clusterwright.graph.resource import AnyRef, Output, Ref, Resource

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Unreadable(Error):
    """A stored resource or plan cannot be read by this version."""

    code = "unreadable"


class Codec:
    """Reads and writes resources of the given kinds and the value objects inside them."""

    def __init__(self, kinds: Iterable[type[Resource]]) -> None:
        self.kinds = {kind.KIND: kind for kind in kinds}
        values = {value for kind in self.kinds.values() for value in value_types(kind)}
        self.values = {value.__name__: value for value in values}
        if len(self.values) < len(values):
            raise TypeError("two value types share a name, so stored ones could not be told apart")

    def dump_ref(self, ref: AnyRef) -> str:
        return str(ref)

    def load_ref(self, text: str) -> AnyRef:
        kind, _, name = text.partition("/")
        if kind not in self.kinds:
            raise Unreadable(f"{text} is of a kind that this version does not know.")
        return Ref(self.kinds[kind], name)

    def dump(self, resource: Resource) -> dict[str, Json]:
        data: dict[str, Json] = {"kind": resource.KIND}
        for f in fields(resource):
            value = getattr(resource, f.name)
            if value != f.default or value not in (None, ()):
                data[f.name] = encode(value)
        return data

    def load(self, data: Mapping[str, Json]) -> Resource:
        kind = self.kinds.get(str(data.get("kind")))
        if kind is None:
            raise Unreadable(f"{data.get('kind')!r} is a kind that this version does not know.")
        known = {f.name for f in fields(kind)}
        values = {name: self.decode(value) for name, value in data.items() if name in known}
        try:
            return kind(**values)  # type: ignore[arg-type]  # field types are those that dump wrote
        except TypeError as error:
            raise Unreadable(f"A stored {kind.KIND} lacks fields: {error}.") from error

    def decode(self, value: Json) -> object:
        if isinstance(value, list):
            return tuple(self.decode(item) for item in value)
        if not isinstance(value, dict):
            return value
        if "is" in value:
            return self.decode_value(value)
        if "output" in value:
            return Output(self.load_ref(str(value.get("of"))), str(value["output"]))
        return self.load_ref(str(value.get("ref")))

    def decode_value(self, data: Mapping[str, Json]) -> object:
        name = str(data["is"])
        make: Callable[..., object] | None = self.values.get(name)
        if make is None:
            raise Unreadable(f"{name!r} is a value that this version does not know.")
        try:
            return make(**{name: self.decode(item) for name, item in data.items() if name != "is"})
        except TypeError as error:
            raise Unreadable(f"A stored {name} has other fields: {error}.") from error

    def dump_plan(self, plan: Plan) -> Json:
        return {"steps": [self.dump_step(step) for step in plan.steps]}

    def dump_step(self, step: Step) -> Json:
        return {
            "key": step.key,
            "verb": step.verb.value,
            "resource": self.dump(step.resource),
            "reason": step.reason,
            "changes": [{"field": c.field, "was": c.was, "becomes": c.becomes} for c in step.changes],
            "after": list(step.after),
            "follows": list(step.follows),
            "replaces": step.replaces,
            "approval": step.approval,
            "leaves": step.leaves,
        }

    def load_plan(self, data: Json) -> Plan:
        try:
            return Plan(tuple(self.load_step(step) for step in items(items_of(data)["steps"])))
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"A stored plan has another shape: {error}.") from error

    def load_step(self, data: Json) -> Step:
        row = items_of(data)
        return Step(
            verb=Verb(str(row["verb"])),
            resource=self.load(items_of(row["resource"])),
            reason=str(row["reason"]),
            changes=tuple(
                Change(**{k: str(v) for k, v in items_of(c).items()}) for c in items(row["changes"])
            ),
            after=tuple(map(str, items(row["after"]))),
            follows=tuple(map(str, items(row["follows"]))),
            replaces=bool(row["replaces"]),
            approval=bool(row["approval"]),
            leaves=bool(row["leaves"]),
        )


def items(data: Json) -> list[Json]:
    if not isinstance(data, list):
        raise Unreadable("A list was expected in a stored plan.")
    return data


def items_of(data: Json) -> dict[str, Json]:
    if not isinstance(data, dict):
        raise Unreadable("An object was expected in a stored plan.")
    return data


def encode(value: object) -> Json:
    if isinstance(value, Ref):
        return {"ref": str(value)}
    if isinstance(value, Output):
        return {"output": value.name, "of": str(value.of)}
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {"is": type(value).__name__} | {f.name: encode(getattr(value, f.name)) for f in fields(value)}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{value!r} has no place in a resource")


def value_types(kind: type) -> Iterator[type]:
    """The value objects (routes, rules, trusts) that a kind's fields hold."""
    for hint in get_type_hints(kind).values():
        for part in parts(hint):
            if (
                isinstance(part, type)
                and is_dataclass(part)
                and not issubclass(part, Resource | Ref | Output)
            ):
                yield part
                yield from value_types(part)


def parts(hint: object) -> Iterator[object]:
    yield hint
    for argument in get_args(hint):
        yield from parts(argument)
