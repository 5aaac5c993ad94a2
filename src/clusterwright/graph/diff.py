"""What differs between what is wanted and what was found. Pure; three-way where others may change things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from clusterwright.graph.resource import AnyRef, Found, Output, Ref, Resource, Tags, pointers

ORDERING = frozenset({"name", "after", "follows"})
"""Fields that say something about order or identity, not about the object in AWS."""


@dataclass(frozen=True)
class Change:
    """One field to change, in words."""

    field: str
    was: str
    becomes: str

    def __str__(self) -> str:
        return f"{self.field}: {self.was} becomes {self.becomes}"


@dataclass(frozen=True)
class Moved:
    """Resources whose id, or whose outputs, will be other ones once the plan has run."""

    ids: frozenset[AnyRef] = frozenset()
    outputs: frozenset[AnyRef] = frozenset()

    def shifts(self, value: object) -> bool:
        """Whether a value leads to one of them, and so will mean something else."""
        return any(
            pointer.of in self.outputs if isinstance(pointer, Output) else pointer in self.ids
            for pointer in pointers(value)
        )


def diff(
    want: Resource,
    have: Found,
    applied: Resource | None,
    moved: Moved = Moved(),
) -> tuple[Change, ...]:
    """Name the fields to change, in words."""
    changes = (compare(f.name, want, have.actual, applied, moved) for f in fields(want))
    return tuple(change for change in changes if change)


def compare(
    name: str, want: Resource, actual: Resource, applied: Resource | None, moved: Moved
) -> Change | None:
    wanted, found = getattr(want, name), getattr(actual, name)
    if name in ORDERING or wanted is None:
        return None
    if name == "tags":
        return compare_tags(wanted, found, applied.tags if applied else ())
    if wanted == found:
        return Change(name, show(found), f"{show(wanted)}, made anew") if moved.shifts(wanted) else None
    if name in want.LOOSE and (applied is None or getattr(applied, name) == wanted):
        return None
    return Change(name, show(found), show(wanted))


def compare_tags(wanted: Tags, found: Tags, applied: Tags) -> Change | None:
    """Tags that others put there are theirs; we change those we want and remove those we once set."""
    want, have = dict(wanted), dict(found)
    wrong = {key for key, value in want.items() if have.get(key) != value}
    stale = {key for key, _ in applied if key not in want and key in have}
    if not wrong | stale:
        return None
    was = tuple((key, have[key]) for key in sorted(wrong | stale) if key in have)
    becomes = tuple((key, want[key]) for key in sorted(wrong))
    return Change("tags", show(was), show(becomes) if becomes else "(removed)")


def show(value: object) -> str:
    """A value as people read it."""
    if value is None:
        return "(none)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "[" + ", ".join(show_item(item) for item in value) + "]"
    return show_item(value)


def show_item(value: object) -> str:
    if isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], str):
        return f"{value[0]}={show(value[1])}"
    if isinstance(value, tuple):
        return show(value)
    if is_dataclass(value) and not isinstance(value, Ref | Output):
        return " ".join(show_fields(value))
    return str(value) or '""'


def show_fields(value: object) -> Iterator[str]:
    for f in fields(value):  # type: ignore[arg-type]  # only called with dataclasses
        item = getattr(value, f.name)
        if item not in (None, ()):
            yield f"{f.name}={show(item)}"
