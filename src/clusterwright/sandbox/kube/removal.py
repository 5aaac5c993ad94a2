"""Deletion: finalizers, what goes with an object, and namespaces that go once they are empty.

https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/
https://kubernetes.io/docs/concepts/architecture/garbage-collection/#owners-dependents
"""

from clusterwright.sandbox.kube.resources import DEFINITION
from clusterwright.sandbox.kube.store import Key, Stored
from clusterwright.sandbox.kube.wire import Wire
from clusterwright.sandbox.kube.world import World

_NAMESPACE = ("", "namespaces")
_FOREGROUND = "foregroundDeletion"
_COLLECTOR = "kube-controller-manager"


def delete(world: World, one: Stored, policy: str = "") -> Stored:
    """The object as it is left: terminating, or as it was last. In the foreground its dependents go first."""
    if policy == "Orphan":
        _orphan(world, one)
    waits = policy == "Foreground" and bool(world.store.dependents(one.uid))
    marked = _marked(world, _held_back(one) if waits else one)
    for dependent in world.store.dependents(one.uid) if waits else ():
        if not dependent.is_terminating:
            delete(world, dependent, policy)
    for inside in _contents(world, marked):
        if not inside.is_terminating:
            delete(world, inside)
    return finish(world, marked)


def finish(world: World, one: Stored) -> Stored:
    """Remove what is marked and held by nothing any more, and what that leaves behind."""
    current = world.store.get(one.key)
    if current is None or not current.is_terminating or _is_held(world, current):
        return current or one
    last = world.store.remove(current.key)
    for dependent in world.store.dependents(last.uid):
        _disown(world, dependent, last.uid)
    _finish_owners(world, last)
    _finish_container(world, last)
    return last


def _marked(world: World, one: Stored) -> Stored:
    if one.is_terminating:
        return one
    metadata = {**one.metadata, "deletionTimestamp": world.now, "deletionGracePeriodSeconds": 0}
    wire: Wire = {**one.wire, "metadata": metadata}
    if one.key.kind == _NAMESPACE:
        wire["status"] = {"phase": "Terminating"}
    marked = Stored(one.key, one.kind, wire, one.owners)
    return world.store.put(marked) if _is_held(world, marked) else _silently(world, marked)


def _held_back(one: Stored) -> Stored:
    metadata = {**one.metadata, "finalizers": [*(one.metadata.get("finalizers") or []), _FOREGROUND]}
    return Stored(one.key, one.kind, {**one.wire, "metadata": metadata}, one.owners)


def _finish_owners(world: World, last: Stored) -> None:
    """Those that waited for their last dependent."""
    for owner in owners_of(world, last):
        held = owner.metadata.get("finalizers") or []
        if _FOREGROUND in held and not world.store.dependents(owner.uid):
            metadata = {**owner.metadata, "finalizers": [name for name in held if name != _FOREGROUND]}
            finish(world, world.write(owner.key, {**owner.wire, "metadata": metadata}, _COLLECTOR))


def owners_of(world: World, one: Stored) -> list[Stored]:
    """Those that are there, of those that it names."""
    found = []
    for reference in one.metadata.get("ownerReferences") or ():
        group = str(reference.get("apiVersion", "")).rpartition("/")[0]
        for resource in world.catalogue:
            if (resource.group, resource.kind) == (group, reference.get("kind")):
                namespace = one.key.namespace if resource.namespaced else ""
                key = Key(group, resource.plural, namespace, str(reference.get("name")))
                owner = world.store.get(key)
                found += [owner] if owner is not None and owner.uid == reference.get("uid") else []
    return found


def _silently(world: World, marked: Stored) -> Stored:
    """Nothing holds it: watchers see it go, not that it is about to."""
    world.store.replace_quietly(marked)
    return marked


def _is_held(world: World, one: Stored) -> bool:
    return bool(one.metadata.get("finalizers")) or bool(_contents(world, one))


def _contents(world: World, one: Stored) -> list[Stored]:
    """What lives in a namespace, or by a definition."""
    if one.key.kind == _NAMESPACE:
        return world.store.inside(one.key.name)
    if one.key.kind == DEFINITION:
        spec = one.wire["spec"]
        return world.store.of(spec["group"], spec["names"]["plural"])
    return []


def _finish_container(world: World, last: Stored) -> None:
    if last.key.namespace:
        container = world.store.get(Key("", "namespaces", "", last.key.namespace))
        if container is not None and container.is_terminating:
            finish(world, container)
    definition = world.store.get(Key(*DEFINITION, "", f"{last.key.plural}.{last.key.group}"))
    if definition is not None and definition.is_terminating:
        finish(world, definition)


def _disown(world: World, dependent: Stored, uid: str) -> None:
    """A dependent goes with the last of its owners."""
    references = [one for one in dependent.metadata["ownerReferences"] if one.get("uid") != uid]
    if references:
        _refer(world, dependent, references)
    elif not dependent.is_terminating:
        delete(world, dependent)


def _orphan(world: World, one: Stored) -> None:
    for dependent in world.store.dependents(one.uid):
        kept = [ref for ref in dependent.metadata["ownerReferences"] if ref.get("uid") != one.uid]
        _refer(world, dependent, kept)


def _refer(world: World, dependent: Stored, references: list[Wire]) -> None:
    metadata = {**dependent.metadata, "ownerReferences": references}
    if not references:
        del metadata["ownerReferences"]
    world.write(dependent.key, {**dependent.wire, "metadata": metadata}, _COLLECTOR)
