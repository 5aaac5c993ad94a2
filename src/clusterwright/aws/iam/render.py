"""Policies and the role that has them, as people put them into an account. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum

from clusterwright.aws.iam.policy import Json, Policy


class Format(StrEnum):
    JSON = "json"
    CLOUDFORMATION = "cloudformation"
    TERRAFORM = "terraform"


def render(policies: Iterable[Policy], format_: Format) -> str:
    """Text to paste. Several policies are several JSON documents, one after the other."""
    writers = {Format.JSON: as_json, Format.CLOUDFORMATION: as_cloudformation, Format.TERRAFORM: as_terraform}
    return writers[format_](tuple(policies))


def as_json(policies: tuple[Policy, ...]) -> str:
    return "\n".join(written(policy.document()) for policy in policies) + "\n"


def as_cloudformation(policies: tuple[Policy, ...], trust: Mapping[str, Json] | None = None) -> str:
    """A template that makes managed policies and, with a trust policy, the role that has them."""
    resources: dict[str, Json] = {logical(policy): managed(policy) for policy in policies}
    template: dict[str, Json] = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
    if trust:
        arns = [{"Ref": logical(policy)} for policy in policies]
        role: dict[str, Json] = {"AssumeRolePolicyDocument": trust, "ManagedPolicyArns": arns}
        template["Parameters"] = {"RoleName": {"Type": "String", "Default": "ClusterwrightRole"}}
        properties = {"RoleName": {"Ref": "RoleName"}, **role}
        resources["ClusterwrightRole"] = {"Type": "AWS::IAM::Role", "Properties": properties}
        template["Outputs"] = {"RoleArn": {"Value": {"Fn::GetAtt": ["ClusterwrightRole", "Arn"]}}}
    return written(template) + "\n"


def managed(policy: Policy) -> dict[str, Json]:
    properties: dict[str, Json] = {
        "ManagedPolicyName": managed_name(policy),
        "PolicyDocument": policy.document(),
    }
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}


def as_terraform(policies: tuple[Policy, ...], trust: Mapping[str, Json] | None = None) -> str:
    parts = [terraform_policy(policy) for policy in policies]
    if trust:
        parts.append(terraform_role(trust))
        parts += [terraform_attachment(policy) for policy in policies]
    return "\n".join(parts)


def terraform_policy(policy: Policy) -> str:
    return (
        f'resource "aws_iam_policy" "{identifier(policy)}" {{\n'
        f'  name   = "{managed_name(policy)}"\n'
        f"  policy = <<-EOT\n{indented(written(policy.document()))}\n  EOT\n}}\n"
    )


def terraform_role(trust: Mapping[str, Json]) -> str:
    return (
        'resource "aws_iam_role" "clusterwright" {\n'
        '  name               = "ClusterwrightRole"\n'
        f"  assume_role_policy = <<-EOT\n{indented(written(trust))}\n  EOT\n}}\n"
    )


def terraform_attachment(policy: Policy) -> str:
    name = identifier(policy)
    return (
        f'resource "aws_iam_role_policy_attachment" "{name}" {{\n'
        "  role       = aws_iam_role.clusterwright.name\n"
        f"  policy_arn = aws_iam_policy.{name}.arn\n}}\n"
    )


def managed_name(policy: Policy) -> str:
    """`clusterwright-control-plane`, in every account that has it."""
    return f"clusterwright-{policy.name}"


def logical(policy: Policy) -> str:
    """CloudFormation's names have letters and digits only."""
    return "".join(part.capitalize() for part in re.split(r"\W+", policy.name)) + "Policy"


def identifier(policy: Policy) -> str:
    return "clusterwright_" + policy.name.replace("-", "_")


def written(document: Mapping[str, Json]) -> str:
    return json.dumps(document, indent=2)


def indented(text: str) -> str:
    """As deep as Terraform's `<<-` takes off again; `${` would be a template of Terraform's."""
    escaped = text.replace("${", "$${")
    return "\n".join(f"    {line}" for line in escaped.splitlines())
