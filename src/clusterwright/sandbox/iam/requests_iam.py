"""IAM and STS: ARNs by name, roles that instance profiles are given, policies as conditions, tags.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
"""

from collections.abc import Iterator

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.iam.checks import (
    ANY,
    Check,
    World,
    arn,
    members,
    numbered,
    pairs,
    pass_role,
    request_tags,
    service_role,
)
from clusterwright.sandbox.iam.patterns import Context

# Members that name what an action is about, in the order in which they count.
_NAMES = (
    ("InstanceProfileName", "instance-profile"),
    ("RoleName", "role"),
    ("GroupName", "group"),
    ("UserName", "user"),
)
_ARNS = ("OpenIDConnectProviderArn", "SAMLProviderArn", "PolicySourceArn")
_WITHOUT_USER = (
    "GetUser",
    "ChangePassword",
    "ListAccessKeys",
    "CreateAccessKey",
    "UpdateAccessKey",
    "DeleteAccessKey",
)
_BOUNDED = frozenset(
    {
        "AttachRolePolicy",
        "AttachUserPolicy",
        "DetachRolePolicy",
        "DetachUserPolicy",
        "PutRolePolicy",
        "PutUserPolicy",
        "DeleteRolePolicy",
        "DeleteUserPolicy",
        "DeleteRolePermissionsBoundary",
        "DeleteUserPermissionsBoundary",
        "DeleteRole",
        "GetRole",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
        "UpdateRoleDescription",
    }
)
_TAGGING = {
    "CreateRole": "TagRole",
    "CreateUser": "TagUser",
    "CreatePolicy": "TagPolicy",
    "CreateInstanceProfile": "TagInstanceProfile",
    "CreateOpenIDConnectProvider": "TagOpenIDConnectProvider",
}
_FREE = frozenset({"GetCallerIdentity", "GetSessionToken"})


def checks(call: Call, world: World) -> Iterator[Check]:
    if call.action == "CreateServiceLinkedRole":
        suffix = str(call.params.get("CustomSuffix", ""))
        yield service_role(call, str(call.params.get("AWSServiceName", "")), suffix)
        return
    resource = _resource(call, world)
    tags = pairs(numbered(call.params, "Tags.member"))
    yield Check(f"iam:{call.action}", resource, _context(call, world, tags))
    if tags and call.action in _TAGGING:
        yield Check(f"iam:{_TAGGING[call.action]}", resource, request_tags(tags))
    if call.action == "AddRoleToInstanceProfile":
        name = str(call.params.get("RoleName", ""))
        yield pass_role(_named(call, world, "role", name), "ec2.amazonaws.com")


def sts_checks(call: Call, _world: World) -> Iterator[Check]:
    """AssumeRole is not here: there the role's own policy has a say."""
    if call.action not in _FREE:
        yield Check(f"sts:{call.action}")


def _context(call: Call, world: World, tags: dict[str, str]) -> Context:
    found = dict(request_tags(tags))
    keys = members(call.params, "TagKeys.member")
    if keys:
        found["aws:tagkeys"] = tuple(keys)
    if "PolicyArn" in call.params and call.action.startswith(("Attach", "Detach")):
        found["iam:policyarn"] = (str(call.params["PolicyArn"]),)
    boundary = call.params.get("PermissionsBoundary") or _standing_boundary(call, world)
    if boundary:
        found["iam:permissionsboundary"] = (str(boundary),)
    return found


def _standing_boundary(call: Call, world: World) -> str | None:
    if call.action not in _BOUNDED:
        return None
    kind = "role" if "RoleName" in call.params else "user"
    return world.boundary(call, kind, str(call.params.get("RoleName") or call.params.get("UserName", "")))


def _resource(call: Call, world: World) -> str:
    given = next((str(call.params[name]) for name in _ARNS if name in call.params), None)
    if given:
        return given
    for member, kind in _NAMES:
        if member in call.params:
            return _named(call, world, kind, str(call.params[member]))
    if "Policy" in call.action and "PolicyArn" in call.params:
        return str(call.params["PolicyArn"])
    return _other(call)


def _other(call: Call) -> str:
    if call.action == "CreatePolicy":
        return _new(call, "policy", str(call.params.get("PolicyName", "")))
    if call.action == "CreateOpenIDConnectProvider":
        url = str(call.params.get("Url", "")).removeprefix("https://")
        return arn(call, "iam", f"oidc-provider/{url}", region=False)
    if call.action in _WITHOUT_USER:
        return arn(call, "iam", "user/*", region=False)
    return ANY


def _named(call: Call, world: World, kind: str, name: str) -> str:
    return world.iam_arn(call, kind, name) or _new(call, kind, name)


def _new(call: Call, kind: str, name: str) -> str:
    path = str(call.params.get("Path") or "/")
    return arn(call, "iam", f"{kind}{path}{name}", region=False)
