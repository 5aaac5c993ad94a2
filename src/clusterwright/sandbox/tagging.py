"""The Resource Groups Tagging API: everything with tags in a region, EKS's objects too, which moto lacks.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from clusterwright.sandbox.books import objects
from clusterwright.sandbox.call import Answer, AwsError, Call, Handler
from clusterwright.sandbox.cloudformation.api import Cloudformation
from clusterwright.sandbox.eks.api import Eks

_PAGE = 50
_MOST = 100
_GLOBAL, _HOME = "global", "us-east-1"
# https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
_LEFT_OUT = frozenset({"role", "user", "auto-scaling-group", "launch-configuration"})
_EC2_KINDS = {"nat-gateway": "natgateway"}


@dataclass(frozen=True, slots=True)
class Tagged:
    arn: str
    tags: dict[str, str]

    @property
    def wire(self) -> dict[str, Any]:
        tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        return {"ResourceARN": self.arn, "Tags": tags}

    def is_of(self, kind: str) -> bool:
        """`eks` or `eks:cluster`."""
        service, _, resource = kind.partition(":")
        parts = self.arn.split(":", 5)
        return parts[2] == service and (not resource or parts[5].replace(":", "/").startswith(f"{resource}/"))

    def has(self, wanted: dict[str, Any]) -> bool:
        value = self.tags.get(wanted["Key"])
        return value is not None and (not wanted.get("Values") or value in wanted["Values"])


class TaggingApi:
    def __init__(self, eks: Eks, cloudformation: Cloudformation) -> None:
        self._eks = eks
        self._cloudformation = cloudformation

    def layer(self, call: Call, inner: Handler) -> Answer:
        answers = {"GetResources": self._resources, "GetTagKeys": self._keys, "GetTagValues": self._values}
        if call.service != "tagging" or call.action not in answers:
            return inner(call)
        body = json.dumps(answers[call.action](call)).encode()
        return Answer(200, (("Content-Type", "application/x-amz-json-1.1"),), body)

    def _resources(self, call: Call) -> dict[str, Any]:
        asked = call.params
        arns, kinds = asked.get("ResourceARNList") or [], asked.get("ResourceTypeFilters") or []
        found = [
            one
            for one in self._all(call)
            if (not arns or one.arn in arns)
            and (not kinds or any(one.is_of(kind) for kind in kinds))
            and all(one.has(wanted) for wanted in asked.get("TagFilters") or [])
        ]
        page, token = _page(call, found, "ResourcesPerPage")
        return {"ResourceTagMappingList": [one.wire for one in page], "PaginationToken": token}

    def _keys(self, call: Call) -> dict[str, Any]:
        keys = sorted({key for one in self._all(call) for key in one.tags})
        page, token = _page(call, keys, "")
        return {"TagKeys": page, "PaginationToken": token}

    def _values(self, call: Call) -> dict[str, Any]:
        key = call.params.get("Key")
        values = sorted({one.tags[key] for one in self._all(call) if key in one.tags})
        page, token = _page(call, values, "")
        return {"TagValues": page, "PaginationToken": token}

    def _all(self, call: Call) -> Iterator[Tagged]:
        here = (call.region, _GLOBAL) if call.region == _HOME else (call.region,)
        for one in objects.everything(self._eks, self._cloudformation):
            if one["account"] != call.account or one["region"] not in here or one["kind"] in _LEFT_OUT:
                continue
            if one["tags"]:
                yield Tagged(_arn(call, one), one["tags"])


def _arn(call: Call, one: dict[str, Any]) -> str:
    if one["id"].startswith("arn:"):
        return str(one["id"]).removesuffix(":*")
    where = f"arn:{call.partition}:{one['service']}:{call.region}:{call.account}"
    kind = one["kind"]
    if one["service"] == "ec2":
        return f"{where}:{_EC2_KINDS.get(kind, kind)}/{one['id']}"
    return f"{where}:loadbalancer/{one['id']}"


def _page(call: Call, found: list[Any], size_name: str) -> tuple[list[Any], str]:
    """The last page has an empty token."""
    size = int(call.params.get(size_name) or _PAGE)
    if not 1 <= size <= _MOST:
        raise AwsError("InvalidParameterException", f"{size_name} must be between 1 and {_MOST}")
    start = _start(str(call.params.get("PaginationToken") or ""))
    end = start + size
    return found[start:end], base64.b64encode(str(end).encode()).decode() if end < len(found) else ""


def _start(token: str) -> int:
    try:
        return int(base64.b64decode(token, validate=True)) if token else 0
    except ValueError:
        raise AwsError("PaginationTokenExpiredException", "The pagination token is not valid.") from None
