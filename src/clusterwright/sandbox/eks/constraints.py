"""What every request must satisfy by itself: botocore's description of the service says it, member by member.

Required members, types, lists of values, lengths, ranges and patterns, as in
https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html and its siblings.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader

Shape = dict[str, Any]

_TYPES: dict[str, type] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "list": list,
    "map": dict,
    "structure": dict,
}


def problem(action: str, params: dict[str, Any]) -> str | None:
    """The first thing that is wrong with the parameters of an operation, in AWS's words."""
    return next(_problems(_model()["operations"][action]["input"]["shape"], params, ""), None)


@cache
def _model() -> dict[str, Any]:
    found: dict[str, Any] = Loader().load_service_model("eks", "service-2")
    return found


def _problems(shape_name: str, value: Any, where: str) -> Iterator[str]:
    shape = _model()["shapes"][shape_name]
    kind = _TYPES.get(shape["type"])
    if kind is not None and not _is(value, kind):
        yield f"Value at '{where}' is not a {shape['type']}"
        return
    broken = _broken(shape, value)
    if broken:
        yield f"Value '{value}' at '{where}' failed to satisfy constraint: Member must {broken}"
    yield from _inside(shape, value, where)


def _is(value: Any, kind: type) -> bool:
    """A truth value is a number in Python, but not for AWS."""
    return isinstance(value, kind) and (kind is not int or not isinstance(value, bool))


def _inside(shape: Shape, value: Any, where: str) -> Iterator[str]:
    if shape["type"] == "structure":
        for name in shape.get("required", ()):
            if value.get(name) is None:
                yield f"Value at '{_at(where, name)}' failed to satisfy constraint: Member must not be null"
        for name, member in shape["members"].items():
            if value.get(name) is not None:
                yield from _problems(member["shape"], value[name], _at(where, name))
    elif shape["type"] == "list":
        for number, one in enumerate(value, 1):
            yield from _problems(shape["member"]["shape"], one, f"{where}.{number}.member")
    elif shape["type"] == "map":
        for key, one in value.items():
            yield from _problems(shape["key"]["shape"], key, f"{where}.key")
            yield from _problems(shape["value"]["shape"], one, f"{where}.{key}.member")


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _broken(shape: Shape, value: Any) -> str | None:
    if "enum" in shape and value not in shape["enum"]:
        return f"satisfy enum value set: [{', '.join(shape['enum'])}]"
    if "pattern" in shape and not re.fullmatch(shape["pattern"], value):
        return f"satisfy regular expression pattern: {shape['pattern']}"
    size, what = (value, "value") if isinstance(value, int) else (_length(value), "length")
    if size is not None and size > shape.get("max", size):
        return f"have {what} less than or equal to {shape['max']}"
    # An empty map is as none at all: eksctl sends one for tags, which the model forbids and EKS takes.
    if size is not None and size < shape.get("min", size) and value != {}:
        return f"have {what} greater than or equal to {shape['min']}"
    return None


def _length(value: Any) -> int | None:
    return len(value) if isinstance(value, str | list | dict) else None
