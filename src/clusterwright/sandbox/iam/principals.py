"""Who asks: the user or the role session behind an access key, with all policies that bind them.

moto keeps users, roles and sessions; it has no permissions boundaries of users, no managed session policies
and no session tags, which are noted on its objects here.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from clusterwright.sandbox import accounts
from clusterwright.sandbox.iam.decision import Attached, Policies
from clusterwright.sandbox.iam.documents import Malformed, Policy, parse
from clusterwright.sandbox.iam.patterns import Context

BOUNDARY = "permissions_boundary_arn"
SESSION_POLICIES = "session_policy_arns"
SESSION_TAGS = "session_tags"
TRANSITIVE = "transitive_tag_keys"
ISSUED = "issued_at"
_ROLE_ID = "role_id"
NOTHING = Policy(())
EVERYTHING = Attached("everything", parse({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}))
UNCHECKED = "Unchecked"
"""The kind of whoever asks where IAM is not enforced."""


@dataclass(frozen=True, slots=True)
class Principal:
    """`arn` is what messages call it, `identity_arn` the role or user itself."""

    kind: str
    arn: str
    identity_arn: str
    account: str
    partition: str
    access_key: str
    secret: str
    user_id: str = ""
    token: str = ""
    expires: float = float("inf")
    owner: Any = None
    session: Any = None

    def policies(self) -> Policies:
        if self.kind == UNCHECKED:
            return Policies((EVERYTHING,))
        identity = policies_of(self.owner, self.account, self.partition)
        return Policies(
            identity=identity,
            boundary=boundary_of(self.owner, self.account, self.partition),
            session=_session_policies(self.session, self.account, self.partition),
        )

    def context(self) -> Context:
        found = {
            "aws:principalarn": (self.identity_arn,),
            "aws:principalaccount": (self.account,),
            "aws:principaltype": (self.kind,),
            "aws:userid": (self.user_id,),
        }
        if self.kind == "User":
            found["aws:username"] = (self.owner.name,)
        if hasattr(self.session, ISSUED):
            found["aws:tokenissuetime"] = (str(getattr(self.session, ISSUED)),)
        for key, value in {
            **tags_of(self.owner, self.account, self.partition),
            **getattr(self.session, SESSION_TAGS, {}),
        }.items():
            found[f"aws:principaltag/{key.lower()}"] = (value,)
        return found


def passed_on(who: Principal) -> dict[str, str]:
    """Tags of a session that stay when it enters another role."""
    tags: dict[str, str] = getattr(who.session, SESSION_TAGS, {})
    return {key: tags[key] for key in getattr(who.session, TRANSITIVE, ()) if key in tags}


def find(access_key: str, account: str, partition: str) -> Principal | None:
    """None for a key that nobody has: never made, taken away, switched off, or of a role that is gone."""
    session = _session(access_key, account, partition)
    if session is not None:
        return _of_session(session, access_key, account, partition)
    if access_key == accounts.TEST_KEY:
        accounts.administrator(account, partition)  # somebody has to be there before anybody is made
    return _of_user(access_key, account, partition)


def unchecked(access_key: str, account: str, partition: str) -> Principal:
    arn = accounts.caller_arn(access_key, account, partition)
    identity = accounts.principal_arn(access_key, account, partition)
    return Principal(UNCHECKED, arn, identity, account, partition, access_key, "")


def _session(access_key: str, account: str, partition: str) -> Any | None:
    """The newest first: they are asked for most."""
    if not access_key.startswith("ASIA"):
        return None
    sessions = sts_backends[account][partition].assumed_roles
    return next((one for one in reversed(sessions) if one.access_key_id == access_key), None)


def _of_session(session: Any, access_key: str, account: str, partition: str) -> Principal | None:
    role = _role_of(session, iam_backends[account][partition].roles)
    if role is None:
        return None
    return Principal(
        "AssumedRole",
        str(session.arn),
        str(role.arn),
        account,
        partition,
        access_key,
        session.secret_access_key,
        f"{role.id}:{session.session_name}",
        session.session_token,
        session.expiration.replace(tzinfo=UTC).timestamp(),
        role,
        session,
    )


def _role_of(session: Any, roles: dict[str, Any]) -> Any | None:
    """Found once, then by its id: another role of the same name is another role."""
    known = getattr(session, _ROLE_ID, None)
    if known is None:
        role = next((one for one in roles.values() if one.arn == session.role_arn), None)
        setattr(session, _ROLE_ID, role.id if role is not None else "")
        return role
    return roles.get(known)


def _of_user(access_key: str, account: str, partition: str) -> Principal | None:
    iam = iam_backends[account][partition]
    key = iam.access_keys.get(access_key)
    user = iam.users.get(str(key.user_name)) if key is not None else None
    if user is None or key not in user.access_keys or key.status != "Active":
        return None
    return of_user(user, account, partition, access_key, key.secret_access_key)


def of_user(user: Any, account: str, partition: str, access_key: str = "", secret: str = "") -> Principal:
    arn = str(user.arn)
    return Principal("User", arn, arn, account, partition, access_key, secret, user.id, owner=user)


def policies_of(owner: Any, account: str, partition: str) -> tuple[Attached, ...]:
    """Inline and attached, and for a user those of its groups."""
    if owner is None:
        return ()
    found = list(_own(owner))
    if hasattr(owner, "access_keys"):
        for group in iam_backends[account][partition].get_groups_for_user(owner.name):
            found += _own(group)
    return tuple(found)


def boundary_of(owner: Any, account: str, partition: str) -> tuple[Attached, ...] | None:
    arn = getattr(owner, BOUNDARY, None)
    return (managed(arn, account, partition),) if arn else None


def managed(arn: str, account: str, partition: str) -> Attached:
    """A policy that is gone allows nothing."""
    policy = iam_backends[account][partition].managed_policies.get(arn)
    return _attached(policy) if policy is not None else Attached(arn, NOTHING)


def tags_of(owner: Any, account: str, partition: str) -> dict[str, str]:
    """moto keeps the tags of users apart from them."""
    if hasattr(owner, "access_keys"):
        return dict(iam_backends[account][partition].tagger.get_tag_dict_for_resource(owner.arn))
    tags = getattr(owner, "tags", None) or ()
    if isinstance(tags, dict):
        return {name: one["Value"] if isinstance(one, dict) else one for name, one in tags.items()}
    return {one["Key"]: one["Value"] for one in tags}


def _own(owner: Any) -> Iterator[Attached]:
    for name, document in owner.policies.items():
        yield Attached(name, readable(document), "IAM Inline Policy")
    for policy in owner.managed_policies.values():
        yield _attached(policy)


def _attached(policy: Any) -> Attached:
    default = next(one for one in policy.versions if one.version_id == policy.default_version_id)
    return Attached(policy.arn, readable(default.document))


def readable(document: Any) -> Policy:
    """moto has checked it; what slipped through says nothing."""
    try:
        return parse(document)
    except Malformed:
        return NOTHING


def _session_policies(session: Any, account: str, partition: str) -> tuple[Attached, ...] | None:
    if session is None:
        return None
    found = [managed(arn, account, partition) for arn in getattr(session, SESSION_POLICIES, ())]
    if session.policy:
        found.append(Attached("session", readable(session.policy), "Session Policy"))
    return tuple(found) or None
