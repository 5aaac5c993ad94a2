"""Structural schemas of CustomResourceDefinitions: what they prune, fill in and refuse.

https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

from clusterwright.sandbox.kube.faults import Fault, required, unfit
from clusterwright.sandbox.kube.wire import Wire

_OF_EVERY_OBJECT = ("apiVersion", "kind", "metadata")
_INT_OR_STRING = "x-kubernetes-int-or-string"
_KEEPS = "x-kubernetes-preserve-unknown-fields"
_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
_BOUNDS: dict[str, tuple[type | tuple[type, ...], Callable[[Any, Any], bool], str]] = {
    "minimum": ((int, float), lambda value, bound: value >= bound, "should be greater than or equal to"),
    "maximum": ((int, float), lambda value, bound: value <= bound, "should be less than or equal to"),
    "minLength": (str, lambda value, bound: len(value) >= bound, "should be at least as long as"),
    "maxLength": (str, lambda value, bound: len(value) <= bound, "may not be longer than"),
    "pattern": (str, lambda value, bound: bool(re.search(bound, value)), "should match"),
    "minItems": (list, lambda value, bound: len(value) >= bound, "should have at least this many items:"),
    "maxItems": (list, lambda value, bound: len(value) <= bound, "must have at most this many items:"),
}


def shaped(wire: Wire, schema: Wire) -> Wire:
    """Pruned, and with defaults."""
    head = {name: wire[name] for name in _OF_EVERY_OBJECT if name in wire}
    rest = {name: value for name, value in wire.items() if name not in head}
    return {**head, **_shaped(rest, _without_head(schema))}


def _without_head(schema: Wire) -> Wire:
    members = schema.get("properties") or {}
    return {**schema, "properties": {key: one for key, one in members.items() if key not in _OF_EVERY_OBJECT}}


def _shaped(value: Any, schema: Wire) -> Any:
    if isinstance(value, list):
        return [_shaped(item, schema.get("items") or {}) for item in value]
    if isinstance(value, dict):
        return _shaped_object(value, schema)
    return value


def _shaped_object(value: Wire, schema: Wire) -> Wire:
    known, others = schema.get("properties") or {}, schema.get("additionalProperties")
    embedded = _OF_EVERY_OBJECT if schema.get("x-kubernetes-embedded-resource") else ()
    found: Wire = {}
    for name, member in value.items():
        if name in known:
            found[name] = _shaped(member, known[name])
        elif others or schema.get(_KEEPS) or name in embedded:
            found[name] = _shaped(member, others) if isinstance(others, dict) else member
    for name, one in known.items():
        missing = name not in found or (found[name] is None and not one.get("nullable"))
        if missing and "default" in one:
            found[name] = _shaped(copy.deepcopy(one["default"]), one)
        elif missing:
            found.pop(name, None)
    return found


def faults(wire: Wire, schema: Wire) -> Iterator[Fault]:
    rest = {name: value for name, value in wire.items() if name not in _OF_EVERY_OBJECT}
    yield from _faults(rest, _without_head({**schema, "required": schema.get("required") or []}), "")


def _faults(value: Any, schema: Wire, path: str) -> Iterator[Fault]:
    if value is None and schema.get("nullable"):
        return
    kind = schema.get("type", "")
    if schema.get(_INT_OR_STRING):
        if not (_TYPES["integer"](value) or isinstance(value, str)):
            yield unfit(path, value, "must be of type integer or string", "FieldValueTypeInvalid")
        return
    if kind and not _TYPES[kind](value):
        yield unfit(path, value, f"must be of type {kind}", "FieldValueTypeInvalid")
        return
    yield from _out_of_bounds(value, schema, path)
    if isinstance(value, dict):
        yield from _in_members(value, schema, path)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _faults(item, schema.get("items") or {}, f"{path}[{at}]")


def _out_of_bounds(value: Any, schema: Wire, path: str) -> Iterator[Fault]:
    if "enum" in schema and value not in schema["enum"]:
        known = ", ".join(f'"{one}"' for one in schema["enum"])
        yield Fault(
            path, "FieldValueNotSupported", f'Unsupported value: "{value}": supported values: {known}'
        )
    for name, (kind, holds, words) in _BOUNDS.items():
        if name in schema and isinstance(value, kind) and not holds(value, schema[name]):
            yield unfit(path, value, f"{path} in body {words} {schema[name]}")


def _in_members(value: Wire, schema: Wire, path: str) -> Iterator[Fault]:
    known, others = schema.get("properties") or {}, schema.get("additionalProperties")
    for name in schema.get("required") or ():
        if name not in value and name not in _OF_EVERY_OBJECT:
            yield required(f"{path}.{name}".lstrip("."))
    for name, member in value.items():
        one = known.get(name) or (others if isinstance(others, dict) else {})
        yield from _faults(member, one, f"{path}.{name}".lstrip("."))


def faults_of_definition(wire: Wire) -> Iterator[Fault]:
    """https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema"""
    versions = wire["spec"]["versions"]
    if not versions:
        yield required("spec.versions", "must have at least one version")
    elif sum(bool(one.get("storage")) for one in versions) != 1:
        yield unfit("spec.versions", None, "must have exactly one version marked as storage version")
    for at, one in enumerate(versions):
        schema = (one.get("schema") or {}).get("openAPIV3Schema")
        path = f"spec.versions[{at}].schema.openAPIV3Schema"
        if schema is None:
            yield required(path, "schemas are required")
        elif schema.get("type") != "object":
            yield required(f"{path}.type", "must be object at the root")
