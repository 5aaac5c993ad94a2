"""Paths of single fields inside an object, as managed fields and server-side apply count them.

A real API server takes the keys of lists from its schemas; here they are known for the lists that matter.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from clusterwright.sandbox.kube.wire import Wire

# ("f", name) a member, ("k", ((key, value), ...)) an item of a keyed list, ("v", value) an item of a set
Step = tuple[str, Any]
Path = tuple[Step, ...]
Keys = tuple[tuple[str, Any], ...]

MISSING: Any = object()

_SETS = frozenset({"finalizers"})
_KEYS: dict[str, tuple[str, ...]] = {
    "conditions": ("type",),
    "containers": ("name",),
    "env": ("name",),
    "ephemeralContainers": ("name",),
    "hostAliases": ("ip",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "secrets": ("name",),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "volumeDevices": ("devicePath",),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
    "webhooks": ("name",),
}


def keys_of(field: str, item: Any) -> Keys | None:
    """What tells this item of the list `field` from the others; None where position is all there is."""
    if not isinstance(item, dict):
        return None
    if field == "ports":
        return _port(item)
    wanted = _KEYS.get(field, ())
    if not wanted or any(key not in item for key in wanted):
        return None
    return tuple((key, item[key]) for key in wanted)


def _port(item: Wire) -> Keys | None:
    number = next((key for key in ("containerPort", "port") if key in item), None)
    return None if number is None else ((number, item[number]), ("protocol", item.get("protocol", "TCP")))


def is_shared(field: str) -> bool:
    """Whether several owners have a part each in the list of this name."""
    return field in _SETS or field in _KEYS or field == "ports"


def keyed(field: str, items: list[Any]) -> list[Keys] | None:
    """The keys of all items, if each has one of its own."""
    found = [keys_of(field, item) for item in items]
    whole = [one for one in found if one is not None]
    return whole if whole and len(set(whole)) == len(items) else None


def leaves(value: Any, path: Path = (), field: str = "") -> Iterator[Path]:
    """The paths of all fields that can be owned; a list without keys is one field."""
    if isinstance(value, dict) and value:
        for name, member in value.items():
            yield from leaves(member, (*path, ("f", name)), name)
        return
    if isinstance(value, list) and value:
        keys = keyed(field, value)
        if keys:
            for one, item in zip(keys, value, strict=True):
                yield from leaves(item, (*path, ("k", one)))
            return
        if field in _SETS:
            yield from ((*path, ("v", item)) for item in value)
            return
    yield path


def find(value: Any, path: Path) -> Any:
    """What stands at the path, or MISSING."""
    field = ""
    for step, name in path:
        value = _member(value, step, name, field)
        if value is MISSING:
            return MISSING
        field = name if step == "f" else ""
    return value


def _member(value: Any, step: str, name: Any, field: str) -> Any:
    if step == "f":
        return value.get(name, MISSING) if isinstance(value, dict) else MISSING
    items = value if isinstance(value, list) else []
    if step == "v":
        return name if name in items else MISSING
    return next((item for item in items if keys_of(field, item) == name), MISSING)


def assign(root: Wire, path: Path, value: Any) -> None:
    """Put a value at the path, making what leads to it."""
    here: Any = root
    field = ""
    for index, (step, name) in enumerate(path):
        following = path[index + 1][0] if index + 1 < len(path) else None
        if step == "f":
            if following is None:
                here[name] = value
                return
            here, field = _step_into(here, name, following), name
        elif step == "v":
            if name not in here:
                here.append(name)
            return
        else:
            here = _item(here, field, name)
            if following is None and isinstance(value, dict):
                here.update(value)


def _step_into(here: Wire, name: str, following: str) -> Any:
    wanted: type = dict if following == "f" else list
    if not isinstance(here.get(name), wanted):
        here[name] = wanted()
    return here[name]


def _item(items: list[Any], field: str, keys: Keys) -> Any:
    found = next((item for item in items if keys_of(field, item) == keys), None)
    if found is None:
        found = dict(keys)
        items.append(found)
    return found


def discard(root: Wire, path: Path) -> None:
    """Take the field away, and with it what it leaves empty. The keys of an item go with the item only."""
    chain: list[tuple[Any, Step]] = []
    here: Any = root
    field = ""
    for step, name in path:
        found = _member(here, step, name, field)
        if found is MISSING:
            return
        chain.append((here, (step, name)))
        here, field = found, name if step == "f" else ""
    if not _is_key(path):
        _take(*chain[-1], field=path[-2][1] if len(path) > 1 else "")
    for depth in range(len(chain) - 1, 0, -1):
        parent, last = chain[depth - 1]
        if not _is_empty(chain[depth][0], last):
            return
        _take(parent, last, field=path[depth - 2][1] if depth > 1 else "")


def _is_key(path: Path) -> bool:
    return len(path) > 1 and path[-2][0] == "k" and path[-1][1] in dict(path[-2][1])


def _is_empty(value: Any, step: Step) -> bool:
    """An item of a keyed list that is left with nothing but its keys is empty too."""
    if step[0] == "k" and isinstance(value, dict):
        return set(value) <= {key for key, _ in step[1]}
    return value in ({}, [])


def _take(parent: Any, step: Step, field: str) -> None:
    kind, name = step
    if kind == "f":
        parent.pop(name, None)
    elif kind == "v":
        parent.remove(name)
    else:
        parent[:] = [item for item in parent if keys_of(field, item) != name]


def fields_v1(paths: Iterable[Path]) -> Wire:
    """https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/ (fieldsV1)"""
    root: Wire = {}
    for path in sorted(paths, key=str):
        here = root
        for kind, name in path:
            if kind == "k":
                here = here.setdefault("k:" + _json(dict(name)), {".": {}})
            else:
                here = here.setdefault(f"f:{name}" if kind == "f" else "v:" + _json(name), {})
    return root


def words(path: Path) -> str:
    """`.spec.containers[name="web"].image`, as conflicts name a field."""
    said = ""
    for kind, name in path:
        if kind == "f":
            said += f".{name}"
        elif kind == "v":
            said += f"[={_json(name)}]"
        else:
            said += "[" + ",".join(f"{key}={_json(value)}" for key, value in name) + "]"
    return said


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
