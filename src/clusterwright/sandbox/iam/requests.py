"""From a call to what it has to be allowed, and to all that conditions may ask about it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.iam import (
    requests_cloudformation,
    requests_ec2,
    requests_eks,
    requests_iam,
    requests_other,
)
from clusterwright.sandbox.iam.checks import Check, World
from clusterwright.sandbox.iam.patterns import Context

_SERVICES: dict[str, Callable[[Call, World], Iterable[Check]]] = {
    "ec2": requests_ec2.checks,
    "eks": requests_eks.checks,
    "iam": requests_iam.checks,
    "sts": requests_iam.sts_checks,
    "logs": requests_other.logs,
    "ssm": requests_other.ssm,
    "autoscaling": requests_other.autoscaling,
    "elasticloadbalancing": requests_other.balancing,
    "kms": requests_other.kms,
    "secretsmanager": requests_other.secretsmanager,
    "s3": requests_other.s3,
    "cloudformation": requests_cloudformation.checks,
}


def checks_of(call: Call, world: World) -> tuple[Check, ...]:
    """All of them must be allowed; none is needed for sts:GetCallerIdentity."""
    return tuple(_SERVICES.get(call.service, requests_other.any_other)(call, world))


def environment(call: Call, now: float) -> Context:
    """What a request is made of, whoever makes it."""
    moment = datetime.fromtimestamp(now, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return {
        "aws:currenttime": (moment,),
        "aws:epochtime": (str(int(now)),),
        "aws:requestedregion": (call.region,),
        "aws:securetransport": ("false",),
        "aws:sourceip": (str(call.environ.get("REMOTE_ADDR", "127.0.0.1")),),
        "aws:useragent": (str(call.environ.get("HTTP_USER_AGENT", "")),),
        "aws:viaawsservice": ("false",),
    }
