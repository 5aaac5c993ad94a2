"""SSM's public parameters for EKS images: moto has none of them, and its prefix cannot be written to."""

import json
from typing import Any

from clusterwright.sandbox.call import Answer, Call, Handler
from clusterwright.sandbox.ec2 import images


def layer(call: Call, inner: Handler) -> Answer:
    if call.name != "ssm:GetParameter":
        return inner(call)
    name = str(call.params.get("Name", ""))
    value = images.parameter(call.region, name)
    if value is None:
        return inner(call)
    body: dict[str, Any] = {
        "Parameter": {
            "Name": name,
            "Type": "String",
            "Value": value,
            "Version": 1,
            "ARN": f"arn:{call.partition}:ssm:{call.region}::parameter{name}",
            "DataType": "text",
        }
    }
    return Answer(200, (("Content-Type", "application/x-amz-json-1.1"),), json.dumps(body).encode())
