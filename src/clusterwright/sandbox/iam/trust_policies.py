"""Trust policies that are none: moto takes any that is JSON.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (MalformedPolicyDocument)
"""

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler
from clusterwright.sandbox.iam.documents import Malformed, parse

_MEMBERS = {
    "iam:CreateRole": "AssumeRolePolicyDocument",
    "iam:UpdateAssumeRolePolicy": "PolicyDocument",
}


def layer(call: Call, inner: Handler) -> Answer:
    member = _MEMBERS.get(call.name)
    if member is not None and call.params.get(member):
        _check(str(call.params[member]))
    return inner(call)


def _check(document: str) -> None:
    try:
        statements = parse(document).statements
    except Malformed as error:
        raise _malformed(str(error)) from None
    if not statements or any(one.principals is None for one in statements):
        raise _malformed("Missing required field Principal")
    if any(one.resources is not None for one in statements):
        raise _malformed("Has prohibited field Resource")


def _malformed(words: str) -> AwsError:
    return AwsError("MalformedPolicyDocument", words)
