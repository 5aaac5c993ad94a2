"""IAM's own answer to what it would allow.

docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html: it knows identity policies,
permissions boundaries and service control policies; conditions only as far as it is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from clusterwright.aws.calls import Calls, Row
from clusterwright.aws.preflight.needs import Context, Need

ACTION = "iam:SimulatePrincipalPolicy"


def simulate(calls: Calls, principal: str, wanted: Iterable[Need]) -> dict[Need, bool]:
    """Whether each is allowed on all its resources. Raises Denied where asking is not allowed."""
    groups: defaultdict[tuple[tuple[str, ...], Context], list[Need]] = defaultdict(list)
    for need in wanted:
        groups[need.resources, need.context].append(need)
    answers: dict[Need, bool] = {}
    for group in groups.values():
        denied = denials(calls.rows(ACTION, "EvaluationResults", question(calls, principal, group)))
        answers |= {need: need.action.lower() not in denied for need in group}
    return answers


def question(calls: Calls, principal: str, group: list[Need]) -> Row:
    first = group[0]
    context = (*first.context, ("aws:RequestedRegion", calls.region))
    return {
        "PolicySourceArn": principal,
        "ActionNames": [need.action for need in group],
        "ResourceArns": list(first.resources),
        "ContextEntries": [
            {"ContextKeyName": key, "ContextKeyValues": [value], "ContextKeyType": "string"}
            for key, value in context
        ],
    }


def denials(rows: Iterable[Row]) -> set[str]:
    """Actions that are refused on any of the resources."""
    return {row["EvalActionName"].lower() for row in rows if not is_allowed(row)}


def is_allowed(row: Row) -> bool:
    single = row.get("ResourceSpecificResults") or []
    return row["EvalDecision"] == "allowed" and all(r["EvalResourceDecision"] == "allowed" for r in single)
