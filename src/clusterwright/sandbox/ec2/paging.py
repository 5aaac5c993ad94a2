"""Pages of what EC2 describes, cut before anything is written, so that a page costs what it shows.

Which actions have pages, under which member and within which bounds, is botocore's to say.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html#api-pagination
"""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import get_pagination_model, get_service_model
from moto.ec2.responses import EC2Response
from moto.ec2.responses._base_response import EC2BaseResponse

from clusterwright.sandbox.call import AwsError

_ALL = 1_000_000
_ASIDE = ("MaxResults", "NextToken", "DryRun")


@dataclass(frozen=True, slots=True)
class Rule:
    """`usual` is the size of a page where the caller names none; most actions then give everything."""

    members: tuple[str, ...]
    least: int = 5
    most: int = 1000
    usual: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    rule: Rule
    action: str
    params: dict[str, Any]
    start: int
    size: int | None

    def cut(self, result: dict[str, Any]) -> dict[str, Any]:
        size = self.size or self.rule.usual
        longest = max(len(result.get(member) or ()) for member in self.rule.members)
        if not size or (not self.start and longest <= size):
            return result
        end = self.start + size
        page = {member: (result.get(member) or [])[self.start : end] for member in self.rule.members}
        token = _token(_print(self.action, self.params), end) if end < longest else None
        return {**result, **page, "NextToken": token}


# What the model of the API leaves to the documentation's prose.
_LIMITS: dict[str, tuple[int, int, int | None]] = {
    "DescribeInstanceTypes": (5, 100, 100),
    "DescribeInstanceTypeOfferings": (5, 1000, 1000),
    "DescribeLaunchTemplates": (1, 200, 200),
    "DescribeLaunchTemplateVersions": (1, 200, 200),
    "DescribeSpotPriceHistory": (1, 1000, 1000),
    "DescribeVpcEndpoints": (1, _ALL, None),
    "DescribeVpcEndpointServices": (1, _ALL, None),
    "DescribeImages": (1, 1000, None),
}
# Not together with MaxResults: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
_NAMED = {
    "DescribeInstances": ("InstanceIds", "instancesSet"),
    "DescribeInstanceStatus": ("InstanceIds", "instancesSet"),
    "DescribeNetworkInterfaces": ("NetworkInterfaceIds", "networkInterfaceIdSet"),
    "DescribeVolumes": ("VolumeIds", "volumeSet"),
}


@cache
def rule_of(action: str) -> Rule | None:
    """None for an action without pages."""
    spec = get_pagination_model("ec2").get(action)
    if spec is None:
        return None
    key = spec["result_key"]
    members = tuple(key) if isinstance(key, list) else (key,)
    if action in _LIMITS:
        return Rule(members, *_LIMITS[action])
    asked = get_service_model("ec2").operation_model(action).input_shape.members
    bounds = asked["MaxResults"].metadata if "MaxResults" in asked else {}
    return Rule(members, bounds.get("min", 5), bounds.get("max", 1000))


def page_of(action: str, params: dict[str, Any]) -> Page | None:
    """What part of the answer is wanted; None for an action without pages."""
    rule = rule_of(action)
    if rule is None:
        return None
    token, size = params.get("NextToken"), params.get("MaxResults")
    if size is not None:
        _check_size(action, rule, int(size), params)
    start = _start(token, _print(action, params)) if token is not None else 0
    return Page(rule, action, params, start, None if size is None else min(int(size), rule.most))


def _check_size(action: str, rule: Rule, size: int, params: dict[str, Any]) -> None:
    wrong = f"Value ( {size} ) for parameter maxResults is invalid. Expecting a value"
    if size < rule.least:
        raise AwsError("InvalidParameterValue", f"{wrong} greater than {rule.least}.")
    if size > rule.most:
        raise AwsError("InvalidParameterValue", f"{wrong} less than or equal to {rule.most}.")
    ids, name = _NAMED.get(action, ("", ""))
    if params.get(ids):
        message = f"The parameter {name} cannot be used with the parameter maxResults"
        raise AwsError("InvalidParameterCombination", message)


def _token(fingerprint: str, start: int) -> str:
    return base64.urlsafe_b64encode(f"{fingerprint}:{start}".encode()).decode()


def _start(token: str, fingerprint: str) -> int:
    """A token goes on with the request that it came from, and with no other."""
    try:
        made_for, _, start = base64.urlsafe_b64decode(token).decode().partition(":")
    except ValueError:
        made_for = start = ""
    if made_for != fingerprint or not start.isdigit():
        raise AwsError("InvalidNextToken", f"The specified NextToken {token} is not valid.")
    return int(start)


def _print(action: str, params: dict[str, Any]) -> str:
    asked = sorted((key, repr(value)) for key, value in params.items() if key not in _ASIDE)
    return hashlib.sha256(repr((action, asked)).encode()).hexdigest()[:16]


def call_action(self: Any) -> Any:
    """Replacement for moto's method: it is told to give everything, and what it gives is cut."""
    page = page_of(self._get_action(), self.params)
    if page is not None:
        self.params.pop("NextToken", None)
        self.params["MaxResults"] = _ALL
        self._page = page
    return _MOTO_CALL_ACTION(self)


def serialized(self: Any, answer: ActionResult) -> Any:
    page = getattr(self, "_page", None)
    if page is not None and isinstance(answer.result, dict):
        answer = ActionResult(page.cut(answer.result))
    return _MOTO_SERIALIZED(self, answer)


_MOTO_CALL_ACTION: Callable[[Any], Any] = EC2Response.call_action
_MOTO_SERIALIZED: Callable[[Any, Any], Any] = EC2BaseResponse.serialized


def install() -> None:
    patched = {"call_action": call_action, "serialized": serialized}
    for name, method in patched.items():
        setattr(EC2Response, name, method)
