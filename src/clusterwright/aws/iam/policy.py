"""IAM policies as data: read, written, measured, split. Pure.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, cast

Json: TypeAlias = "str | Sequence[Json] | Mapping[str, Json]"

MANAGED_LIMIT = 6144
"""Characters of a managed policy without white space (IAM quotas; white space is not counted)."""
INLINE_USER_LIMIT = 2048
"""Of all inline policies of a user together."""

Conditions: TypeAlias = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Operator, key and values."""


@dataclass(frozen=True)
class Statement:
    """One that allows; none of ours denies."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: Conditions = ()

    def document(self) -> dict[str, Json]:
        """As IAM reads it."""
        written: dict[str, Json] = {"Effect": "Allow", "Action": self.actions, "Resource": self.resources}
        if self.conditions:
            by_operator: dict[str, dict[str, Json]] = {}
            for operator, key, values in self.conditions:
                by_operator.setdefault(operator, {})[key] = values[0] if len(values) == 1 else values
            written["Condition"] = by_operator
        return written


@dataclass(frozen=True)
class Policy:
    name: str
    statements: tuple[Statement, ...]

    @property
    def actions(self) -> frozenset[str]:
        return frozenset(action for statement in self.statements for action in statement.actions)

    @property
    def size(self) -> int:
        """As IAM counts it."""
        return size(self.statements)

    def document(self) -> dict[str, Json]:
        return {"Version": "2012-10-17", "Statement": [one.document() for one in self.statements]}


def read(name: str, document: Mapping[str, object]) -> Policy:
    """A policy from its JSON; what it allows must be written in lists, as ours are."""
    rows = cast("list[dict[str, object]]", document["Statement"])
    return Policy(name, tuple(map(read_statement, rows)))


def read_statement(row: Mapping[str, object]) -> Statement:
    conditions = cast("Mapping[str, Mapping[str, object]]", row.get("Condition", {}))
    return Statement(
        listed(row["Action"]),
        listed(row["Resource"]),
        tuple(
            (operator, key, listed(values))
            for operator, keys in conditions.items()
            for key, values in keys.items()
        ),
    )


def listed(value: object) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(cast("list[str]", value))


def size(statements: Iterable[Statement]) -> int:
    text = json.dumps(Policy("", tuple(statements)).document(), separators=(",", ":"))
    return len("".join(text.split()))


def fitting(policy: Policy, limit: int = MANAGED_LIMIT) -> tuple[Policy, ...]:
    """The policy itself where it fits, else as many as it takes, numbered."""
    if policy.size <= limit:
        return (policy,)
    parts = tuple(packed(pieces(policy.statements, limit), limit))
    return tuple(Policy(f"{policy.name}-{number}", part) for number, part in enumerate(parts, 1))


def pieces(statements: Iterable[Statement], limit: int) -> Iterator[Statement]:
    """Statements none of which is too large alone."""
    for statement in statements:
        half = len(statement.actions) // 2
        if size([statement]) <= limit or not half:
            yield statement
            continue
        halves = (statement.actions[:half], statement.actions[half:])
        yield from pieces((replace(statement, actions=part) for part in halves), limit)


def packed(statements: Iterable[Statement], limit: int) -> Iterator[tuple[Statement, ...]]:
    room: tuple[Statement, ...] = ()
    for statement in statements:
        if room and size([*room, statement]) > limit:
            yield room
            room = ()
        room = (*room, statement)
    if room:
        yield room
