"""SimulatePrincipalPolicy and SimulateCustomPolicy, answered by the code that decides real calls.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
As in AWS, the resource is `*` unless it is given, and nothing is known of the request but what is given.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from moto.iam.models import iam_backends

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler
from clusterwright.sandbox.iam.boundaries import answered
from clusterwright.sandbox.iam.checks import ANY, members, numbered
from clusterwright.sandbox.iam.conditions import Condition
from clusterwright.sandbox.iam.decision import Attached, Decision, Outcome, Policies, Request, decide
from clusterwright.sandbox.iam.documents import Malformed, parse_for_identity
from clusterwright.sandbox.iam.patterns import Context
from clusterwright.sandbox.iam.principals import Principal, boundary_of, of_user, policies_of

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Question:
    request: Request
    policies: Policies


def layer(call: Call, inner: Handler) -> Answer:
    if call.name in ("iam:SimulatePrincipalPolicy", "iam:SimulateCustomPolicy"):
        return _simulated(call)
    if call.name in ("iam:GetContextKeysForPrincipalPolicy", "iam:GetContextKeysForCustomPolicy"):
        policies, _ = _subject(call)
        keys = {key for _, attached in policies for one in attached for key in one.policy.keys}
        members_of = "".join(f"<member>{escape(key)}</member>" for key in sorted(keys))
        return answered(call, f"<ContextKeyNames>{members_of}</ContextKeyNames>")
    return inner(call)


def _simulated(call: Call) -> Answer:
    policies, known = _subject(call)
    context = {**known, **_given(call)}
    resources = members(call.params, "ResourceArns.member") or [ANY]
    pairs = list(itertools.product(members(call.params, "ActionNames.member"), resources))
    first_one = int(call.params.get("Marker") or 0)
    most = int(call.params.get("MaxItems") or _PAGE)
    page = pairs[first_one : first_one + most]
    questions = [Question(Request(action, resource, context), policies) for action, resource in page]
    rest = first_one + most
    more = f"<Marker>{rest}</Marker>" if rest < len(pairs) else ""
    results = "".join(_result(one) for one in questions)
    truncated = str(bool(more)).lower()
    return answered(
        call,
        f"<IsTruncated>{truncated}</IsTruncated>{more}<EvaluationResults>{results}</EvaluationResults>",
    )


def _subject(call: Call) -> tuple[Policies, Context]:
    extra = tuple(_documents(call, "PolicyInputList.member"))
    limits = tuple(_documents(call, "PermissionsBoundaryPolicyInputList.member")) or None
    if call.action.endswith("CustomPolicy"):
        return Policies(extra, limits), {}
    arn = str(call.params.get("PolicySourceArn", ""))
    owner = _owner(call, arn)
    account, partition = call.account, call.partition
    boundary = limits or (None if _is_group(owner) else boundary_of(owner, account, partition))
    policies = Policies((*policies_of(owner, account, partition), *extra), boundary)
    return policies, _context(call, arn, owner)


def _owner(call: Call, arn: str) -> Any:
    iam = iam_backends[call.account][call.partition]
    every: list[Any] = [*iam.users.values(), *iam.roles.values(), *iam.groups.values()]
    found = next((one for one in every if one.arn == arn), None)
    if found is None:
        raise AwsError("NoSuchEntity", f"The entity with ARN {arn} cannot be found.", 404)
    return found


def _context(call: Call, arn: str, owner: Any) -> Context:
    if hasattr(owner, "access_keys"):
        return of_user(owner, call.account, call.partition).context()
    if _is_group(owner):
        return {}
    return Principal(
        "AssumedRole", arn, arn, call.account, call.partition, "", "", owner.id, owner=owner
    ).context()


def _is_group(owner: Any) -> bool:
    return hasattr(owner, "users")


def _documents(call: Call, prefix: str) -> Iterator[Attached]:
    for number, document in enumerate(members(call.params, prefix), 1):
        try:
            yield Attached(f"PolicyInputList.{number}", parse_for_identity(document), "IAM Policy")
        except Malformed as error:
            raise AwsError("InvalidInput", str(error)) from None


def _given(call: Call) -> Context:
    found: dict[str, tuple[str, ...]] = {}
    for entry in numbered(call.params, "ContextEntries.member"):
        values = members(entry, "ContextKeyValues.member")
        found[entry.get("ContextKeyName", "").lower()] = tuple(values)
    return found


def _result(question: Question) -> str:
    request, policies = question.request, question.policies
    decision = decide(request, policies)
    boundary = ""
    if policies.boundary is not None:
        within = _within(request, policies.boundary)
        detail = f"<AllowedByPermissionsBoundary>{within}</AllowedByPermissionsBoundary>"
        boundary = f"<PermissionsBoundaryDecisionDetail>{detail}</PermissionsBoundaryDecisionDetail>"
    missing = "".join(f"<member>{escape(key)}</member>" for key in _missing(question))
    return (
        f"<member><EvalActionName>{escape(request.action)}</EvalActionName>"
        f"<EvalResourceName>{escape(request.resource)}</EvalResourceName>"
        f"<EvalDecision>{decision.outcome}</EvalDecision>"
        f"<MatchedStatements>{_matched(decision)}</MatchedStatements>"
        f"<MissingContextValues>{missing}</MissingContextValues>{boundary}</member>"
    )


def _within(request: Request, boundary: tuple[Attached, ...]) -> str:
    return str(decide(request, Policies(boundary)).outcome is Outcome.ALLOWED).lower()


def _matched(decision: Decision) -> str:
    if decision.match is None:
        return ""
    attached = decision.match.attached
    return (
        f"<member><SourcePolicyId>{escape(attached.source)}</SourcePolicyId>"
        f"<SourcePolicyType>{escape(attached.source_type)}</SourcePolicyType></member>"
    )


def _missing(question: Question) -> list[str]:
    """Keys that statements about this action ask for and that nobody gave."""
    context, action = question.request.context, question.request.action.lower()
    asked: list[Condition] = [
        condition
        for _, attached in question.policies
        for one in attached
        for statement in one.policy.statements
        if statement.actions.cover(action)
        for condition in statement.conditions
    ]
    return sorted({condition.written for condition in asked if condition.key not in context})
