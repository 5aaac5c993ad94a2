"""AssumeRole: the trust policy of the role, together with the policies of who wants in.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
Within an account, a trust policy that names the caller is enough; one that names the account leaves it to the
caller's own policies, and so does any from another account.
"""

import re
from enum import IntEnum

from clusterwright.sandbox.call import AwsError, Call
from clusterwright.sandbox.iam.checks import members, numbered, pairs, request_tags
from clusterwright.sandbox.iam.decision import (
    Attached,
    Decision,
    Kind,
    Match,
    Outcome,
    Policies,
    Request,
    covers,
    decide,
    decide_allowing,
    first,
)
from clusterwright.sandbox.iam.documents import Malformed, Policy, Principals, parse_for_identity
from clusterwright.sandbox.iam.patterns import Context
from clusterwright.sandbox.iam.principals import Principal

_LONGEST_POLICY = 2048
_MOST_POLICIES = 10
_CHAINED = 3600
_TOO_LONG_CHAINED = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining"
)
_NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)


class Named(IntEnum):
    """How a trust policy names a caller: the more precise, the less else is asked."""

    NOT = 0
    ACCOUNT = 1
    ROLE = 2
    SELF = 3


def actions_of(call: Call) -> tuple[str, ...]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html,
    id_credentials_temp_control-access_monitor.html (source identities)"""
    tagging = ("sts:TagSession",) if session_tags(call) else ()
    sourcing = ("sts:SetSourceIdentity",) if call.params.get("SourceIdentity") else ()
    return ("sts:AssumeRole", *tagging, *sourcing)


def session_tags(call: Call) -> dict[str, str]:
    return pairs(numbered(call.params, "Tags.member"))


def transitive_keys(call: Call) -> tuple[str, ...]:
    return tuple(members(call.params, "TransitiveTagKeys.member"))


def policy_arns(call: Call) -> tuple[str, ...]:
    return tuple(one["arn"] for one in numbered(call.params, "PolicyArns.member") if "arn" in one)


def context_of(call: Call) -> Context:
    found = dict(request_tags(session_tags(call)))
    if keys := transitive_keys(call):
        found["sts:transitivetagkeys"] = keys
    for member in ("ExternalId", "RoleSessionName", "SourceIdentity"):
        if member in call.params:
            found[f"sts:{member.lower()}"] = (str(call.params[member]),)
    return found


def decide_entry(request: Request, who: Principal, policies: Policies, trust: Policy, home: str) -> Decision:
    """`home` is the account of the role."""
    denied = decide(request, policies)
    if denied.outcome is Outcome.EXPLICIT:
        return denied
    trusted = Attached(request.resource, trust, "Resource Policy")
    named, match = _named_by(trusted, request, who)
    if match is not None and match.statement.denies:
        return Decision(Outcome.EXPLICIT, Kind.RESOURCE, match)
    if named is Named.NOT:
        return Decision(Outcome.IMPLICIT, Kind.RESOURCE)
    if home != who.account:
        own = decide_allowing(request, policies)
        return own if own.allowed else Decision(Outcome.IMPLICIT, Kind.RESOURCE)
    if named is Named.ACCOUNT:
        return decide_allowing(request, policies)
    return _within(request, policies, named, match)


def check_parameters(call: Call, who: Principal, longest: int) -> None:
    """`longest` is the role's own limit of a session, in seconds."""
    name = str(call.params.get("RoleSessionName", ""))
    if not _NAME.fullmatch(name):
        raise _invalid(f"Value '{name}' at 'roleSessionName' failed to satisfy constraint")
    seconds = int(call.params.get("DurationSeconds") or 0)
    if seconds > longest:
        raise AwsError(
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        )
    if who.session is not None and seconds > _CHAINED:
        raise AwsError("ValidationError", _TOO_LONG_CHAINED)
    document = call.params.get("Policy")
    if document and len(str(document)) > _LONGEST_POLICY:
        raise _invalid(
            "Value at 'policy' failed to satisfy constraint: Member must have length less than 2049"
        )
    if len(policy_arns(call)) > _MOST_POLICIES:
        raise _invalid(
            "Value at 'policyArns' failed to satisfy constraint: Member must have length less than 11"
        )
    try:
        parse_for_identity(str(document)) if document else None
    except Malformed as error:
        raise AwsError("MalformedPolicyDocument", str(error)) from None


def _invalid(words: str) -> AwsError:
    return AwsError("ValidationError", f"1 validation error detected: {words}")


def _within(request: Request, policies: Policies, named: Named, match: Match | None) -> Decision:
    """A session of a role that is named is held by its boundary and session policies; who is named is not."""
    for kind, attached in policies:
        held = named is Named.ROLE and kind is not Kind.IDENTITY
        if held and first(request, attached, denies=False) is None:
            return Decision(Outcome.IMPLICIT, kind)
    return Decision(Outcome.ALLOWED, Kind.RESOURCE, match)


def _named_by(trusted: Attached, request: Request, who: Principal) -> tuple[Named, Match | None]:
    """The best that the statements say, and the statement; a denying one ends it."""
    best, match = Named.NOT, None
    for statement in trusted.policy.statements:
        if not covers(statement, request):
            continue
        named = _naming(statement.principals, who)
        if named and statement.denies:
            return named, Match(trusted, statement)
        if named > best:
            best, match = named, Match(trusted, statement)
    return best, match


def _naming(principals: Principals | None, who: Principal) -> Named:
    if principals is None:
        return Named.NOT
    named = max((_one(name, who) for name in principals.of("AWS")), default=Named.NOT)
    if principals.negated:
        return Named.NOT if named else Named.SELF
    return named


def _one(name: str, who: Principal) -> Named:
    if name in ("*", who.arn):
        return Named.SELF
    if name == who.identity_arn:
        return Named.ROLE
    root = f"arn:{who.partition}:iam::{who.account}:root"
    return Named.ACCOUNT if name in (who.account, root) else Named.NOT
