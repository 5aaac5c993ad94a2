"""What Auto Scaling refuses: sizes that do not fit, names taken or unknown, groups that are not empty.

https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html
"""

from collections.abc import Callable
from typing import Any

from moto.autoscaling.models import autoscaling_backends

from clusterwright.sandbox.call import Answer, AwsError, Call, Handler

_NAMING = frozenset(
    {
        "AttachInstances",
        "DetachInstances",
        "DeleteAutoScalingGroup",
        "DescribeLoadBalancerTargetGroups",
        "DescribeLoadBalancers",
        "DescribeWarmPool",
        "ResumeProcesses",
        "SetDesiredCapacity",
        "SetInstanceProtection",
        "SuspendProcesses",
        "UpdateAutoScalingGroup",
    }
)


def layer(call: Call, inner: Handler) -> Answer:
    if call.service == "autoscaling":
        group = groups(call).get(str(call.params.get("AutoScalingGroupName")))
        if call.action in _NAMING and group is None:
            raise not_found(str(call.params.get("AutoScalingGroupName")))
        check = _CHECKS.get(call.action)
        if check is not None:
            check(call, group)
    return inner(call)


def groups(call: Call) -> dict[str, Any]:
    found: dict[str, Any] = autoscaling_backends[call.account][call.region].autoscaling_groups
    return found


def not_found(name: str) -> AwsError:
    message = f"AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"
    return AwsError("ValidationError", message)


def _check_new(call: Call, group: Any) -> None:
    if group is not None:
        raise AwsError(
            "AlreadyExists",
            "AutoScalingGroup by this name already exists - A group with the name "
            f"{group.name} already exists",
        )
    _check_sizes(call, group)


def _check_sizes(call: Call, group: Any) -> None:
    least, most = _size(call, "MinSize", group, "min_size"), _size(call, "MaxSize", group, "max_size")
    if least > most:
        raise AwsError("ValidationError", f"Min size:{least}, must be less than or equal to max size:{most}")
    desired = int(call.params.get("DesiredCapacity") or least)
    if call.params.get("DesiredCapacity") and not least <= desired <= most:
        raise AwsError(
            "ValidationError",
            f"Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}",
        )


def _size(call: Call, name: str, group: Any, attribute: str) -> int:
    given = call.params.get(name)
    return int(given if given is not None else getattr(group, attribute, 0) or 0)


def _check_desired(call: Call, group: Any) -> None:
    wanted = int(call.params.get("DesiredCapacity") or 0)
    for beyond, limit, word in (
        (wanted > group.max_size, group.max_size, "above max"),
        (wanted < group.min_size, group.min_size, "below min"),
    ):
        if beyond:
            raise AwsError(
                "ValidationError",
                f"New SetDesiredCapacity value {wanted} is {word} value {limit} for the AutoScalingGroup.",
            )


def _check_empty(call: Call, group: Any) -> None:
    if group.instance_states and str(call.params.get("ForceDelete", "")).lower() != "true":
        raise AwsError(
            "ResourceInUse",
            "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance "
            "request(s) still in the group.",
        )


def _check_member(call: Call, _group: Any) -> None:
    wanted = str(call.params.get("InstanceId"))
    members = (state.instance.id for group in groups(call).values() for state in group.instance_states)
    if wanted not in members:
        raise AwsError(
            "ValidationError",
            f"Instance Id not found - No managed instance found for instance ID: {wanted}",
        )


_CHECKS: dict[str, Callable[[Call, Any], None]] = {
    "CreateAutoScalingGroup": _check_new,
    "UpdateAutoScalingGroup": _check_sizes,
    "SetDesiredCapacity": _check_desired,
    "DeleteAutoScalingGroup": _check_empty,
    "TerminateInstanceInAutoScalingGroup": _check_member,
}
