"""Operators, variables and elements of policies, each by whether it lets a user look at itself."""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from clusterwright.sandbox.server import Running

from ..tenant import Tenant
from .people import Account, Keys, allow, deny, policy

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
OPERATORS = GUIDE + "reference_policies_elements_condition_operators.html"
MANY = GUIDE + "reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES = GUIDE + "reference_policies_variables.html"
NOT_ACTION = GUIDE + "reference_policies_elements_notaction.html"
NOT_RESOURCE = GUIDE + "reference_policies_elements_notresource.html"
RESOURCE = GUIDE + "reference_policies_elements_resource.html"
ACTION = GUIDE + "reference_policies_elements_action.html"
LOGIC = GUIDE + "reference_policies_evaluation-logic_policy-eval-basics-single-account.html"

ME = "arn:aws:iam::{account}:user/{name}"


class Person:
    """A user with tags, and one policy at a time."""

    def __init__(self, tenant: Tenant) -> None:
        self.account = Account(tenant)
        self.keys: Keys = self.account.user()
        arn = self.account.client("sts", self.keys).get_caller_identity()["Arn"]
        self.name = str(arn).rpartition("/")[2]
        self.account.iam.tag_user(
            UserName=self.name, Tags=[{"Key": "team", "Value": "red"}, {"Key": "level", "Value": "7"}]
        )

    def may(self, *statements: dict[str, Any]) -> bool:
        """Whether such a policy lets the user look at itself."""
        text = policy(*statements).replace("{name}", self.name).replace("{account}", self.account.id)
        self.account.iam.put_user_policy(UserName=self.name, PolicyName="own", PolicyDocument=text)
        return self.account.tries(self.keys, "iam", "get_user", UserName=self.name) == "ok"


@pytest.fixture(scope="module")
def person(sandbox: Running, shared_session: botocore.session.Session) -> Iterator[Person]:
    one = Person(Tenant(sandbox.url, shared_session, "333344449999"))
    yield one
    one.account.close()


def _case(operator: str, key: str, values: Any, met: bool, page: str = OPERATORS) -> Any:
    said = values if isinstance(values, str) else "+".join(values)
    name = f"{operator}-{key}-{said}"[:70]
    return pytest.param({operator: {key: values}}, met, id=name, marks=pytest.mark.documented(page))


CONDITIONS = [
    _case("StringEquals", "aws:PrincipalTag/team", "red", True),
    _case("StringEquals", "aws:PrincipalTag/team", "Red", False),
    _case("StringEquals", "aws:PrincipalTag/team", ["blue", "red"], True),
    _case("StringNotEquals", "aws:PrincipalTag/team", ["blue", "red"], False),
    _case("StringNotEquals", "aws:PrincipalTag/none", "red", True),
    _case("StringEquals", "aws:PrincipalTag/none", "red", False),
    _case("StringEqualsIgnoreCase", "aws:PrincipalTag/team", "RED", True),
    _case("StringNotEqualsIgnoreCase", "aws:PrincipalTag/team", "RED", False),
    _case("StringLike", "aws:username", "user-*", True),
    _case("StringLike", "aws:username", "use?", False),
    _case("StringNotLike", "aws:username", "user-*", False),
    _case("NumericEquals", "aws:PrincipalTag/level", "7", True),
    _case("NumericLessThan", "aws:PrincipalTag/level", "7", False),
    _case("NumericLessThanEquals", "aws:PrincipalTag/level", "7", True),
    _case("NumericGreaterThan", "aws:PrincipalTag/level", "6.5", True),
    _case("NumericNotEquals", "aws:PrincipalTag/level", "7", False),
    _case("DateGreaterThan", "aws:CurrentTime", "2020-04-01T00:00:00Z", True),
    _case("DateLessThan", "aws:CurrentTime", "2020-04-01T00:00:00Z", False),
    _case("DateGreaterThan", "aws:EpochTime", "1585699200", True),
    _case("Bool", "aws:SecureTransport", "false", True),
    _case("Bool", "aws:SecureTransport", "true", False),
    _case("IpAddress", "aws:SourceIp", ["10.0.0.0/8", "127.0.0.0/24"], True),
    _case("IpAddress", "aws:SourceIp", "203.0.113.0/24", False),
    _case("NotIpAddress", "aws:SourceIp", "203.0.113.0/24", True),
    _case("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/*", True),
    _case("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::*:user/user-*", True),
    _case("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*", True),
    _case("ArnLike", "aws:PrincipalArn", "arn:*:user/*", False),
    _case("Null", "aws:PrincipalTag/none", "true", True),
    _case("Null", "aws:PrincipalTag/team", "true", False),
    _case("Null", "aws:PrincipalTag/team", "false", True),
    _case("StringEqualsIfExists", "aws:PrincipalTag/none", "red", True),
    _case("StringEqualsIfExists", "aws:PrincipalTag/team", "blue", False),
    _case("BoolIfExists", "aws:MultiFactorAuthPresent", "true", True),
    _case("ForAllValues:StringEquals", "aws:TagKeys", ["a", "b"], True, MANY),
    _case("ForAnyValue:StringEquals", "aws:TagKeys", ["a", "b"], False, MANY),
    _case("StringEquals", "aws:userid", "${aws:userid}", True, VARIABLES),
    _case("StringLike", "aws:username", "${aws:username}", True, VARIABLES),
    _case("StringEquals", "aws:PrincipalTag/team", "${aws:PrincipalTag/none, 'red'}", True, VARIABLES),
    _case("StringEquals", "aws:PrincipalTag/team", "${aws:PrincipalTag/none}", False, VARIABLES),
    _case(
        "StringEquals", "aws:PrincipalType", "User", True, GUIDE + "reference_policies_condition-keys.html"
    ),
    _case(
        "StringEquals",
        "aws:RequestedRegion",
        "us-east-1",
        True,
        GUIDE + "reference_policies_condition-keys.html",
    ),
]


