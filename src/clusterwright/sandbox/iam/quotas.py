"""How many of something IAM lets an account, or one identity, have.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
moto keeps access keys of a user, versions of a policy and roles of an instance profile itself; roles and OIDC
providers of an account are among the quotas that can be changed (`sandbox/quotas`).
"""

from typing import Any

from moto.iam.models import iam_backends

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler

ATTACHED = 10
_COLLECTIONS = {"Role": "roles", "User": "users", "Group": "groups"}
_PER_ACCOUNT = {
    "CreateGroup": ("groups", "GroupsPerAccount", 300),
    "CreateInstanceProfile": ("instance_profiles", "InstanceProfilesPerAccount", 1000),
    "CreateUser": ("users", "UsersPerAccount", 5000),
}
_GROUPS_PER_USER = 10


def layer(call: Call, inner: Handler) -> Answer:
    if call.service == "iam":
        _check(call)
    return inner(call)


def _check(call: Call) -> None:
    iam = iam_backends[call.account][call.partition]
    if call.action in _PER_ACCOUNT:
        collection, name, most = _PER_ACCOUNT[call.action]
        _keep(len(getattr(iam, collection)), name, most)
    kind = call.action.removeprefix("Attach").removesuffix("Policy")
    if kind in _COLLECTIONS and call.action == f"Attach{kind}Policy":
        attached = _attached(iam, kind, call)
        if str(call.params.get("PolicyArn")) not in attached:
            _keep(len(attached), f"PoliciesPer{kind}", ATTACHED)
    user = iam.users.get(str(call.params.get("UserName", "")))
    if call.action == "AddUserToGroup" and user is not None:
        _keep(len(iam.get_groups_for_user(user.name)), "GroupsPerUser", _GROUPS_PER_USER)


def _attached(iam: Any, kind: str, call: Call) -> dict[str, Any]:
    name = call.params.get(f"{kind}Name")
    every = getattr(iam, _COLLECTIONS[kind]).values()
    return next((dict(one.managed_policies) for one in every if one.name == name), {})


def _keep(now: int, name: str, most: int) -> None:
    if now >= most:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for {name}: {most}", 409)
