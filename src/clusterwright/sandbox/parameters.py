"""SSM's public parameters for EKS images: moto has none of them, and their prefix cannot be written to.

https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
"""

import json
from typing import Any

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler
from clusterwright.sandbox.ec2 import eks_images

_ROOTS = ("/aws/service/eks", "/aws/service/bottlerocket", "/aws/service/ami-windows-latest")
_PAGE = 10
_WRITTEN = 1_762_992_000.0


def layer(call: Call, inner: Handler) -> Answer:
    if call.service != "ssm":
        return inner(call)
    answer = {"GetParameter": _one, "GetParameters": _several, "GetParametersByPath": _below}.get(call.action)
    return answer(call, inner) if answer else inner(call)


def _one(call: Call, inner: Handler) -> Answer:
    name = str(call.params.get("Name", ""))
    known = eks_images.parameters(call.region)
    return _json({"Parameter": _wire(call, name)}) if name in known else inner(call)


def _several(call: Call, inner: Handler) -> Answer:
    """moto's own, and those that it takes for invalid but are ours."""
    answer = inner(call)
    known = eks_images.parameters(call.region)
    ours = [name for name in call.params.get("Names") or [] if name in known]
    if answer.status >= 300 or not ours:
        return answer
    found = json.loads(answer.body)
    found["Parameters"] += [_wire(call, name) for name in ours]
    found["InvalidParameters"] = [name for name in found["InvalidParameters"] if name not in known]
    return _json(found)


def _below(call: Call, inner: Handler) -> Answer:
    path = str(call.params.get("Path", "")).rstrip("/")
    if not path.startswith(_ROOTS):
        return inner(call)
    names = sorted(one for one in eks_images.parameters(call.region) if _is_below(one, path, call))
    start, size = _start(call), int(call.params.get("MaxResults") or _PAGE)
    page = [_wire(call, name) for name in names[start : start + size]]
    more = {"NextToken": str(start + size)} if start + size < len(names) else {}
    return _json({"Parameters": page, **more})


def _is_below(name: str, path: str, call: Call) -> bool:
    rest = name.removeprefix(f"{path}/")
    return rest != name and (bool(call.params.get("Recursive")) or "/" not in rest)


def _start(call: Call) -> int:
    token = str(call.params.get("NextToken") or "0")
    if not token.isdigit():
        raise AwsError("InvalidNextToken", "The specified token is not valid.")
    return int(token)


def _wire(call: Call, name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "Type": "String",
        "Value": eks_images.parameters(call.region)[name],
        "Version": 1,
        "LastModifiedDate": _WRITTEN,
        "ARN": f"arn:{call.partition}:ssm:{call.region}::parameter{name}",
        "DataType": "text",
    }


def _json(body: dict[str, Any]) -> Answer:
    return Answer(200, (("Content-Type", "application/x-amz-json-1.1"),), json.dumps(body).encode())
