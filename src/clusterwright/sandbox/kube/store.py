"""The objects of one cluster, their history, and the one who is told of changes.

An object that is stored is never changed, only replaced, so whoever holds one may keep it.
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from clusterwright.sandbox.kube.field_paths import Path, fields_v1
from clusterwright.sandbox.kube.resources import Kind, group_version
from clusterwright.sandbox.kube.wire import Wire

_REMEMBERED = 4000


@dataclass(frozen=True, slots=True, order=True)
class Key:
    group: str
    plural: str
    namespace: str
    name: str

    @property
    def kind(self) -> Kind:
        return self.group, self.plural


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose the fields are: one entry of `metadata.managedFields`."""

    manager: str
    operation: str
    api_version: str
    subresource: str
    time: str
    paths: frozenset[Path]

    def same_writer(self, other: "Owner") -> bool:
        """Appliers keep their identity across versions, updaters do not."""
        mine = (self.manager, self.operation, self.subresource)
        return mine == (other.manager, other.operation, other.subresource) and (
            self.operation == "Apply" or self.api_version == other.api_version
        )

    def entry(self) -> Wire:
        found: Wire = {
            "manager": self.manager,
            "operation": self.operation,
            "apiVersion": self.api_version,
            "time": self.time,
            "fieldsType": "FieldsV1",
            "fieldsV1": fields_v1(self.paths),
        }
        return {**found, "subresource": self.subresource} if self.subresource else found


@dataclass(frozen=True, slots=True)
class Stored:
    """`wire` has neither kind nor managed fields: these depend on the version that is asked for."""

    key: Key
    kind: str
    wire: Wire
    owners: tuple[Owner, ...] = ()

    @property
    def metadata(self) -> Wire:
        found: Wire = self.wire["metadata"]
        return found

    @property
    def uid(self) -> str:
        return str(self.metadata["uid"])

    @property
    def revision(self) -> str:
        return str(self.metadata["resourceVersion"])

    @property
    def is_terminating(self) -> bool:
        return "deletionTimestamp" in self.metadata

    def rendered(self, version: str) -> Wire:
        metadata = dict(self.metadata)
        if self.owners:
            metadata["managedFields"] = [owner.entry() for owner in self.owners]
        head = {"apiVersion": group_version(self.key.group, version), "kind": self.kind}
        return {**head, **self.wire, "metadata": metadata}


@dataclass(frozen=True, slots=True)
class Change:
    """`after` is, for an object that is gone, its last state."""

    revision: int
    verb: str
    before: Stored | None
    after: Stored


Listener = Callable[[Change], None]


@dataclass(eq=False, slots=True)
class Store:
    revision: int = 100
    listener: Listener | None = None
    history: deque[Change] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))
    _objects: dict[Kind, dict[Key, Stored]] = field(default_factory=dict)
    _dependents: dict[str, set[Key]] = field(default_factory=dict)

    def get(self, key: Key) -> Stored | None:
        return self._objects.get(key.kind, {}).get(key)

    def of(self, group: str, plural: str, namespace: str = "") -> list[Stored]:
        """All of a kind, in the order of namespaces and names; of one namespace, if one is given."""
        found = self._objects.get((group, plural), {})
        return [found[key] for key in sorted(found) if not namespace or key.namespace == namespace]

    def everything(self) -> Iterator[Stored]:
        for found in list(self._objects.values()):
            yield from list(found.values())

    def inside(self, namespace: str) -> list[Stored]:
        return [one for one in self.everything() if one.key.namespace == namespace]

    def dependents(self, uid: str) -> list[Stored]:
        found = (self.get(key) for key in sorted(self._dependents.get(uid, ())))
        return [one for one in found if one is not None]

    def put(self, one: Stored) -> Stored:
        """Store it under the next resource version."""
        before = self.get(one.key)
        stored = self._revised(one)
        self._objects.setdefault(one.key.kind, {})[one.key] = stored
        self._index(before, stored)
        self._tell("MODIFIED" if before else "ADDED", before, stored)
        return stored

    @property
    def oldest(self) -> int:
        """Whatever happened since this revision is remembered."""
        full = len(self.history) == self.history.maxlen
        return self.history[0].revision - 1 if full else 0

    def replace_quietly(self, one: Stored) -> None:
        """For what is removed in the next moment: no new version, nobody told."""
        self._objects[one.key.kind][one.key] = one

    def remove(self, key: Key) -> Stored:
        before = self._objects[key.kind].pop(key)
        last = self._revised(before)
        self._index(before, None)
        self._tell("DELETED", before, last)
        return last

    def _revised(self, one: Stored) -> Stored:
        self.revision += 1
        metadata = {**one.metadata, "resourceVersion": str(self.revision)}
        return Stored(one.key, one.kind, {**one.wire, "metadata": metadata}, one.owners)

    def _index(self, before: Stored | None, after: Stored | None) -> None:
        for uid in owner_uids(before):
            self._dependents[uid].discard((before or after).key)  # type: ignore[union-attr]  # one of them is
        for uid in owner_uids(after):
            self._dependents.setdefault(uid, set()).add(after.key)  # type: ignore[union-attr]  # it has owners

    def _tell(self, verb: str, before: Stored | None, after: Stored) -> None:
        change = Change(self.revision, verb, before, after)
        self.history.append(change)
        if self.listener is not None:
            self.listener(change)


def owner_uids(one: Stored | None) -> list[str]:
    references = one.metadata.get("ownerReferences") if one else None
    return [str(reference.get("uid")) for reference in references or []]