@pytest.mark.parametrize(("condition", "met"), CONDITIONS)
def test_a_condition_is_met_or_not(person: Person, condition: dict[str, Any], met: bool) -> None:
    assert person.may(allow("iam:GetUser", Condition=condition)) is met


@pytest.mark.documented(OPERATORS)
def test_all_conditions_of_a_statement_have_to_be_met(person: Person) -> None:
    both = {"StringEquals": {"aws:PrincipalTag/team": "red", "aws:PrincipalTag/level": "8"}}
    assert not person.may(allow("iam:GetUser", Condition=both))


@pytest.mark.documented(OPERATORS)
def test_names_of_keys_have_no_case(person: Person) -> None:
    assert person.may(allow("iam:GetUser", Condition={"StringLike": {"AWS:UserName": "user-*"}}))


def _said(name: str, page: str, expected: bool, *statements: dict[str, Any]) -> Any:
    return pytest.param(statements, expected, id=name, marks=pytest.mark.documented(page))


OTHER = "arn:aws:iam::{account}:user/other"
ELEMENTS = [
    _said("nothing-is-allowed-unless-said", LOGIC, False, allow("iam:ListUsers")),
    _said("a-denial-beats-what-is-allowed", LOGIC, False, allow("*"), deny("iam:GetUser")),
    _said("a-denial-elsewhere-does-not", LOGIC, True, allow("*"), deny("iam:GetUser", OTHER)),
    _said("actions-have-no-case", ACTION, True, allow("IAM:getuser")),
    _said("stars-in-actions", ACTION, True, allow("iam:*User")),
    _said("question-marks-in-actions", ACTION, False, allow("iam:GetUse?r")),
    _said("other-services", ACTION, False, allow("ec2:*")),
    _said("the-resource-named", RESOURCE, True, allow("iam:GetUser", ME)),
    _said("another-resource", RESOURCE, False, allow("iam:GetUser", OTHER)),
    _said("a-star-in-a-resource", RESOURCE, True, allow("iam:GetUser", "arn:aws:iam::*:user/user-*")),
    _said("another-account", RESOURCE, False, allow("iam:GetUser", "arn:aws:iam::111122223333:user/*")),
    _said("one-of-several", RESOURCE, True, allow("iam:GetUser", [OTHER, ME])),
    _said(
        "a-variable-in-a-resource",
        VARIABLES,
        True,
        allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}"),
    ),
    _said(
        "a-variable-that-is-not-there",
        VARIABLES,
        False,
        allow("iam:GetUser", "arn:aws:iam::*:user/${aws:PrincipalTag/none}*"),
    ),
    _said(
        "all-but-one-action",
        NOT_ACTION,
        True,
        {"Effect": "Allow", "NotAction": "iam:DeleteUser", "Resource": "*"},
    ),
    _said(
        "all-but-this-action",
        NOT_ACTION,
        False,
        {"Effect": "Allow", "NotAction": "iam:GetUser", "Resource": "*"},
    ),
    _said(
        "deny-all-but-this-action",
        NOT_ACTION,
        True,
        allow("*"),
        {"Effect": "Deny", "NotAction": ["iam:GetUser"], "Resource": "*"},
    ),
    _said(
        "all-but-this-resource",
        NOT_RESOURCE,
        False,
        {"Effect": "Allow", "Action": "iam:GetUser", "NotResource": ME},
    ),
    _said(
        "deny-all-but-this-resource",
        NOT_RESOURCE,
        True,
        allow("*"),
        {"Effect": "Deny", "Action": "iam:*", "NotResource": ME},
    ),
]


@pytest.mark.parametrize(("statements", "expected"), ELEMENTS)
def test_an_element_means_what_it_says(
    person: Person, statements: tuple[dict[str, Any], ...], expected: bool
) -> None:
    assert person.may(*statements) is expected
