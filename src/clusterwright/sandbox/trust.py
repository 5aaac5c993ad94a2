"""AssumeRole: whether the role exists, and whether its trust policy lets this caller in.

moto asks neither. The rest of the IAM decision will grow around this.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html
"""

import fnmatch
import json
import re
from typing import Any

from moto.iam.models import iam_backends

from clusterwright.sandbox import accounts
from clusterwright.sandbox.call import Answer, AwsError, Call, Handler

_ROLE = re.compile(r"^arn:(aws[a-z-]*):iam::(\d{12}):role/(?:.*/)?([^/]+)$")

Statement = dict[str, Any]


def layer(call: Call, inner: Handler) -> Answer:
    if call.name == "sts:AssumeRole":
        _check(call)
    return inner(call)


def _check(call: Call) -> None:
    arn = str(call.params.get("RoleArn", ""))
    callers = _names_of(call)
    role = find_role(arn)
    external_id = call.params.get("ExternalId")
    if role is not None:
        statements = _statements(role.assume_role_policy_document)
        if any(_allows(one, callers, call.account, external_id) for one in statements):
            return
    raise AwsError(
        "AccessDenied",
        f"User: {callers[0]} is not authorized to perform: sts:AssumeRole on resource: {arn}",
        403,
    )


def find_role(arn: str) -> Any | None:
    """moto's role of this ARN, whichever account it lives in."""
    match = _ROLE.match(arn)
    if match is None:
        return None
    partition, account, name = match.groups()
    roles = iam_backends[account][partition].roles.values() if account in iam_backends else ()
    return next((role for role in roles if role.name == name and role.arn == arn), None)


def trusts_service(role: Any, service: str) -> bool:
    for statement in _statements(role.assume_role_policy_document):
        services = _listed(_principals(statement).get("Service"))
        if statement.get("Effect") == "Allow" and _is_assume(statement) and service in services:
            return True
    return False


def _names_of(call: Call) -> tuple[str, ...]:
    session = accounts.caller_arn(call.access_key, call.account, call.partition)
    return session, accounts.principal_arn(call.access_key, call.account, call.partition)


def _statements(document: str | dict[str, Any]) -> list[Statement]:
    decoded = json.loads(document) if isinstance(document, str) else document
    found = decoded.get("Statement", [])
    return found if isinstance(found, list) else [found]


def _allows(statement: Statement, callers: tuple[str, ...], account: str, external_id: Any) -> bool:
    return (
        statement.get("Effect") == "Allow"
        and _is_assume(statement)
        and any(_matches(one, callers, account) for one in _listed(_principals(statement).get("AWS")))
        and _conditions_hold(statement.get("Condition", {}), external_id)
    )


def _is_assume(statement: Statement) -> bool:
    actions = _listed(statement.get("Action"))
    return any(fnmatch.fnmatchcase("sts:assumerole", action.lower()) for action in actions)


def _principals(statement: Statement) -> dict[str, Any]:
    principal = statement.get("Principal", {})
    return {"AWS": principal} if isinstance(principal, str) else principal


def _matches(principal: str, callers: tuple[str, ...], account: str) -> bool:
    partition = callers[0].split(":")[1]
    whole_account = (account, f"arn:{partition}:iam::{account}:root", "*")
    return principal in whole_account or principal in callers


def _conditions_hold(conditions: dict[str, Any], external_id: Any) -> bool:
    """Only sts:ExternalId is known here; any other key is taken as met."""
    for operator, wanted in conditions.items():
        for key, values in wanted.items():
            if key.lower() == "sts:externalid" and not _compare(operator, _listed(values), external_id):
                return False
    return True


def _compare(operator: str, values: list[str], given: Any) -> bool:
    if operator.startswith("StringLike"):
        return given is not None and any(fnmatch.fnmatchcase(str(given), value) for value in values)
    if operator.startswith("StringNotEquals"):
        return given not in values
    return given in values


def _listed(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else list(value)
