"""The decision: what the policies that apply to a request make of it. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
An explicit deny anywhere ends it. Else a statement must allow it in the identity's own policies, in the
permissions boundary if there is one, and in the session's policies if there are any. What a resource's own
policy adds is in `entering`: the only such policies here are the trust policies of roles.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from clusterwright.sandbox.iam.conditions import holds
from clusterwright.sandbox.iam.documents import Policy, Statement
from clusterwright.sandbox.iam.patterns import Context


class Outcome(StrEnum):
    """As the policy simulator names them."""

    ALLOWED = "allowed"
    IMPLICIT = "implicitDeny"
    EXPLICIT = "explicitDeny"


class Kind(StrEnum):
    """Kinds of policies, as error messages name them."""

    IDENTITY = "identity-based policy"
    BOUNDARY = "permissions boundary"
    SESSION = "session policy"
    RESOURCE = "resource-based policy"


@dataclass(frozen=True, slots=True)
class Attached:
    """A policy and where it comes from. `source` is an ARN, or what an inline policy is called."""

    source: str
    policy: Policy
    source_type: str = "IAM Policy"


@dataclass(frozen=True, slots=True)
class Policies:
    """All that apply to one principal. None is no boundary at all; an empty one allows nothing."""

    identity: tuple[Attached, ...] = ()
    boundary: tuple[Attached, ...] | None = None
    session: tuple[Attached, ...] | None = None

    def __iter__(self) -> Iterator[tuple[Kind, tuple[Attached, ...]]]:
        yield Kind.IDENTITY, self.identity
        if self.boundary is not None:
            yield Kind.BOUNDARY, self.boundary
        if self.session is not None:
            yield Kind.SESSION, self.session

    @property
    def read_resources(self) -> bool:
        return any(one.policy.reads_resources for _, policies in self for one in policies)


@dataclass(frozen=True, slots=True)
class Request:
    action: str
    resource: str
    context: Context


@dataclass(frozen=True, slots=True)
class Match:
    attached: Attached
    statement: Statement

    def __str__(self) -> str:
        return f"{self.attached.source}#{self.statement.sid or self.statement.position}"


@dataclass(frozen=True, slots=True)
class Decision:
    """`kind` is the kind of policy that decided, `match` the statement, if one did."""

    outcome: Outcome
    kind: Kind
    match: Match | None = None

    @property
    def allowed(self) -> bool:
        return self.outcome is Outcome.ALLOWED


def decide(request: Request, policies: Policies) -> Decision:
    for kind, attached in policies:
        denying = first(request, attached, denies=True)
        if denying:
            return Decision(Outcome.EXPLICIT, kind, denying)
    return decide_allowing(request, policies)


def decide_allowing(request: Request, policies: Policies) -> Decision:
    """The second half, for a request that nothing denies."""
    found: Match | None = None
    for kind, attached in policies:
        allowing = first(request, attached, denies=False)
        if allowing is None:
            return Decision(Outcome.IMPLICIT, kind)
        found = found or allowing
    return Decision(Outcome.ALLOWED, Kind.IDENTITY, found)


def first(request: Request, attached: tuple[Attached, ...], denies: bool) -> Match | None:
    for one in attached:
        for statement in one.policy.statements:
            if statement.denies is denies and covers(statement, request):
                return Match(one, statement)
    return None


def covers(statement: Statement, request: Request) -> bool:
    return (
        statement.actions.cover(request.action.lower())
        and (statement.resources is None or statement.resources.cover(request.resource, request.context))
        and all(holds(condition, request.context) for condition in statement.conditions)
    )
