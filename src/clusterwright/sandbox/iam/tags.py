"""Tags of what exists, by its ARN.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html (aws:ResourceTag)
"""

from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends
from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.iam.principals import tags_of

Tags = dict[str, str]


def of_service(call: Call, service: str, arn: str) -> Tags:
    """For EKS, which is ours, see `world`."""
    read = {
        "autoscaling": _autoscaling,
        "ec2": _ec2,
        "elasticloadbalancing": _balancing,
        "iam": _iam,
        "logs": _logs,
    }.get(service)
    return read(call, arn) if read is not None else {}


def _autoscaling(call: Call, arn: str) -> Tags:
    groups = autoscaling_backends[call.account][call.region].autoscaling_groups
    group = groups.get(arn.rpartition("/")[2])
    return {one["Key"]: one["Value"] for one in group.tags} if group is not None else {}


def _ec2(call: Call, arn: str) -> Tags:
    tags = ec2_backends[call.account][call.region].tags.get(arn.rpartition("/")[2], {})
    return {str(key): str(value) for key, value in tags.items()}


def _balancing(call: Call, arn: str) -> Tags:
    """The ARN of a classic load balancer ends in its name alone."""
    tags: Tags = elbv2_backends[call.account][call.region].tagging_service.get_tag_dict_for_resource(arn)
    classic = elb_backends[call.account][call.region].load_balancers.get(arn.partition(":loadbalancer/")[2])
    return dict(classic.tags) if classic is not None else tags


def _iam(call: Call, arn: str) -> Tags:
    iam = iam_backends[call.account][call.partition]
    every: tuple[Any, ...] = (
        *iam.roles.values(),
        *iam.users.values(),
        *iam.open_id_providers.values(),
        *iam.instance_profiles.values(),
    )
    found = next((one for one in every if one.arn == arn), None) or iam.managed_policies.get(arn)
    return tags_of(found, call.account, call.partition)


def _logs(call: Call, arn: str) -> Tags:
    name = arn.partition(":log-group:")[2].partition(":")[0]
    group = logs_backends[call.account][call.region].groups.get(name)
    tags = logs_backends[call.account][call.region].list_tags_for_resource(group.arn) if group else {}
    return dict(tags)
