"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html"""

import pytest

from clusterwright.sandbox.iam.conditions import Condition, holds, is_operator

KNOWN = {
    "aws:username": ("ann",),
    "aws:tagkeys": ("owner", "team"),
    "none": (),
    "n": ("10",),
    "at": ("2026-05-01T12:00:00Z",),
    "epoch": ("1777636800",),
    "yes": ("true",),
    "ip": ("203.0.113.7",),
    "arn": ("arn:aws:iam::111122223333:role/path/one",),
    "bytes": ("QUJD",),
}

CASES = [
    ("StringEquals", "aws:username", ("bob", "ann"), True),
    ("StringEquals", "aws:username", ("Ann",), False),
    ("StringEquals", "aws:username", ("a*",), False),
    ("StringEquals", "aws:username", ("${aws:username}",), True),
    ("StringEqualsIgnoreCase", "aws:username", ("ANN",), True),
    ("StringNotEquals", "aws:username", ("bob", "ann"), False),
    ("StringNotEquals", "aws:username", ("bob",), True),
    ("StringNotEqualsIgnoreCase", "aws:username", ("ANN",), False),
    ("StringLike", "aws:username", ("a?n",), True),
    ("StringLike", "aws:username", ("a",), False),
    ("StringNotLike", "aws:username", ("b*",), True),
    ("StringEquals", "absent", ("x",), False),
    ("StringNotEquals", "absent", ("x",), True),
    ("StringEqualsIfExists", "absent", ("x",), True),
    ("StringEqualsIfExists", "aws:username", ("x",), False),
    ("NumericEquals", "n", ("10.0",), True),
    ("NumericNotEquals", "n", ("11",), True),
    ("NumericLessThan", "n", ("10",), False),
    ("NumericLessThanEquals", "n", ("10",), True),
    ("NumericGreaterThan", "n", ("9",), True),
    ("NumericGreaterThanEquals", "n", ("ten",), False),
    ("DateGreaterThan", "at", ("2026-05-01T11:59:59Z",), True),
    ("DateLessThan", "at", ("2026-05-01",), False),
    ("DateEquals", "at", ("1777636800",), True),
    ("DateEquals", "epoch", ("2026-05-01T12:00:00Z",), True),
    ("Bool", "yes", ("true",), True),
    ("Bool", "yes", ("false",), False),
    ("BoolIfExists", "absent", ("true",), True),
    ("IpAddress", "ip", ("203.0.113.0/24",), True),
    ("IpAddress", "ip", ("198.51.100.0/24", "203.0.113.7"), True),
    ("NotIpAddress", "ip", ("203.0.113.0/24",), False),
    ("BinaryEquals", "bytes", ("QUJD",), True),
    ("BinaryEquals", "bytes", ("QUJE",), False),
    ("ArnLike", "arn", ("arn:aws:iam::*:role/*",), True),
    ("ArnEquals", "arn", ("arn:aws:iam::111122223333:role/path/one",), True),
    ("ArnLike", "arn", ("arn:*:role/path/one",), False),
    ("ArnNotLike", "arn", ("arn:aws:iam::*:user/*",), True),
    ("Null", "absent", ("true",), True),
    ("Null", "aws:username", ("true",), False),
    ("Null", "aws:username", ("false",), True),
    ("ForAllValues:StringEquals", "aws:tagkeys", ("owner", "team", "more"), True),
    ("ForAllValues:StringEquals", "aws:tagkeys", ("owner",), False),
    ("ForAllValues:StringEquals", "absent", ("owner",), True),
    ("ForAllValues:StringEquals", "none", ("owner",), True),
    ("ForAnyValue:StringEquals", "aws:tagkeys", ("team",), True),
    ("ForAnyValue:StringEquals", "aws:tagkeys", ("other",), False),
    ("ForAnyValue:StringEquals", "absent", ("owner",), False),
    ("ForAnyValue:StringNotEquals", "aws:tagkeys", ("owner",), True),
    ("ForAllValues:StringNotEquals", "aws:tagkeys", ("owner",), False),
    ("ForAllValues:StringLike", "aws:tagkeys", ("*e*",), True),
]


@pytest.mark.parametrize(("operator", "key", "values", "expected"), CASES)
def test_the_operator(operator: str, key: str, values: tuple[str, ...], expected: bool) -> None:
    assert is_operator(operator)
    assert holds(Condition(operator, key, values), KNOWN) is expected


def test_no_such_operator() -> None:
    assert not is_operator("StringSounds")
    assert not holds(Condition("StringSounds", "aws:username", ("ann",)), KNOWN)


def test_the_older_language_has_no_variables() -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"""
    assert not holds(Condition("StringEquals", "aws:username", ("${aws:username}",), False), KNOWN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("${nobody, 'ann'}", True), ("${nobody}", False), ("${aws:tagkeys}", False), ("a${?}n", False)],
)
def test_variables(text: str, expected: bool) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""
    assert holds(Condition("StringLike", "aws:username", (text,)), KNOWN) is expected
