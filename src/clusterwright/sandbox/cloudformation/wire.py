"""CloudFormation's answers: data as the XML of a query protocol, and records as that data.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
"""

import uuid
from typing import Any
from xml.sax.saxutils import escape

from clusterwright.sandbox.call import Answer, Call
from clusterwright.sandbox.clock import iso
from clusterwright.sandbox.cloudformation.records import ChangeSet, Event, Goal, Resource, Stack
from clusterwright.sandbox.cloudformation.template import Template

_NAMESPACE = "http://cloudformation.amazonaws.com/doc/2010-05-15/"
_UNCHECKED = {"StackDriftStatus": "NOT_CHECKED"}

Wire = dict[str, Any]


def answer(call: Call, result: Wire) -> Answer:
    inside = f"<{call.action}Result>{_xml(result)}</{call.action}Result>"
    metadata = f"<ResponseMetadata><RequestId>{uuid.uuid4()}</RequestId></ResponseMetadata>"
    body = f'<{call.action}Response xmlns="{_NAMESPACE}">{inside}{metadata}</{call.action}Response>'
    return Answer(200, (("Content-Type", "text/xml"),), body.encode())


def _xml(value: Any) -> str:
    """Members without a value are left out."""
    if isinstance(value, dict):
        return "".join(f"<{name}>{_xml(one)}</{name}>" for name, one in value.items() if one is not None)
    if isinstance(value, list):
        return "".join(f"<member>{_xml(one)}</member>" for one in value)
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


def stack(one: Stack) -> Wire:
    return {
        "StackId": one.id,
        "StackName": one.name,
        "Description": one.goal.template.description or None,
        **_parameters(one.goal),
        "CreationTime": iso(one.created),
        "LastUpdatedTime": iso(one.updated) if one.updated else None,
        "DeletionTime": iso(one.deleted) if one.deleted else None,
        "StackStatus": one.status,
        "StackStatusReason": one.reason or None,
        "DisableRollback": one.on_failure == "DO_NOTHING",
        "Capabilities": one.capabilities,
        "Outputs": one.outputs,
        "RoleARN": one.role_arn or None,
        "Tags": _tags(one.goal),
        "EnableTerminationProtection": one.protected,
        "DriftInformation": _UNCHECKED,
    }


def summary(one: Stack) -> Wire:
    whole = stack(one)
    hidden = (
        "Parameters",
        "Outputs",
        "Capabilities",
        "Tags",
        "DisableRollback",
        "RoleARN",
        "EnableTerminationProtection",
    )
    named = {name: value for name, value in whole.items() if name not in hidden and name != "Description"}
    return {**named, "TemplateDescription": whole["Description"]}


def resource(owner: Stack, one: Resource, *, time: str = "Timestamp") -> Wire:
    return {
        "StackName": owner.name,
        "StackId": owner.id,
        "LogicalResourceId": one.name,
        "PhysicalResourceId": one.physical_id or None,
        "ResourceType": one.kind,
        time: iso(one.since),
        "ResourceStatus": one.status,
        "ResourceStatusReason": one.reason or None,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def event(owner: Stack, one: Event) -> Wire:
    return {
        "StackId": owner.id,
        "EventId": f"{one.name}-{one.status}-{one.number}",
        "StackName": owner.name,
        "LogicalResourceId": one.name,
        "PhysicalResourceId": one.physical_id,
        "ResourceType": one.kind,
        "Timestamp": iso(one.at),
        "ResourceStatus": one.status,
        "ResourceStatusReason": one.reason or None,
    }


def declared(template: Template) -> Wire:
    parameters = [
        {
            "ParameterKey": name,
            "ParameterType": one.get("Type", "String"),
            "DefaultValue": one.get("Default"),
            "NoEcho": _is_hidden(one),
            "Description": one.get("Description"),
        }
        for name, one in template.parameters.items()
    ]
    return {"Parameters": parameters, "Description": template.description or None}


def change_set(owner: Stack, one: ChangeSet) -> Wire:
    useful = bool(one.changes)
    none = (
        "The submitted information didn't contain changes. "
        "Submit different information to create a change set."
    )
    return {
        "ChangeSetName": one.name,
        "ChangeSetId": one.id,
        "StackId": owner.id,
        "StackName": owner.name,
        "Description": one.description or None,
        **_parameters(one.goal),
        "CreationTime": iso(one.at),
        "ExecutionStatus": "AVAILABLE" if useful else "UNAVAILABLE",
        "Status": "CREATE_COMPLETE" if useful else "FAILED",
        "StatusReason": None if useful else none,
        "Capabilities": owner.capabilities,
        "Tags": _tags(one.goal),
        "Changes": [{"Type": "Resource", "ResourceChange": change} for change in one.changes],
    }


def _parameters(goal: Goal) -> Wire:
    found = []
    for name, value in goal.parameters.items():
        hidden = _is_hidden(goal.template.parameters[name])
        text = ",".join(value) if isinstance(value, list) else value
        found.append({"ParameterKey": name, "ParameterValue": "****" if hidden else text})
    return {"Parameters": found}


def _is_hidden(parameter: Wire) -> bool:
    return str(parameter.get("NoEcho", "")).lower() == "true"


def _tags(goal: Goal) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in goal.tags.items()]
