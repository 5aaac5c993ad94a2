"""AWS-managed policies: those that have to do with clusters, out of the fifteen hundred that moto ships.

moto makes all of them anew for each account and partition, which takes half a second every time.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
"""

import json
import re
from functools import cache

from moto.iam import models

_DATA = "aws_managed_policies_data"
_KEPT = re.compile(
    r"EKS|EC2|ContainerRegistry|SSM|CSI|CloudWatch|AutoScaling|LoadBalancing|VPC|Route53|XRay|Prometheus|KeyManagement"
    r"|SecretsManager|^IAM|^AmazonS3|^AdministratorAccess$|^PowerUserAccess$|^ReadOnlyAccess$|^SecurityAudit$"
    r"|^ViewOnlyAccess$"
)


@cache
def _cluster_related() -> str:
    every = json.loads(vars(models)[_DATA])
    return json.dumps({name: policy for name, policy in every.items() if _KEPT.search(name)})


def install() -> None:
    vars(models)[_DATA] = _cluster_related()
