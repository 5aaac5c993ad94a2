"""From pointer to AWS id and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from clusterwright.errors import Error
from clusterwright.graph.resource import AnyRef, Output, Pointer, Ref, Resource, pointers

R = TypeVar("R", bound=Resource)


class Unknown(Error):
    """A value is not known yet."""

    code = "unknown"


@dataclass(frozen=True)
class Known:
    """The ids and outputs of everything that exists.

    Shared by the threads of a pass, which add to it: whoever walks through it takes a copy first.
    """

    ids: dict[AnyRef, str] = field(default_factory=dict)
    outputs: dict[AnyRef, Mapping[str, str]] = field(default_factory=dict)

    def learn(self, ref: AnyRef, id_: str, outputs: Mapping[str, str]) -> None:
        self.ids[ref] = id_
        self.outputs[ref] = dict(outputs)

    def forget(self, ref: AnyRef) -> None:
        self.ids.pop(ref, None)
        self.outputs.pop(ref, None)

    def value(self, pointer: Pointer | str) -> str:
        """The AWS id (or output) behind a pointer. An id that the user gave stands for itself."""
        if isinstance(pointer, str):
            return pointer
        try:
            if isinstance(pointer, Output):
                return self.outputs[pointer.of][pointer.name]
            return self.ids[pointer]
        except KeyError:
            raise Unknown(f"{pointer} is not known yet.") from None

    def knows(self, value: object) -> bool:
        """Whether every pointer inside a value can be resolved."""
        return all(
            pointer.name in self.outputs.get(pointer.of, {})
            if isinstance(pointer, Output)
            else pointer in self.ids
            for pointer in pointers(value)
        )

    def values(self, many: tuple[Pointer | str, ...]) -> list[str]:
        return [self.value(pointer) for pointer in many]

    def ref(self, kind: type[R], id_: str) -> Ref[R]:
        """The pointer for an AWS id. An id we do not know stays itself, and so differs from what we want."""
        ours = (ref.name for ref, known in tuple(self.ids.items()) if ref.kind is kind and known == id_)
        return Ref(kind, next(ours, id_))

    def refs(self, kind: type[R], ids: list[str]) -> tuple[Ref[R], ...]:
        return tuple(sorted((self.ref(kind, id_) for id_ in ids), key=str))

    def given(self, kind: type[R], id_: str) -> Ref[R] | str:
        """As `ref` where the object may be the user's: an id that we do not know stays an id."""
        found = self.ref(kind, id_)
        return found if found in self.ids else id_

    def all_given(self, kind: type[R], ids: list[str]) -> tuple[Ref[R] | str, ...]:
        return tuple(sorted((self.given(kind, id_) for id_ in ids), key=str))

    def pointer(self, kind: type[Resource], id_: str) -> Pointer:
        """As `ref`, but the value may also be an output of another resource."""
        for ref, outputs in tuple(self.outputs.items()):
            for name, value in outputs.items():
                if value == id_:
                    return Output(ref, name)
        return self.ref(kind, id_)
