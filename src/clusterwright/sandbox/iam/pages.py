"""Lists of IAM in pages, where moto gives all at once.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUsers.html (IsTruncated, Marker, MaxItems)
"""

import base64
import binascii
from dataclasses import replace
from xml.etree import ElementTree as ET

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler

_PAGE, _MOST = 100, 1000
_LISTS = {
    "GetGroup": "Users",
    "ListAccessKeys": "AccessKeyMetadata",
    "ListGroupPolicies": "PolicyNames",
    "ListGroups": "Groups",
    "ListGroupsForUser": "Groups",
    "ListInstanceProfiles": "InstanceProfiles",
    "ListInstanceProfilesForRole": "InstanceProfiles",
    "ListPolicyVersions": "Versions",
    "ListRolePolicies": "PolicyNames",
    "ListUserPolicies": "PolicyNames",
    "ListUsers": "Users",
}


def layer(call: Call, inner: Handler) -> Answer:
    if call.service != "iam" or not call.action.startswith(("List", "GetGroup")):
        return inner(call)
    most = _most(call)
    answer = inner(call)
    listed = _LISTS.get(call.action)
    if not listed or answer.status >= 300:
        return answer
    return _cut(answer, listed, _start(call), most)


def _most(call: Call) -> int:
    given = str(call.params.get("MaxItems") or _PAGE)
    most = int(given) if given.isdigit() else 0
    if 1 <= most <= _MOST:
        return most
    bound = f"less than or equal to {_MOST}" if most else "greater than or equal to 1"
    raise AwsError(
        "ValidationError",
        f"1 validation error detected: Value '{given}' at 'maxItems' failed to satisfy constraint:"
        f" Member must have value {bound}",
    )


def _start(call: Call) -> int:
    try:
        return int(base64.b64decode(str(call.params.get("Marker") or "MA=="), validate=True))
    except (ValueError, binascii.Error):
        raise AwsError("ValidationError", "Invalid Marker.") from None


def _cut(answer: Answer, listed: str, start: int, most: int) -> Answer:
    root = ET.fromstring(answer.body)
    space = root.tag.partition("}")[0] + "}" if root.tag.startswith("{") else ""
    result = root[0]
    items = result.find(f"{space}{listed}")
    every = list(items) if items is not None else []
    if items is None or (start == 0 and len(every) <= most):
        return answer
    for number, item in enumerate(every):
        if not start <= number < start + most:
            items.remove(item)
    more = start + most < len(every)
    _say(result, f"{space}IsTruncated", str(more).lower())
    if more:
        _say(result, f"{space}Marker", base64.b64encode(str(start + most).encode()).decode())
    return replace(answer, body=ET.tostring(root, default_namespace=space.strip("{}") or None))


def _say(result: ET.Element, name: str, text: str) -> None:
    found = result.find(name)
    (found if found is not None else ET.SubElement(result, name)).text = text
