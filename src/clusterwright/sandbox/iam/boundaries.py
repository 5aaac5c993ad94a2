"""Permissions boundaries of users, which moto does not have (it has those of roles).

https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPermissionsBoundary.html
"""

import re
import uuid
from dataclasses import replace

from moto.iam.models import iam_backends

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler
from clusterwright.sandbox.iam.principals import BOUNDARY

_NAMESPACES = {
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}


def layer(call: Call, inner: Handler) -> Answer:
    if call.name in ("iam:PutUserPermissionsBoundary", "iam:DeleteUserPermissionsBoundary"):
        _set(call)
        return empty(call)
    answer = inner(call)
    if call.name not in ("iam:CreateUser", "iam:GetUser") or answer.status >= 300:
        return answer
    if call.params.get("PermissionsBoundary"):
        _set(call)
    return replace(answer, body=_shown(call, answer.body))


def _shown(call: Call, body: bytes) -> bytes:
    """A user's boundary in what is told of the user."""
    name = re.search(rb"<UserName>([^<]+)</UserName>", body)
    users = iam_backends[call.account][call.partition].users
    arn = getattr(users.get(name.group(1).decode()), BOUNDARY, None) if name else None
    if arn is None:
        return body
    inside = f"<PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>{arn}"
    inside = f"<PermissionsBoundary>{inside}</PermissionsBoundaryArn></PermissionsBoundary>"
    return body.replace(b"</User>", f"{inside}</User>".encode())


def empty(call: Call) -> Answer:
    return answered(call, "")


def answered(call: Call, result: str) -> Answer:
    """An answer of the query protocol of IAM and STS."""
    name = call.action
    inside = f"<{name}Result>{result}</{name}Result>" if result else ""
    request_id = f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
    namespace = _NAMESPACES[call.service]
    body = f'<{name}Response xmlns="{namespace}">{inside}{request_id}</{name}Response>'
    return Answer(200, (("Content-Type", "text/xml"),), body.encode())


def _set(call: Call) -> None:
    iam = iam_backends[call.account][call.partition]
    name = str(call.params.get("UserName", ""))
    user = iam.users.get(name)
    if user is None:
        raise AwsError("NoSuchEntity", f"The user with name {name} cannot be found.", 404)
    arn = None if call.action.startswith("Delete") else str(call.params.get("PermissionsBoundary", ""))
    if arn is not None and arn not in iam.managed_policies:
        raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.", 404)
    setattr(user, BOUNDARY, arn)
