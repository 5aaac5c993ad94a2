"""ARNs in the partition of their region, and states that only the answer to a creation shows.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html ("pending")
"""

from typing import Any

from moto.ec2.models.security_groups import SecurityGroup
from moto.ec2.models.subnets import Subnet
from moto.ec2.responses._base_response import EC2BaseResponse

from clusterwright.sandbox.call import partition_of


def _arn(kind: str) -> property:
    def arn(thing: Any) -> str:
        backend = thing.ec2_backend
        region = backend.region_name
        return f"arn:{partition_of(region)}:ec2:{region}:{backend.account_id}:{kind}/{thing.id}"

    return property(arn, lambda _thing, _given: None)


def _pending(_state: Any) -> str:
    return "pending"


def install() -> None:
    patched = ((SecurityGroup, "arn", _arn("security-group")), (Subnet, "arn", _arn("subnet")))
    for owner, name, member in patched:
        setattr(owner, name, member)
    EC2BaseResponse.RESPONSE_KEY_PATH_TO_TRANSFORMER["CreateVpcResult.Vpc.State"] = _pending
