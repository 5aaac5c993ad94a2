"""From a request to what a stack should be, and from there to what would change. Pure, but for parameters
whose values are kept elsewhere.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import re
from collections.abc import Callable
from typing import Any

from clusterwright.sandbox.call import AwsError, Call
from clusterwright.sandbox.cloudformation.engine import KINDS
from clusterwright.sandbox.cloudformation.records import Goal
from clusterwright.sandbox.cloudformation.template import Template, invalid, read, references
from clusterwright.sandbox.iam.checks import members, numbered, pairs

_NAMING = ("RoleName", "ManagedPolicyName", "InstanceProfileName", "UserName", "GroupName")
_KEPT_ELSEWHERE = "AWS::SSM::Parameter::Value<"

Lookup = Callable[[str], str]


def goal_of(call: Call, before: Goal | None, lookup: Lookup) -> Goal:
    """`before` is what the stack is now; `lookup` reads a parameter of SSM."""
    template = _template(call, before)
    given = numbered(call.params, "Parameters.member")
    parameters = _parameters(template, given, before, lookup)
    tags = numbered(call.params, "Tags.member")
    return Goal(template, parameters, pairs(tags) if tags or before is None else dict(before.tags))


def _template(call: Call, before: Goal | None) -> Template:
    if "TemplateBody" in call.params:
        template = read(str(call.params["TemplateBody"]))
    elif before is not None and str(call.params.get("UsePreviousTemplate")) == "true":
        return before.template
    elif "TemplateURL" in call.params:
        raise invalid("TemplateURL must reference a valid S3 object to which you have access.")
    else:
        raise invalid("Either Template URL or Template Body must be specified.")
    unknown = sorted(template.types - KINDS.keys())
    if unknown:
        raise invalid(f"Template format error: Unrecognized resource types: [{', '.join(unknown)}]")
    return template


def check_capabilities(call: Call, template: Template) -> list[str]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/control-access-with-iam.html"""
    granted = members(call.params, "Capabilities.member")
    of_iam = [one for one in template.resources.values() if str(one["Type"]).startswith("AWS::IAM::")]
    named = any(name in (one.get("Properties") or {}) for one in of_iam for name in _NAMING)
    needed = "CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM"
    if of_iam and not {needed, "CAPABILITY_NAMED_IAM"} & set(granted):
        raise AwsError("InsufficientCapabilitiesException", f"Requires capabilities : [{needed}]")
    return granted


def changes(before: Goal | None, after: Goal) -> list[dict[str, Any]]:
    """https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html"""
    had = before.template.resources if before is not None else {}
    found = [_change("Add", name, one) for name, one in after.template.resources.items() if name not in had]
    found += [
        _change("Remove", name, one) for name, one in had.items() if name not in after.template.resources
    ]
    moved = {
        name for name, value in after.parameters.items() if before and before.parameters.get(name) != value
    }
    for name, one in after.template.resources.items():
        touched = moved & set(references(one))
        if name in had and (had[name] != one or touched):
            found.append(
                _change("Modify", name, one, Replacement=_replacement(had[name], one, bool(touched)))
            )
    return found


def _change(action: str, name: str, declared: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"Action": action, "LogicalResourceId": name, "ResourceType": declared["Type"], **more}


def _replacement(before: dict[str, Any], after: dict[str, Any], touched: bool) -> str:
    had, wanted = before.get("Properties") or {}, after.get("Properties") or {}
    differ = {name for name in had.keys() | wanted.keys() if had.get(name) != wanted.get(name)}
    if before["Type"] != after["Type"] or not differ <= KINDS[after["Type"]].mutable:
        return "True"
    return "Conditional" if touched else "False"


def _parameters(
    template: Template, given: list[dict[str, str]], before: Goal | None, lookup: Lookup
) -> dict[str, Any]:
    known = {
        one["ParameterKey"]: one.get("ParameterValue", "") for one in given if "UsePreviousValue" not in one
    }
    stays = {one["ParameterKey"] for one in given if one.get("UsePreviousValue") == "true"}
    unknown = sorted({*known, *stays} - template.parameters.keys())
    if unknown:
        raise invalid(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    had = before.parameters if before is not None else {}
    found: dict[str, Any] = {}
    missing = []
    for name, declared in template.parameters.items():
        if name in stays and name in had:
            found[name] = had[name]
        elif name in known or "Default" in declared:
            found[name] = _value(name, declared, str(known.get(name, declared.get("Default"))), lookup)
        else:
            missing.append(name)
    if missing:
        raise invalid(f"Parameters: [{', '.join(missing)}] must have values")
    return found


def _value(name: str, declared: dict[str, Any], text: str, lookup: Lookup) -> Any:
    kind = str(declared.get("Type", "String"))
    if "AllowedValues" in declared and text not in map(str, declared["AllowedValues"]):
        raise invalid(f"Parameter '{name}' must be one of AllowedValues")
    if "AllowedPattern" in declared and not re.fullmatch(str(declared["AllowedPattern"]), text):
        raise invalid(f"Parameter '{name}' must match pattern {declared['AllowedPattern']}")
    if kind.startswith(_KEPT_ELSEWHERE):
        text = lookup(text)
    return (
        [one.strip() for one in text.split(",")] if "List<" in kind or kind == "CommaDelimitedList" else text
    )
