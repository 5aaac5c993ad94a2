"""The vocabulary of the graph: Resource, Ref, Output, Found.

A resource is plain frozen data and refers to others by typed pointers, so the dependency graph is the
object graph. What AWS reports comes back in the same type, so a difference is field against field. The
price is that every kind must be able to read back what it writes; a field that cannot be read is left
out of `find` by returning the wanted value once the object is complete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from typing import ClassVar, Generic, Self, TypeAlias, TypeVar

R_co = TypeVar("R_co", bound="Resource", covariant=True)

Tags: TypeAlias = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ref(Generic[R_co]):
    """A pointer to a resource: its key in the graph, and an edge to it."""

    kind: type[R_co]
    name: str

    def __str__(self) -> str:
        return f"{self.kind.KIND}/{self.name}"


@dataclass(frozen=True)
class Output:
    """A value that AWS makes up (an issuer URL, a security group), known once `of` is ready."""

    of: Ref[Resource]
    name: str

    def __str__(self) -> str:
        return f"{self.of}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One object we want, as data. A field that is None means "do not care".

    FIXED       fields that cannot be changed in place: a change replaces the object
    LOOSE       fields that others may change (an autoscaler): compared with what we last applied
    DISRUPTIVE  replacing or deleting it stops workloads, so replacing needs approval
    INSIDE      the field that points to the object with which this one disappears
    NAMED       made anew under the same name it is the same to those that point to it (a role)
    RENEWS      fields whose change gives the object new outputs (a new version of a template)
    LANE        the field that points to the object within which changes go one at a time
    """

    KIND: ClassVar[str]
    FIXED: ClassVar[frozenset[str]] = frozenset()
    LOOSE: ClassVar[frozenset[str]] = frozenset()
    DISRUPTIVE: ClassVar[bool] = False
    INSIDE: ClassVar[str | None] = None
    NAMED: ClassVar[bool] = False
    RENEWS: ClassVar[frozenset[str]] = frozenset()
    LANE: ClassVar[str | None] = None

    name: str
    tags: Tags = ()
    after: tuple[Ref[Resource], ...] = ()
    """Must be ready first, though no field points there (a route to the internet, say)."""
    follows: tuple[Ref[Resource], ...] = ()
    """Must exist first, ready or not."""

    @property
    def ref(self) -> Ref[Self]:
        return Ref(type(self), self.name)

    def pointed(self, attribute: str | None) -> AnyRef | None:
        """The resource that the named field points to, if it points anywhere."""
        value = getattr(self, attribute) if attribute else None
        return next(targets(value), None)

    def needs(self) -> frozenset[AnyRef]:
        """Every resource that must be ready before this one can be made."""
        names = (f.name for f in fields(self) if f.name != "follows")
        return frozenset(ref for name in names for ref in targets(getattr(self, name)))

    def uses(self) -> frozenset[AnyRef]:
        """Every resource that must outlive this one."""
        return self.needs() | frozenset(self.follows)


AnyRef: TypeAlias = Ref[Resource]
Pointer: TypeAlias = Ref[Resource] | Output
"""Not strings: a kind may write `Pointer | None`, and the codec reads its hints."""


def targets(value: object) -> Iterator[AnyRef]:
    """The resources that the references inside a value lead to."""
    for pointer in pointers(value):
        yield pointer.of if isinstance(pointer, Output) else pointer


def pointers(value: object) -> Iterator[Pointer]:
    """Every reference inside a value, however deep in tuples and value objects."""
    if value is None or isinstance(value, str | int):
        return  # most values are plain, and plans ask for the references of everything
    if isinstance(value, Ref | Output):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from pointers(item)
    elif is_dataclass(value):
        for f in fields(value):
            yield from pointers(getattr(value, f.name))


class State(StrEnum):
    """Where an object is in its life, in the words that all kinds share."""

    READY = "ready"
    PENDING = "pending"
    DELETING = "deleting"
    FAILED = "failed"
    UNREADABLE = "unreadable"
    WAIVED = "waived"
    """Not possible with the permissions at hand, and the rest is fine without it."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What was found of a resource. `message` is AWS's own word on its health, `outputs` what it made up."""

    id: str
    actual: Resource
    state: State = State.READY
    message: str = ""
    outputs: Mapping[str, str] = field(default_factory=dict)
