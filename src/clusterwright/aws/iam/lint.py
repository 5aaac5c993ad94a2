"""Known flaws of a policy, explained. What is published stays as it was published. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from clusterwright.aws.iam.policy import MANAGED_LIMIT, Policy, Statement
from clusterwright.errors import Finding

LINKED_ROLE = re.compile(r":role/aws-service-role/([^/]+)/")

WITHOUT_RESOURCES = {"eks:ListClusters": "IAM asks it of cluster/* all the same, as its refusals say."}
"""Actions without a resource type, and what becomes of a grant on ARNs.

docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html
"""


def lint(policy: Policy) -> tuple[Finding, ...]:
    found: list[Finding] = []
    for number, statement in enumerate(policy.statements):
        where = f"{policy.name}.Statement[{number}]"
        found += torn_apart(where, statement)
        found += repeated(where, statement)
        found += out_of_reach(where, statement)
        found += one_partition(where, statement)
    return (*found, *again(policy), *too_large(policy))


def torn_apart(where: str, statement: Statement) -> Iterator[Finding]:
    """A service-linked role of one service, on the condition that it is for another."""
    roles = {match.group(1) for arn in statement.resources if (match := LINKED_ROLE.search(arn))}
    services = {v for _, key, values in statement.conditions if key == "iam:AWSServiceName" for v in values}
    if roles and services and roles.isdisjoint(services):
        message = f"the resource is the role of {one(roles)}, the condition asks for {one(services)}"
        remedy = "No request can meet both, so this statement allows nothing; another one must."
        yield Finding(where, message, remedy)


def one(names: set[str]) -> str:
    return ", ".join(sorted(names))


def repeated(where: str, statement: Statement) -> Iterator[Finding]:
    for action, times in Counter(statement.actions).items():
        if times > 1:
            yield Finding(where, f"{action} is listed {times} times", "Harmless; one of them is enough.")


def again(policy: Policy) -> Iterator[Finding]:
    """An action that an unconditional statement on everything allows already."""
    everywhere = [s for s in policy.statements if s.resources == ("*",) and not s.conditions]
    for number, statement in enumerate(policy.statements):
        others = {action for other in everywhere if other is not statement for action in other.actions}
        for action in dict.fromkeys(statement.actions):
            if action in others:
                message = f"{action} is allowed on everything by another statement"
                yield Finding(
                    f"{policy.name}.Statement[{number}]", message, "Harmless; it adds nothing here."
                )


def out_of_reach(where: str, statement: Statement) -> Iterator[Finding]:
    for action in statement.actions:
        if action in WITHOUT_RESOURCES and "*" not in statement.resources:
            message = f"{action} has no resource type, so a grant on ARNs is not what the reference asks for"
            yield Finding(where, message, WITHOUT_RESOURCES[action])


def one_partition(where: str, statement: Statement) -> Iterator[Finding]:
    bound = [arn for arn in statement.resources if arn.startswith("arn:aws:")]
    if bound:
        message = f"{bound[0]} is in the partition aws only"
        yield Finding(where, message, "In aws-us-gov and aws-cn write that partition, or arn:*:.")


def too_large(policy: Policy) -> Iterator[Finding]:
    if policy.size > MANAGED_LIMIT:
        message = f"has {policy.size} characters, a managed policy at most {MANAGED_LIMIT}"
        yield Finding(policy.name, message, "Attach it as several policies.")
