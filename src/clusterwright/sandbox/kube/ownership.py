"""Managed fields: who owns which field, and what becomes of that when somebody writes.

https://kubernetes.io/docs/reference/using-api/server-side-apply/
"""

import copy
from dataclasses import replace
from typing import Any

from clusterwright.sandbox.kube.exchange import Refusal
from clusterwright.sandbox.kube.field_paths import Path, assign, discard, find, is_shared, leaves, words
from clusterwright.sandbox.kube.store import Owner
from clusterwright.sandbox.kube.wire import Wire

Owners = tuple[Owner, ...]

_OF_THE_SERVER = frozenset(
    {
        "managedFields",
        "resourceVersion",
        "uid",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
        "generation",
        "name",
        "namespace",
        "selfLink",
    }
)


def fields_of(wire: Wire) -> frozenset[Path]:
    """All that can be owned: not the object's identity, nor what the server keeps for itself."""
    return frozenset(path for path in leaves(wire) if path and not _is_the_servers(path))


def _is_the_servers(path: Path) -> bool:
    first = path[0][1]
    if first in ("apiVersion", "kind"):
        return True
    return first == "metadata" and (len(path) == 1 or path[1][1] in _OF_THE_SERVER)


def updated(owners: Owners, before: Wire, after: Wire, writer: Owner) -> Owners:
    """After a create, replace or patch: what the writer changed is the writer's, what is gone is nobody's."""
    present = fields_of(after)
    changed = frozenset(path for path in present if find(before, path) != find(after, path))
    kept = [replace(one, paths=(one.paths & present) - changed) for one in owners]
    return _with(kept, writer, changed) if changed else _without_empty(kept)


def _with(owners: list[Owner], writer: Owner, paths: frozenset[Path]) -> Owners:
    for at, one in enumerate(owners):
        if one.same_writer(writer):
            owners[at] = replace(one, paths=one.paths | paths, time=writer.time)
            return _without_empty(owners)
    return _without_empty([*owners, replace(writer, paths=paths)])


def _without_empty(owners: list[Owner]) -> Owners:
    return tuple(one for one in owners if one.paths)


def applied(before: Wire, owners: Owners, wanted: Wire, writer: Owner, force: bool) -> tuple[Wire, Owners]:
    """Server-side apply: the merged object and its owners, or the conflict that is in the way."""
    paths = fields_of(wanted)
    others = [one for one in owners if not one.same_writer(writer)]
    mine = next((one for one in owners if one.same_writer(writer)), None)
    differing = frozenset(path for path in paths if _differs(find(before, path), find(wanted, path), path))
    conflicts = [(one, path) for one in others for path in sorted(one.paths & differing, key=words)]
    if conflicts and not force:
        raise _conflict(conflicts)
    left = [replace(one, paths=one.paths - differing) for one in others]
    merged = _merged(before, wanted, paths, _dropped(mine, paths, left))
    changed = mine is None or mine.paths != paths or bool(differing)
    time = writer.time if mine is None or changed else mine.time
    return merged, _without_empty([*left, replace(writer, paths=paths, time=time)])


def _differs(had: Any, wanted: Any, path: Path) -> bool:
    """An empty map or shared list says that there is one, not that there is nothing in it."""
    if wanted == [] and is_shared(str(path[-1][1])):
        return not isinstance(had, list)
    return bool(had != wanted) and not (wanted == {} and isinstance(had, dict))


def _dropped(mine: Owner | None, paths: frozenset[Path], others: list[Owner]) -> frozenset[Path]:
    """What the writer applied before, does not apply now, and nobody else wants."""
    if mine is None:
        return frozenset()
    kept = {path[:end] for one in others for path in one.paths for end in range(1, len(path) + 1)}
    return mine.paths - paths - kept


def _merged(before: Wire, wanted: Wire, paths: frozenset[Path], dropped: frozenset[Path]) -> Wire:
    merged: Wire = copy.deepcopy(before)
    for path in sorted(dropped, key=len, reverse=True):
        discard(merged, path)
    for path in leaves(wanted):
        value = find(wanted, path)
        if path in paths and _differs(find(merged, path), value, path):
            assign(merged, path, copy.deepcopy(value))
    return merged


def _conflict(conflicts: list[tuple[Owner, Path]]) -> Refusal:
    """Worded as `k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go` words it."""
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f"conflict with {_named(owner)}",
            "field": words(path),
        }
        for owner, path in conflicts
    ]
    if len(conflicts) == 1:
        owner, path = conflicts[0]
        message = f"Apply failed with 1 conflict: conflict with {_named(owner)}: {words(path)}"
    else:
        message = f"Apply failed with {len(conflicts)} conflicts: {_listed(conflicts)}"
    return Refusal(409, "Conflict", message, {"causes": causes})


def _listed(conflicts: list[tuple[Owner, Path]]) -> str:
    by_manager: dict[str, list[str]] = {}
    for owner, path in conflicts:
        by_manager.setdefault(_named(owner), []).append(f"- {words(path)}")
    lines: list[str] = []
    for manager in sorted(by_manager):
        lines += [f"conflicts with {manager}:", *by_manager[manager]]
    return "\n".join(lines)


def _named(owner: Owner) -> str:
    said = f'"{owner.manager}"'
    if owner.subresource:
        said += f' with subresource "{owner.subresource}"'
    return f"{said} using {owner.api_version}" if owner.operation == "Update" else said
