"""Policy documents, read once: the same text is the same policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from clusterwright.sandbox.iam.conditions import Condition, is_operator
from clusterwright.sandbox.iam.patterns import Context, matches, variables_in, wild

_LANGUAGES = ("2012-10-17", "2008-10-17")


class Malformed(ValueError):
    """This is not a policy."""


@dataclass(frozen=True, slots=True)
class Actions:
    """Names in lower case; those with wildcards are patterns."""

    names: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    negated: bool

    def cover(self, action: str) -> bool:
        found = action in self.names or any(one.fullmatch(action) for one in self.patterns)
        return found is not self.negated


@dataclass(frozen=True, slots=True)
class Resources:
    patterns: tuple[str, ...]
    negated: bool
    variables: bool

    def cover(self, resource: str, context: Context) -> bool:
        known = context if self.variables else None
        return any(matches(one, resource, known) for one in self.patterns) is not self.negated


@dataclass(frozen=True, slots=True)
class Principals:
    """`names` by kind: AWS, Service, Federated, or * for everybody."""

    names: tuple[tuple[str, tuple[str, ...]], ...]
    negated: bool

    def of(self, kind: str) -> tuple[str, ...]:
        return next((names for found, names in self.names if found == kind), ())

    def are(self, kind: str, name: str) -> bool:
        return (name in self.of(kind)) is not self.negated


@dataclass(frozen=True, slots=True)
class Statement:
    """`resources` is None where the policy belongs to a resource, `principals` where it belongs to one."""

    sid: str
    position: int
    denies: bool
    actions: Actions
    resources: Resources | None
    principals: Principals | None
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    statements: tuple[Statement, ...]
    keys: frozenset[str] = frozenset()
    """All that conditions and variables ask for, as it is written."""

    reads_resources: bool = False
    """Whether one of them is about what the resource is like, which is not looked up without need."""


def parse(document: str | dict[str, Any]) -> Policy:
    return _parse(document if isinstance(document, str) else json.dumps(document))


def parse_for_identity(document: str) -> Policy:
    """Policies of users, roles and sessions say what they are about."""
    policy = parse(document)
    if any(statement.resources is None for statement in policy.statements):
        raise Malformed("Policy statement must contain resources.")
    return policy


@lru_cache(maxsize=8192)
def _parse(text: str) -> Policy:
    try:
        document = json.loads(text)
    except ValueError:
        raise Malformed("This policy contains invalid Json") from None
    if not isinstance(document, dict):
        raise Malformed("Syntax errors in policy.")
    language = document.get("Version", _LANGUAGES[-1])
    if language not in _LANGUAGES:
        raise Malformed("The policy must contain a valid version string")
    found = document.get("Statement")
    statements = [found] if isinstance(found, dict) else found
    if not isinstance(statements, list) or not all(isinstance(one, dict) for one in statements):
        raise Malformed("Syntax errors in policy.")
    variables = language == _LANGUAGES[0]
    read = tuple(_statement(one, at, variables) for at, one in enumerate(statements, 1))
    asked = {condition.written for statement in read for condition in statement.conditions}
    keys = frozenset(asked | variables_in(text))
    return Policy(read, keys, any(_is_of_resource(key.lower()) for key in keys))


def _is_of_resource(key: str) -> bool:
    return key.startswith("ec2:") or ":resourcetag/" in key


def _statement(raw: dict[str, Any], position: int, variables: bool) -> Statement:
    if raw.get("Effect") not in ("Allow", "Deny"):
        raise Malformed("Policy statement must contain an effect of Allow or Deny.")
    return Statement(
        sid=str(raw.get("Sid", "")),
        position=position,
        denies=raw["Effect"] == "Deny",
        actions=_actions(raw),
        resources=_resources(raw, variables),
        principals=_principals(raw),
        conditions=tuple(_conditions(raw.get("Condition") or {}, variables)),
    )


def _either(raw: dict[str, Any], name: str) -> tuple[tuple[str, ...] | None, bool]:
    negated = f"Not{name}" in raw
    value = raw.get(f"Not{name}" if negated else name)
    return (None if value is None else listed(value)), negated


def _actions(raw: dict[str, Any]) -> Actions:
    found, negated = _either(raw, "Action")
    if not found:
        raise Malformed("Policy statement must contain actions.")
    names = {name.lower() for name in found}
    plain = {name for name in names if not {"*", "?"} & set(name)}
    return Actions(frozenset(plain), tuple(wild(name) for name in sorted(names - plain)), negated)


def _resources(raw: dict[str, Any], variables: bool) -> Resources | None:
    found, negated = _either(raw, "Resource")
    return None if found is None else Resources(found, negated, variables)


def _principals(raw: dict[str, Any]) -> Principals | None:
    negated = "NotPrincipal" in raw
    found = raw.get("NotPrincipal" if negated else "Principal")
    if found is None:
        return None
    if isinstance(found, str):
        return Principals((("AWS", (found,)),), negated)
    if not isinstance(found, dict):
        raise Malformed("Invalid principal in policy.")
    return Principals(tuple((kind, listed(names)) for kind, names in found.items()), negated)


def _conditions(raw: dict[str, Any], variables: bool) -> list[Condition]:
    found: list[Condition] = []
    for operator, keys in raw.items():
        if not is_operator(operator) or not isinstance(keys, dict):
            raise Malformed(f"Invalid Condition type : {operator}.")
        found += [
            Condition(operator, key.lower(), listed(values), variables, key) for key, values in keys.items()
        ]
    return found


def listed(value: Any) -> tuple[str, ...]:
    """One or many, as policies have it; true and 1 are "true" and "1"."""
    many = value if isinstance(value, list) else [value]
    return tuple(str(one).lower() if isinstance(one, bool) else str(one) for one in many)
