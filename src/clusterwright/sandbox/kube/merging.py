"""The three older kinds of PATCH: JSON Patch, JSON Merge Patch, strategic merge.

RFC 6902, RFC 7386 and https://github.com/kubernetes/community/blob/master/contributors/devel/
sig-api-machinery/strategic-merge-patch.md
"""

import copy
from typing import Any

from clusterwright.sandbox.kube.exchange import Refusal, bad_request
from clusterwright.sandbox.kube.field_paths import keyed, keys_of
from clusterwright.sandbox.kube.wire import Wire

_PRIMITIVES = "$deleteFromPrimitiveList/"


def merge(before: Any, change: Any) -> Any:
    if not isinstance(change, dict):
        return copy.deepcopy(change)
    merged = dict(before) if isinstance(before, dict) else {}
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def strategic(before: Any, change: Any, field: str = "") -> Any:
    if isinstance(change, dict):
        return _strategic_map(before if isinstance(before, dict) else {}, change)
    if isinstance(change, list) and isinstance(before, list):
        return _strategic_list(before, change, field)
    return copy.deepcopy(change)


def _strategic_map(before: Wire, change: Wire) -> Wire:
    if change.get("$patch") == "replace":
        return {name: copy.deepcopy(value) for name, value in change.items() if name != "$patch"}
    merged = {} if change.get("$patch") == "delete" else dict(before)
    for name, value in change.items():
        if name.startswith(_PRIMITIVES):
            target = name.removeprefix(_PRIMITIVES)
            merged[target] = [one for one in merged.get(target, []) if one not in value]
        elif value is None:
            merged.pop(name, None)
        elif not name.startswith("$"):
            merged[name] = strategic(merged.get(name), value, name)
    _retain(merged, change.get("$retainKeys"))
    return merged


def _retain(merged: Wire, kept: list[str] | None) -> None:
    if kept is not None:
        for name in set(merged) - set(kept):
            del merged[name]


def _strategic_list(before: list[Any], change: list[Any], field: str) -> list[Any]:
    """Item by item where items have keys, as a whole where they have none; finalizers are a set."""
    if field == "finalizers":
        return [*before, *(one for one in change if one not in before)]
    orders = [one for one in change if not (isinstance(one, dict) and one.get("$patch") == "replace")]
    if len(orders) < len(change) or not keyed(field, orders):
        return copy.deepcopy(orders)
    merged = list(before)
    for item in orders:
        _strategic_item(merged, item, field)
    return merged


def _strategic_item(merged: list[Any], item: Wire, field: str) -> None:
    keys = keys_of(field, item)
    found = next((at for at, one in enumerate(merged) if keys_of(field, one) == keys), None)
    if item.get("$patch") == "delete":
        if found is not None:
            del merged[found]
    elif found is None:
        merged.append(strategic({}, item))
    else:
        merged[found] = strategic(merged[found], item)


def json_patch(before: Wire, operations: Any) -> Wire:
    if not isinstance(operations, list):
        raise bad_request("json: cannot unmarshal object into Go value of type jsonpatch.Patch")
    document: Wire = copy.deepcopy(before)
    for operation in operations:
        try:
            _operate(document, operation)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            message = f"the server rejected our request due to an error in our request: {error!r}"
            raise Refusal(422, "Invalid", message) from None
    return document


def _operate(document: Wire, operation: Wire) -> None:
    verb, path = operation["op"], operation["path"]
    if verb == "test":
        if _at(document, path) != operation.get("value"):
            raise ValueError(f"testing value {path} failed")
        return
    if verb in ("copy", "move"):
        value = copy.deepcopy(_at(document, operation["from"]))
        if verb == "move":
            _remove(document, operation["from"])
        _add(document, path, value, inserting=True)
    elif verb == "remove":
        _remove(document, path)
    else:
        _add(document, path, operation["value"], inserting=verb == "add")


def _parts(pointer: str) -> list[str]:
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]


def _at(document: Any, pointer: str) -> Any:
    return _walk(document, _parts(pointer))


def _walk(here: Any, parts: list[str]) -> Any:
    for part in parts:
        here = here[int(part)] if isinstance(here, list) else here[part]
    return here


def _add(document: Any, pointer: str, value: Any, inserting: bool) -> None:
    *leading, last = _parts(pointer)
    parent = _walk(document, leading)
    if not isinstance(parent, list):
        parent[last] = value
    elif last == "-":
        parent.append(value)
    elif inserting:
        parent.insert(int(last), value)
    else:
        parent[int(last)] = value


def _remove(document: Any, pointer: str) -> None:
    *leading, last = _parts(pointer)
    parent = _walk(document, leading)
    if isinstance(parent, list):
        del parent[int(last)]
    else:
        del parent[last]
