"""What EKS has made, in the answers of the Resource Groups Tagging API: moto knows nothing of it.

https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from clusterwright.sandbox.call import Answer, Call, Handler, Params
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.eks.tags import tagged

Found = dict[str, Any]


class Tagging:
    def __init__(self, eks: Eks) -> None:
        self._eks = eks

    def layer(self, call: Call, inner: Handler) -> Answer:
        """On the last page, behind what moto has found."""
        answer = inner(call)
        if call.name != "tagging:GetResources" or answer.status >= 300:
            return answer
        found = json.loads(answer.body)
        if not found.get("PaginationToken"):
            found["ResourceTagMappingList"] += self._matching(call)
        headers = tuple(one for one in answer.headers if one[0].lower() != "content-length")
        return replace(answer, headers=headers, body=json.dumps(found).encode())

    def _matching(self, call: Call) -> Iterator[Found]:
        for _, arn, wire in tagged(self._eks.region(call.account, call.region)):
            if wire["tags"] and _is_wanted(call.params, arn, wire["tags"]):
                tags = [{"Key": key, "Value": value} for key, value in wire["tags"].items()]
                yield {"ResourceARN": arn, "Tags": tags}


def _is_wanted(params: Params, arn: str, tags: dict[str, str]) -> bool:
    kinds, arns = params.get("ResourceTypeFilters"), params.get("ResourceARNList")
    kind = f"eks:{arn.split(':', 5)[5].partition('/')[0]}"
    return (
        (not kinds or "eks" in kinds or kind in kinds)
        and (not arns or arn in arns)
        and all(_has(tags, one) for one in params.get("TagFilters") or [])
    )


def _has(tags: dict[str, str], wanted: Found) -> bool:
    """Any of the values, or any at all where none is named."""
    key, values = wanted.get("Key", ""), wanted.get("Values")
    return key in tags and (not values or tags[key] in values)
