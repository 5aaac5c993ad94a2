"""Condition operators.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
A key that the request does not have meets no condition, save the negated ones, `IfExists` and `ForAllValues`.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from clusterwright.sandbox.iam.patterns import Context, matches, plain

Test = Callable[[str, str, Context | None], bool]
"""Does the request's value meet the policy's?"""

_EVERY, _ANY = "forallvalues:", "foranyvalue:"
_ARN_PARTS = 6


@dataclass(frozen=True, slots=True)
class Operator:
    test: Test
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """One key under one operator. `variables` is false for policies of the 2008 language."""

    operator: str
    key: str
    values: tuple[str, ...]
    variables: bool = True
    written: str = ""
    """The key as the policy has it; `key` is in lower case."""


def holds(condition: Condition, context: Context) -> bool:
    name, every, any_of = _quantified(condition.operator.lower())
    given = context.get(condition.key)
    if name == "null":
        return (given is None) == (condition.values[:1] == ("true",))
    name, optional = name.removesuffix("ifexists"), name.endswith("ifexists")
    operator = OPERATORS.get(name)
    if operator is None:
        return False
    if given is None:
        return optional or every or (operator.negated and not any_of)
    met = [_meets(operator, condition, value, context) for value in given]
    return all(met) if every or (operator.negated and not any_of) else any(met)


def is_operator(name: str) -> bool:
    bare, _, _ = _quantified(name.lower())
    return bare == "null" or bare.removesuffix("ifexists") in OPERATORS


def _quantified(name: str) -> tuple[str, bool, bool]:
    return name.removeprefix(_EVERY).removeprefix(_ANY), name.startswith(_EVERY), name.startswith(_ANY)


def _meets(operator: Operator, condition: Condition, given: str, context: Context) -> bool:
    """One value of the request against all of the policy's: any of them will do, or none if negated."""
    variables = context if condition.variables else None
    found = any(operator.test(given, wanted, variables) for wanted in condition.values)
    return found is not operator.negated


def _same(given: str, wanted: str, context: Context | None) -> bool:
    return given == plain(wanted, context)


def _same_folded(given: str, wanted: str, context: Context | None) -> bool:
    filled = plain(wanted, context)
    return filled is not None and given.casefold() == filled.casefold()


def _like(given: str, wanted: str, context: Context | None) -> bool:
    return matches(wanted, given, context)


def _arn(given: str, wanted: str, context: Context | None) -> bool:
    """Part by part: a wildcard in one does not reach into the next. ArnEquals and ArnLike are the same."""
    asked, ours = wanted.split(":", _ARN_PARTS - 1), given.split(":", _ARN_PARTS - 1)
    if "${" in wanted:
        filled = plain(wanted, context)
        asked = (filled or "").split(":", _ARN_PARTS - 1)
    if len(asked) != _ARN_PARTS or len(ours) != _ARN_PARTS:
        return wanted == "*"
    return all(matches(one, other, None) for one, other in zip(asked, ours, strict=True))


def _bool(given: str, wanted: str, _context: Context | None) -> bool:
    return given.lower() == wanted.lower()


def _binary(given: str, wanted: str, _context: Context | None) -> bool:
    try:
        return base64.b64decode(given, validate=True) == base64.b64decode(wanted, validate=True)
    except binascii.Error:
        return False


def _address(given: str, wanted: str, _context: Context | None) -> bool:
    try:
        return ipaddress.ip_address(given) in _network(wanted)
    except ValueError:
        return False


@lru_cache(maxsize=1024)
def _network(text: str) -> Any:
    return ipaddress.ip_network(text, strict=False)


def _ordered(read: Callable[[str], float], compare: Callable[[float, float], bool]) -> Test:
    def test(given: str, wanted: str, _context: Context | None) -> bool:
        try:
            return compare(read(given), read(wanted))
        except ValueError:
            return False

    return test


def _moment(text: str) -> float:
    """Dates are of ISO 8601, or seconds since the epoch."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return float(text)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _comparisons(prefix: str, read: Callable[[str], float]) -> dict[str, Operator]:
    return {
        f"{prefix}equals": Operator(_ordered(read, lambda a, b: a == b)),
        f"{prefix}notequals": Operator(_ordered(read, lambda a, b: a == b), negated=True),
        f"{prefix}lessthan": Operator(_ordered(read, lambda a, b: a < b)),
        f"{prefix}lessthanequals": Operator(_ordered(read, lambda a, b: a <= b)),
        f"{prefix}greaterthan": Operator(_ordered(read, lambda a, b: a > b)),
        f"{prefix}greaterthanequals": Operator(_ordered(read, lambda a, b: a >= b)),
    }


OPERATORS: dict[str, Operator] = {
    "stringequals": Operator(_same),
    "stringnotequals": Operator(_same, negated=True),
    "stringequalsignorecase": Operator(_same_folded),
    "stringnotequalsignorecase": Operator(_same_folded, negated=True),
    "stringlike": Operator(_like),
    "stringnotlike": Operator(_like, negated=True),
    "bool": Operator(_bool),
    "binaryequals": Operator(_binary),
    "ipaddress": Operator(_address),
    "notipaddress": Operator(_address, negated=True),
    "arnequals": Operator(_arn),
    "arnlike": Operator(_arn),
    "arnnotequals": Operator(_arn, negated=True),
    "arnnotlike": Operator(_arn, negated=True),
    **_comparisons("numeric", float),
    **_comparisons("date", _moment),
}
