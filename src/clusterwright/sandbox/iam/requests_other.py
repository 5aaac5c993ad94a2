"""CloudWatch Logs, SSM, Auto Scaling, load balancers, KMS, Secrets Manager, S3: as far as clusters need them.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator
from typing import Any

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.iam.checks import ANY, Check, World, arn, members, numbered, pairs, request_tags

PREFIXES = {"tagging": "tag", "monitoring": "cloudwatch"}
"""Where the name in signatures is not the one in policies."""

_BUCKET = {"PUT": "CreateBucket", "DELETE": "DeleteBucket", "GET": "ListBucket", "HEAD": "ListBucket"}
_OBJECT = {"PUT": "PutObject", "DELETE": "DeleteObject", "GET": "GetObject", "HEAD": "GetObject"}


def any_other(call: Call, _world: World) -> Iterator[Check]:
    yield Check(f"{PREFIXES.get(call.service, call.service)}:{call.action}")


def logs(call: Call, _world: World) -> Iterator[Check]:
    """Group ARNs end in :log-stream: but for the calls that are given an ARN, which are those about tags."""
    tags: dict[str, str] = call.params.get("tags") or {}
    given = call.params.get("resourceArn")
    name = str(call.params.get("logGroupName") or "")
    resource = str(given) if given else arn(call, "logs", f"log-group:{name}:log-stream:")
    yield Check(f"logs:{call.action}", resource, request_tags(tags))
    if tags and call.action == "CreateLogGroup":
        yield Check("logs:TagResource", arn(call, "logs", f"log-group:{name}"), request_tags(tags))


def ssm(call: Call, _world: World) -> Iterator[Check]:
    """AWS's own parameters belong to no account."""
    if call.action not in ("GetParameter", "GetParameters", "PutParameter", "DeleteParameter"):
        yield Check(f"ssm:{call.action}")
        return
    for name in call.params.get("Names") or [call.params.get("Name", "")]:
        path = f"parameter/{str(name).lstrip('/')}"
        public = str(name).startswith("/aws/service/")
        where = f"arn:{call.partition}:ssm:{call.region}::{path}" if public else arn(call, "ssm", path)
        yield Check(f"ssm:{call.action}", where)


def autoscaling(call: Call, world: World) -> Iterator[Check]:
    action = f"autoscaling:{call.action}"
    tagged = numbered(call.params, "Tags.member")
    if call.action.startswith("Describe"):
        yield Check(action)
        return
    name = call.params.get("AutoScalingGroupName")
    names = [str(name)] if name else list(dict.fromkeys(one.get("ResourceId", "") for one in tagged))
    for one in names or [ANY]:
        path = f"autoScalingGroup:*:autoScalingGroupName/{one}"
        known = world.group_arn(call, one)
        yield Check(action, known or arn(call, "autoscaling", path), request_tags(pairs(tagged)))


def balancing(call: Call, _world: World) -> Iterator[Check]:
    """Both kinds of load balancers; those of the new one are named by ARN."""
    action = f"elasticloadbalancing:{call.action}"
    tags = pairs(numbered(call.params, "Tags.member"))
    arns = members(call.params, "ResourceArns.member")
    given = [str(call.params[name]) for name in _ARNS if name in call.params] + arns
    if call.action.startswith("Describe"):
        given = []
    elif call.params.get("LoadBalancerName"):
        given = [arn(call, "elasticloadbalancing", f"loadbalancer/{call.params['LoadBalancerName']}")]
    for resource in given or [ANY]:
        yield Check(action, resource, request_tags(tags))
    if tags and call.action.startswith("Create"):
        creating = {"elasticloadbalancing:createaction": (call.action,)}
        kind = "targetgroup" if call.action == "CreateTargetGroup" else "loadbalancer"
        resource = (given or [arn(call, "elasticloadbalancing", f"{kind}/*")])[0]
        yield Check("elasticloadbalancing:AddTags", resource, {**request_tags(tags), **creating})


_ARNS = ("LoadBalancerArn", "TargetGroupArn", "ListenerArn", "RuleArn")


def kms(call: Call, _world: World) -> Iterator[Check]:
    """An alias stands for a key that is not looked up: it is about any key."""
    key = str(call.params.get("KeyId") or "")
    if not key or "alias/" in key:
        resource = arn(call, "kms", "key/*") if key else ANY
    else:
        resource = key if key.startswith("arn:") else arn(call, "kms", f"key/{key}")
    yield Check(f"kms:{call.action}", resource)


def secretsmanager(call: Call, _world: World) -> Iterator[Check]:
    name = str(call.params.get("SecretId") or call.params.get("Name") or "")
    tags = pairs(_listed(call.params.get("Tags")))
    resource = name if name.startswith("arn:") else arn(call, "secretsmanager", f"secret:{name}")
    yield Check(f"secretsmanager:{call.action}", resource if name else ANY, request_tags(tags))
    if tags and call.action == "CreateSecret":
        yield Check("secretsmanager:TagResource", resource, request_tags(tags))


def s3(call: Call, _world: World) -> Iterator[Check]:
    """Only what a path and a method tell."""
    method, _, path = call.action.partition(" ")
    bucket, _, key = path.lstrip("/").partition("/")
    if not bucket:
        yield Check("s3:ListAllMyBuckets")
    elif key:
        yield Check(f"s3:{_OBJECT.get(method, method)}", f"arn:{call.partition}:s3:::{bucket}/{key}")
    else:
        yield Check(f"s3:{_BUCKET.get(method, method)}", f"arn:{call.partition}:s3:::{bucket}")


def _listed(value: Any) -> list[dict[str, Any]]:
    return value if isinstance(value, list) else []
