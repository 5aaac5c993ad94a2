"""From the properties of a resource to the parameters of a call: the names differ in case, and where
templates have text or lists of tags the API may want numbers, booleans, maps or documents. Pure.
"""

import json
from typing import Any


class Unfit(Exception):
    """A property that the resource does not have, or of another type."""


def shaped(shape: Any, value: Any, path: str = "#") -> Any:
    """`value` as botocore's `shape` has it."""
    convert = _STRUCTURED.get(shape.type_name)
    if convert is not None:
        return convert(shape, value, path)
    return _scalar(shape.type_name, value, path)


def _structure(shape: Any, value: Any, path: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unfit(f"{path}: expected type: JSONObject, found: {type(value).__name__}")
    members = {name.lower(): name for name in shape.members}
    found: dict[str, Any] = {}
    for key, one in value.items():
        name = members.get(key.lower())
        if name is None:
            raise Unfit(f"{path}: extraneous key [{key}] is not permitted")
        found[name] = shaped(shape.members[name], one, f"{path}/{key}")
    return found


def _list(shape: Any, value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit(f"{path}: expected type: JSONArray, found: {type(value).__name__}")
    return [shaped(shape.member, one, f"{path}/{index}") for index, one in enumerate(value)]


def _map(shape: Any, value: Any, path: str) -> dict[str, Any]:
    pairs = {one["Key"]: one["Value"] for one in value} if isinstance(value, list) else value
    return {str(key): shaped(shape.value, one, f"{path}/{key}") for key, one in pairs.items()}


def _scalar(kind: str, value: Any, path: str) -> Any:
    if kind == "string":
        if isinstance(value, bool):
            return str(value).lower()
        return json.dumps(value) if isinstance(value, dict | list) else str(value)
    if kind == "boolean" and str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    try:
        if kind in ("integer", "long"):
            return int(value)
        return float(value) if kind in ("float", "double") else value
    except (TypeError, ValueError):
        raise Unfit(f"{path}: expected type: Number, found: {type(value).__name__}") from None


_STRUCTURED = {"structure": _structure, "list": _list, "map": _map}
