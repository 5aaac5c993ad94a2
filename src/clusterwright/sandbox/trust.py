"""Roles by their ARN, and whether one lets a service in.

https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html (aws:SourceArn, aws:SourceAccount)
"""

import re
from typing import Any

from moto.iam.models import iam_backends

from clusterwright.sandbox.iam.decision import Request, covers
from clusterwright.sandbox.iam.patterns import Context
from clusterwright.sandbox.iam.principals import readable

_ROLE = re.compile(r"^arn:(aws[a-z-]*):iam::(\d{12}):role/(?:.*/)?([^/]+)$")


def find_role(arn: str) -> Any | None:
    """moto's role of this ARN, whichever account it lives in."""
    match = _ROLE.match(arn)
    if match is None:
        return None
    partition, account, name = match.groups()
    roles = iam_backends[account][partition].roles.values() if account in iam_backends else ()
    return next((role for role in roles if role.name == name and role.arn == arn), None)


def trusts_service(role: Any, service: str, context: Context) -> bool:
    return trusts(role, "sts:AssumeRole", ("Service", service), context)


def trusts(role: Any, action: str, who: tuple[str, str], context: Context) -> bool:
    """`who` is a kind of principal other than AWS, and a name."""
    request = Request(action, str(role.arn), context)
    said = [
        statement.denies
        for statement in readable(role.assume_role_policy_document).statements
        if statement.principals is not None and statement.principals.are(*who) and covers(statement, request)
    ]
    return bool(said) and not any(said)
