"""Roles and what belongs to them. Others see a new role late, so CloudFormation waits before it goes on.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_IAM.html
"""

from typing import Any

from clusterwright.sandbox.cloudformation.kinds import Job, Kind, Refused, as_list, pick
from clusterwright.sandbox.cloudformation.records import Properties

_VISIBLE = 20.0  # seconds; longer than any role takes to be seen (durations.py)
_OWNERS = (("Roles", "role", "RoleName"), ("Users", "user", "UserName"), ("Groups", "group", "GroupName"))


class Role(Kind):
    mutable = frozenset({"AssumeRolePolicyDocument", "ManagedPolicyArns", "Policies"})
    settles = _VISIBLE

    def create(self, job: Job) -> str:
        job.properties.setdefault("RoleName", job.own_name(64))
        given = job.without("Tags", "ManagedPolicyArns", "Policies")
        answer = job.ask_with("iam", "create_role", given, Tags=as_list(job.all_tags()))
        job.resource.attributes |= {"Arn": pick(answer, "Role.Arn"), "RoleId": pick(answer, "Role.RoleId")}
        job.resource.physical_id = name = str(job.properties["RoleName"])
        self._attach(job, name, {})
        return name

    def update(self, job: Job, before: Properties) -> None:
        name, document = job.resource.physical_id, job.properties["AssumeRolePolicyDocument"]
        if document != before["AssumeRolePolicyDocument"]:
            job.ask_with("iam", "update_assume_role_policy", {"RoleName": name, "PolicyDocument": document})
        self._attach(job, name, before)

    def delete(self, job: Job) -> None:
        name = job.resource.physical_id
        for arn in pick(
            job.ask("iam", "list_attached_role_policies", RoleName=name), "AttachedPolicies[].PolicyArn"
        ):
            job.ask("iam", "detach_role_policy", RoleName=name, PolicyArn=arn)
        for policy in job.ask("iam", "list_role_policies", RoleName=name)["PolicyNames"]:
            job.ask("iam", "delete_role_policy", RoleName=name, PolicyName=policy)
        job.ask("iam", "delete_role", RoleName=name)

    def _attach(self, job: Job, name: str, before: Properties) -> None:
        wanted, had = job.properties.get("ManagedPolicyArns") or [], before.get("ManagedPolicyArns") or []
        for arn in wanted:
            job.ask("iam", "attach_role_policy", RoleName=name, PolicyArn=arn)
        for arn in set(had) - set(wanted):
            job.ask("iam", "detach_role_policy", RoleName=name, PolicyArn=arn)
        inline = job.properties.get("Policies") or []
        for policy in inline:
            job.ask_with("iam", "put_role_policy", {"RoleName": name, **policy})
        for gone in _names(before.get("Policies")) - _names(inline):
            job.ask("iam", "delete_role_policy", RoleName=name, PolicyName=gone)


def _names(policies: Any) -> set[str]:
    return {str(one["PolicyName"]) for one in policies or []}


class Policy(Kind):
    """An inline policy of roles, users and groups."""

    mutable = frozenset({"PolicyDocument"})

    def create(self, job: Job) -> str:
        self._put(job)
        return str(job.properties["PolicyName"])

    def update(self, job: Job, before: Properties) -> None:
        self._put(job)

    def _put(self, job: Job) -> None:
        given = {name: job.properties[name] for name in ("PolicyName", "PolicyDocument")}
        for plural, kind, member in _OWNERS:
            for owner in job.properties.get(plural) or []:
                job.ask_with("iam", f"put_{kind}_policy", {member: owner, **given})

    def delete(self, job: Job) -> None:
        for plural, kind, member in _OWNERS:
            for owner in job.properties.get(plural) or []:
                named = {member: owner, "PolicyName": job.resource.physical_id}
                try:
                    job.ask("iam", f"delete_{kind}_policy", **named)
                except Refused as error:
                    if not error.is_missing:
                        raise


class ManagedPolicy(Kind):
    def create(self, job: Job) -> str:
        owners = [plural for plural, _, _ in _OWNERS]
        given = {name: one for name, one in job.without("Tags", "ManagedPolicyName", *owners).items()}
        given["PolicyName"] = job.properties.get("ManagedPolicyName") or job.own_name()
        answer = job.ask_with("iam", "create_policy", given, Tags=as_list(job.all_tags()))
        arn = str(pick(answer, "Policy.Arn"))
        self._each(job, "attach", arn)
        return arn

    def attributes(self, job: Job) -> dict[str, Any]:
        return {"PolicyArn": job.resource.physical_id}

    def delete(self, job: Job) -> None:
        self._each(job, "detach", job.resource.physical_id)
        job.ask("iam", "delete_policy", PolicyArn=job.resource.physical_id)

    def _each(self, job: Job, verb: str, arn: str) -> None:
        for plural, kind, member in _OWNERS:
            for owner in job.properties.get(plural) or []:
                job.ask("iam", f"{verb}_{kind}_policy", **{member: owner, "PolicyArn": arn})


class InstanceProfile(Kind):
    settles = _VISIBLE

    def create(self, job: Job) -> str:
        job.properties.setdefault("InstanceProfileName", job.own_name(128))
        answer = job.ask_with("iam", "create_instance_profile", job.without("Roles"))
        name = str(job.properties["InstanceProfileName"])
        job.resource.attributes["Arn"] = pick(answer, "InstanceProfile.Arn")
        for role in job.properties.get("Roles") or []:
            job.ask("iam", "add_role_to_instance_profile", InstanceProfileName=name, RoleName=role)
        return name

    def delete(self, job: Job) -> None:
        name = job.resource.physical_id
        for role in job.properties.get("Roles") or []:
            job.ask("iam", "remove_role_from_instance_profile", InstanceProfileName=name, RoleName=role)
        job.ask("iam", "delete_instance_profile", InstanceProfileName=name)


class OidcProvider(Kind):
    def create(self, job: Job) -> str:
        tags = as_list(job.all_tags())
        answer = job.ask_with("iam", "create_open_id_connect_provider", job.without("Tags"), Tags=tags)
        return str(answer["OpenIDConnectProviderArn"])

    def attributes(self, job: Job) -> dict[str, Any]:
        return {"Arn": job.resource.physical_id}

    def delete(self, job: Job) -> None:
        arn = job.resource.physical_id
        job.ask("iam", "delete_open_id_connect_provider", OpenIDConnectProviderArn=arn)


KINDS: dict[str, Kind] = {
    "AWS::IAM::Role": Role(),
    "AWS::IAM::Policy": Policy(),
    "AWS::IAM::ManagedPolicy": ManagedPolicy(),
    "AWS::IAM::InstanceProfile": InstanceProfile(),
    "AWS::IAM::OIDCProvider": OidcProvider(),
}
