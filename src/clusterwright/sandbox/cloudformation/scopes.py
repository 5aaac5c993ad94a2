"""What the functions of a template come to in a stack: its resources, its parameters, what others export.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-exports.html
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from botocore.exceptions import ClientError

from clusterwright.sandbox.cloudformation.functions import Scope, Unresolved, evaluate, holds
from clusterwright.sandbox.cloudformation.records import Goal, Identity, Stack
from clusterwright.sandbox.cloudformation.requester import Requester

Neighbours = Callable[[Stack], Iterable[Stack]]
"""All stacks of a stack's account and region."""


class Scopes:
    def __init__(self, requester: Requester, neighbours: Neighbours) -> None:
        self._requester = requester
        self._neighbours = neighbours

    def of(self, stack: Stack, goal: Goal, identity: Identity) -> Scope:
        made = {name: one.physical_id for name, one in stack.resources.items() if one.physical_id}
        return Scope(
            template=goal.template,
            refs={**_pseudo(stack), **goal.parameters, **made},
            attribute=partial(_attribute, stack),
            imported=partial(self._import, stack),
            zones=partial(_zones, self._requester, identity),
        )

    def declared(self, stack: Stack, goal: Goal, identity: Identity) -> list[str]:
        """The resources whose conditions hold."""
        scope = self.of(stack, goal, identity)
        every = goal.template.resources.items()
        return [name for name, one in every if "Condition" not in one or holds(one["Condition"], scope)]

    def outputs(self, stack: Stack, goal: Goal, identity: Identity) -> list[dict[str, str]]:
        scope = self.of(stack, goal, identity)
        return [
            self._output(stack, scope, key, declared)
            for key, declared in goal.template.outputs.items()
            if "Condition" not in declared or holds(declared["Condition"], scope)
        ]

    def _output(self, stack: Stack, scope: Scope, key: str, declared: dict[str, Any]) -> dict[str, str]:
        found = {"OutputKey": key, "OutputValue": _text(evaluate(declared["Value"], scope))}
        if "Description" in declared:
            found["Description"] = str(declared["Description"])
        if "Export" in declared:
            name = str(evaluate(declared["Export"]["Name"], scope))
            self._check_free(stack, name)
            found["ExportName"] = name
        return found

    def _check_free(self, stack: Stack, name: str) -> None:
        for other in self._neighbours(stack):
            if other is not stack and name in other.exports:
                raise Unresolved(f"Export with name {name} is already exported by stack {other.name}. ")

    def _import(self, stack: Stack, name: str) -> str:
        for one in self._neighbours(stack):
            if name in one.exports:
                stack.imports.add(name)
                return one.exports[name]
        raise Unresolved(f"No export named {name} found.")


def _pseudo(stack: Stack) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/pseudo-parameter-reference.html"""
    partition = stack.id.split(":")[1]
    return {
        "AWS::AccountId": stack.account,
        "AWS::NotificationARNs": [],
        "AWS::Partition": partition,
        "AWS::Region": stack.region,
        "AWS::StackId": stack.id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com",
    }


def _attribute(stack: Stack, name: str, attribute: str) -> Any:
    resource = stack.resources.get(name)
    if resource is None or attribute not in resource.attributes:
        words = f"does not support attribute type {attribute} in Fn::GetAtt"
        raise Unresolved(f"Template error: resource {name} {words}")
    return resource.attributes[attribute]


def _zones(requester: Requester, identity: Identity) -> list[str]:
    try:
        answer = requester.client(identity, "ec2").describe_availability_zones()
    except ClientError as error:
        raise Unresolved(f"Template error: Fn::GetAZs: {error}") from None
    return [str(one["ZoneName"]) for one in answer["AvailabilityZones"]]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
