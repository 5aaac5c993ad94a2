"""CloudFormation: ARNs of stacks, and the role that it is given. What it then does are calls of their own.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudformation.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html
"""

from collections.abc import Iterator

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.iam.checks import Check, World, arn, numbered, pairs, pass_role, request_tags

_SERVICE = "cloudformation.amazonaws.com"
_OF_ALL = frozenset({"ListStacks", "ListExports", "ValidateTemplate"})


def checks(call: Call, _world: World) -> Iterator[Check]:
    name = str(call.params.get("StackName") or "*")
    stack = name if name.startswith("arn:") else arn(call, "cloudformation", f"stack/{name}/*")
    tags = pairs(numbered(call.params, "Tags.member"))
    context = dict(request_tags(tags))
    role = str(call.params.get("RoleARN", ""))
    if role:
        context["cloudformation:rolearn"] = (role,)
    if "ChangeSetName" in call.params:
        context["cloudformation:changesetname"] = (str(call.params["ChangeSetName"]),)
    yield Check(f"cloudformation:{call.action}", "*" if call.action in _OF_ALL else stack, context)
    if tags and call.action == "CreateStack":
        yield Check("cloudformation:TagResource", stack, request_tags(tags))
    if role:
        yield pass_role(role, _SERVICE)
