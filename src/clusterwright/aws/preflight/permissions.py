"""Which of the actions that are needed are allowed: IAM is asked where it may be, else they are tried."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from clusterwright.aws.calls import Calls
from clusterwright.aws.iam.policy import Policy, Statement
from clusterwright.aws.iam.published import all_published
from clusterwright.aws.preflight.check import Check, Level, worst_first
from clusterwright.aws.preflight.needs import Need
from clusterwright.aws.preflight.probes import probe
from clusterwright.aws.preflight.simulation import ACTION, simulate
from clusterwright.errors import Denied, NotFound

AREA = "permissions"


class Method(StrEnum):
    """How the answers were found."""

    SIMULATION = "simulation"
    PROBES = "probes"


@dataclass(frozen=True)
class Answer:
    """`allowed` is None where nobody can tell."""

    need: Need
    allowed: bool | None


@dataclass(frozen=True)
class Report:
    """`principal` is who we are in the account, `method` how the answers were found."""

    principal: str
    method: Method
    answers: tuple[Answer, ...]

    def missing(self) -> tuple[Need, ...]:
        """Denied, and a cluster cannot do without."""
        return tuple(a.need for a in self.answers if a.allowed is False and a.need.feature is None)


Examine: TypeAlias = Callable[[Calls, str | None, tuple[Need, ...], Executor], Report]


def examine(calls: Calls, role: str | None, wanted: tuple[Need, ...], pool: Executor) -> Report:
    """`role`: the ARN of the role that the calls are made with, where it is known."""
    principal = role or whose_policies(calls.call("sts:GetCallerIdentity", {})["Arn"])
    try:
        found: Mapping[Need, bool | None] = simulate(calls, principal, wanted)
        method = Method.SIMULATION
    except (Denied, NotFound):
        found, method = probe_all(calls, wanted, pool), Method.PROBES
    return Report(principal, method, tuple(Answer(need, found[need]) for need in wanted))


def whose_policies(caller: str) -> str:
    """The user, or the role behind a session; a role's path does not show in its sessions."""
    head, _, rest = caller.partition(":assumed-role/")
    return f"{head.replace(':sts:', ':iam:')}:role/{rest.partition('/')[0]}" if rest else caller


def probe_all(calls: Calls, wanted: tuple[Need, ...], pool: Executor) -> dict[Need, bool | None]:
    """Each action once, side by side."""
    actions = sorted({need.action for need in wanted})
    results = dict(zip(actions, pool.map(lambda action: probe(calls, action), actions), strict=True))
    return believable({need: results[need.action] for need in wanted})


def believable(results: Mapping[Need, bool | None]) -> dict[Need, bool | None]:
    """Probes name objects that are not there. Where everything on objects of a type is denied, policies may
    allow it on the names of real ones only, so these denials prove nothing."""
    proven = {None, *(type_of(need) for need, allowed in results.items() if allowed)}
    return {
        need: None if allowed is False and type_of(need) not in proven else allowed
        for need, allowed in results.items()
    }


def type_of(need: Need) -> str | None:
    """`iam:role`; None for what works on no particular object."""
    arn = need.resources[0]
    return None if arn == "*" else f"{arn.split(':')[2]}:{arn.split(':')[5].partition('/')[0]}"


def checks(report: Report) -> tuple[Check, ...]:
    """One for each action, what is wrong first."""
    made = [check(answer, report.method) for answer in report.answers]
    return worst_first(sorted(made, key=lambda one: one.subject))


def check(answer: Answer, method: Method) -> Check:
    need, purpose = answer.need, f"needed for {', '.join(answer.need.kinds)}"
    if answer.allowed:
        return Check(AREA, need.action, Level.OK, f"allowed; {purpose}")
    if answer.allowed is None:
        message = "no harmless call tells whether it is allowed"
        return Check(AREA, need.action, Level.NOTE, message, f"Allow {ACTION} for a certain answer.")
    if need.feature:
        message = f"not allowed, so {need.feature.without}"
        return Check(AREA, need.action, Level.WARNING, message, grant(need))
    return Check(AREA, need.action, Level.ERROR, f"not allowed; {purpose}", grant(need))


def grant(need: Need) -> str:
    """The statement that would allow it."""
    if need.feature:
        return f"`clusterwright iam policy extra --feature {need.feature.name}` allows it."
    for policy in all_published():
        for number, statement in enumerate(policy.statements):
            if need.action in statement.actions:
                return f"Statement {number} of the {policy.name} policy allows it; attach it as published."
    return f"Allow {need.action} on {', '.join(need.resources)}."


def patch(wanted: Iterable[Need]) -> Policy:
    """The least that makes up for what is missing."""
    grouped: dict[tuple[str, ...], set[str]] = {}
    for need in wanted:
        grouped.setdefault(need.resources, set()).add(need.action)
    return Policy(
        "missing", tuple(Statement(tuple(sorted(names)), on) for on, names in sorted(grouped.items()))
    )
