"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clusterwright.sandbox.iam.decision import Attached, Kind, Outcome, Policies, Request, decide
from clusterwright.sandbox.iam.documents import Malformed, parse
from tests.unit.sandbox_iam.policies import allow, ask, attached, deny, policy

ROLE = "arn:aws:iam::111122223333:role/one"

ALLOWED, IMPLICIT, EXPLICIT = Outcome.ALLOWED, Outcome.IMPLICIT, Outcome.EXPLICIT
STATEMENTS = [
    ([], IMPLICIT),
    ([allow()], ALLOWED),
    ([allow("EC2:createvpc")], ALLOWED),
    ([allow("ec2:Create*")], ALLOWED),
    ([allow("ec2:Create???")], ALLOWED),
    ([allow("ec2:Create??")], IMPLICIT),
    ([allow(["eks:*", "ec2:*"])], ALLOWED),
    ([allow("eks:*")], IMPLICIT),
    ([allow(), deny("ec2:CreateVpc")], EXPLICIT),
    ([deny("ec2:CreateVpc"), allow()], EXPLICIT),
    ([allow(), deny("ec2:DeleteVpc")], ALLOWED),
    ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], ALLOWED),
    ([{"Effect": "Allow", "NotAction": "ec2:*", "Resource": "*"}], IMPLICIT),
    ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:role/one"}], IMPLICIT),
    ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:role/two"}], ALLOWED),
    ([allow(resource="arn:aws:iam::*:role/*")], ALLOWED),
    ([allow(resource="arn:aws:iam::*:role/on?")], ALLOWED),
    ([allow(resource="arn:aws:iam::*:role/ONE")], IMPLICIT),
    ([allow(resource="arn:aws:iam::*:role/${aws:username}")], ALLOWED),
    ([allow(resource="arn:aws:iam::*:role/${aws:nobody}")], IMPLICIT),
    ([allow(Condition={"StringEquals": {"aws:username": "one"}})], ALLOWED),
    ([allow(Condition={"StringEquals": {"AWS:UserName": "one"}})], ALLOWED),
    ([allow(Condition={"StringEquals": {"aws:username": "one"}, "Bool": {"absent": "true"}})], IMPLICIT),
    ([allow(Condition={"Bool": {"secure": False}})], ALLOWED),
    ([allow(), deny(Condition={"StringNotEquals": {"aws:username": "one"}})], ALLOWED),
    ([allow(), deny(Condition={"StringNotEquals": {"absent": "one"}})], EXPLICIT),
]


@pytest.mark.parametrize(("statements", "expected"), STATEMENTS)
def test_statements(statements: list[dict[str, Any]], expected: Outcome) -> None:
    context: dict[str, Any] = {"aws__username": ("one",), "secure": ("false",)}
    assert ask(Policies(attached(*statements)), resource=ROLE, **context).outcome is expected


A, D, NOTHING = allow(), deny(), allow("s3:GetObject")
LIMITED = [
    (Policies(attached(A), attached(A)), ALLOWED, Kind.IDENTITY),
    (Policies(attached(A), attached(NOTHING)), IMPLICIT, Kind.BOUNDARY),
    (Policies(attached(A), ()), IMPLICIT, Kind.BOUNDARY),
    (Policies(attached(NOTHING), attached(A)), IMPLICIT, Kind.IDENTITY),
    (Policies(attached(A), attached(A, D)), EXPLICIT, Kind.BOUNDARY),
    (Policies(attached(A), None, attached(A)), ALLOWED, Kind.IDENTITY),
    (Policies(attached(A), None, attached(NOTHING)), IMPLICIT, Kind.SESSION),
    (Policies(attached(NOTHING), None, attached(A)), IMPLICIT, Kind.IDENTITY),
    (Policies(attached(A), attached(A), attached(D)), EXPLICIT, Kind.SESSION),
    (Policies(attached(A, D), attached(NOTHING), attached(NOTHING)), EXPLICIT, Kind.IDENTITY),
]


@pytest.mark.parametrize(("policies", "outcome", "kind"), LIMITED)
def test_boundaries_and_sessions_only_limit(policies: Policies, outcome: Outcome, kind: Kind) -> None:
    decision = ask(policies)
    assert (decision.outcome, decision.kind) == (outcome, kind)


def test_the_statement_that_decided_is_told() -> None:
    found = ask(Policies((Attached("p", policy(allow("s3:*"), allow("ec2:*", Sid="Net"))),)))
    assert str(found.match) == "p#Net"


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '{"Version": "2020-01-01", "Statement": []}',
        '{"Statement": 1}',
        '{"Statement": [{"Effect": "Maybe", "Action": "*", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Resource": "*"}]}',
        '{"Statement": [{"Effect": "Allow", "Action": "*", "Condition": {"Like": {"a": "b"}}}]}',
    ],
)
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)


ACTIONS = st.sampled_from(
    ["ec2:CreateVpc", "ec2:*", "ec2:Create*", "eks:*", "*", "iam:PassRole", "ec2:?reateVpc"]
)
PLACES = st.sampled_from(["*", ROLE, "arn:aws:iam::*:role/*", "arn:aws:ec2:*"])
CONDITIONS = st.sampled_from(
    [{}, {"StringEquals": {"aws:username": "one"}}, {"StringNotEquals": {"aws:username": "one"}}]
)
ANY_STATEMENT = st.builds(
    lambda effect, action, place, condition: allow(action, place, Condition=condition) | {"Effect": effect},
    st.sampled_from(["Allow", "Deny"]),
    ACTIONS,
    PLACES,
    CONDITIONS,
)
DOCUMENTS = st.lists(ANY_STATEMENT, max_size=4).map(lambda found: attached(*found))
REQUESTS = st.builds(
    Request,
    st.sampled_from(["ec2:CreateVpc", "eks:ListClusters", "iam:PassRole"]),
    st.sampled_from(["*", ROLE]),
    st.sampled_from([{}, {"aws:username": ("one",)}]),
)


@given(DOCUMENTS, REQUESTS)
def test_a_deny_ends_it(own: tuple[Attached, ...], request: Request) -> None:
    assert decide(request, Policies((*own, *attached(deny())))).outcome is EXPLICIT


@given(DOCUMENTS, DOCUMENTS, REQUESTS)
def test_a_limit_never_adds(own: tuple[Attached, ...], limit: tuple[Attached, ...], request: Request) -> None:
    for limited in (Policies(own, limit), Policies(own, None, limit)):
        allowed = decide(request, limited).allowed
        assert allowed == (
            decide(request, Policies(own)).allowed and decide(request, Policies(limit)).allowed
        )


@given(DOCUMENTS, DOCUMENTS, REQUESTS)
def test_the_order_of_policies_does_not_matter(
    one: tuple[Attached, ...], other: tuple[Attached, ...], request: Request
) -> None:
    there, back = decide(request, Policies(one + other)), decide(request, Policies(other + one))
    assert there.outcome is back.outcome


@given(DOCUMENTS, REQUESTS)
def test_nothing_is_allowed_that_no_statement_allows(own: tuple[Attached, ...], request: Request) -> None:
    only_denying = tuple(Attached(one.source, parse_denying(one)) for one in own)
    assert not decide(request, Policies(only_denying)).allowed


def parse_denying(one: Attached) -> Any:
    return type(one.policy)(tuple(statement for statement in one.policy.statements if statement.denies))
