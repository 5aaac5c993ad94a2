"""How large policies may be: white space is not counted, and an identity's inline policies count together.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
"""

from moto.iam.models import iam_backends

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler

MANAGED = 6144
INLINE = {"User": 2048, "Role": 10240, "Group": 5120}
TRUST = 2048

_COLLECTIONS = {"User": "users", "Role": "roles", "Group": "groups"}


def layer(call: Call, inner: Handler) -> Answer:
    if call.service == "iam":
        _check(call)
    return inner(call)


def size(document: str) -> int:
    return sum(not letter.isspace() for letter in document)


def _check(call: Call) -> None:
    document = str(call.params.get("PolicyDocument", ""))
    if call.action in ("CreatePolicy", "CreatePolicyVersion") and size(document) > MANAGED:
        raise _exceeded(f"Cannot exceed quota for PolicySize: {MANAGED}")
    trust = str(call.params.get("AssumeRolePolicyDocument", ""))
    trust = document if call.action == "UpdateAssumeRolePolicy" else trust
    if size(trust) > TRUST:
        raise _exceeded(f"Cannot exceed quota for ACLSizePerRole: {TRUST}")
    kind = call.action.removeprefix("Put").removesuffix("Policy")
    if kind in INLINE and call.action == f"Put{kind}Policy":
        _check_inline(call, kind, document)


def _check_inline(call: Call, kind: str, document: str) -> None:
    name = str(call.params.get(f"{kind}Name", ""))
    others = _inline(call, kind, name)
    others.pop(str(call.params.get("PolicyName", "")), None)
    if size(document) + sum(size(one) for one in others.values()) > INLINE[kind]:
        raise _exceeded(f"Maximum policy size of {INLINE[kind]} bytes exceeded for {kind.lower()} {name}")


def _inline(call: Call, kind: str, name: str) -> dict[str, str]:
    every = getattr(iam_backends[call.account][call.partition], _COLLECTIONS[kind]).values()
    found = next((one for one in every if one.name == name), None)
    return {} if found is None else {key: str(text) for key, text in found.policies.items()}


def _exceeded(message: str) -> AwsError:
    return AwsError("LimitExceeded", message, 409)
