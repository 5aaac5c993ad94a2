"""IAM role: who may assume it and which managed policies it has.

Roles are found by name, so the name holds the cluster's uid, and the tag decides whether it is ours.
docs.aws.amazon.com/eks/latest/userguide/security-iam.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.kinds.oidc_provider import OidcProvider
from clusterwright.aws.scope import HOUR, Scope
from clusterwright.aws.tagging import as_tags, mapping, pairs
from clusterwright.errors import NotFound
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Output, Ref, Resource


@dataclass(frozen=True)
class ServiceTrust:
    """An AWS service may assume the role; with `source_arn` only on behalf of that ARN (pattern).

    Without it another account's Fargate profile could use the role: the confused deputy
    (docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html).
    """

    service: str
    source_arn: str | None = None


@dataclass(frozen=True)
class WorkloadTrust:
    """A Kubernetes service account may assume the role, by the cluster's OIDC issuer (IRSA).

    docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
    """

    provider: Ref[OidcProvider]
    issuer: Output
    namespace: str
    service_account: str


@dataclass(frozen=True)
class OtherTrust:
    """A trust policy that is none of ours, as found."""

    document: str


@dataclass(frozen=True, kw_only=True)
class IamRole(Resource):
    KIND: ClassVar[str] = "iam_role"
    FIXED: ClassVar[frozenset[str]] = frozenset({"role_name"})
    NAMED: ClassVar[bool] = True

    role_name: str
    trust: ServiceTrust | WorkloadTrust | OtherTrust
    policies: tuple[str, ...]
    """ARNs of managed policies, sorted."""


class IamRoleDriver:
    kind = IamRole
    makes = INSTANT
    unmakes = INSTANT
    actions = frozenset(
        {
            "iam:CreateRole",
            "iam:GetRole",
            "iam:ListAttachedRolePolicies",
            "iam:AttachRolePolicy",
            "iam:DetachRolePolicy",
            "iam:UpdateAssumeRolePolicy",
            "iam:TagRole",
            "iam:UntagRole",
            "iam:DeleteRole",
        }
    )

    def find(self, aws: Scope, want: IamRole, known: Known) -> Found | None:
        try:
            role = aws.read("iam:GetRole", max_age=HOUR, RoleName=want.role_name)["Role"]
            attached = aws.read("iam:ListAttachedRolePolicies", max_age=HOUR, RoleName=want.role_name)
        except NotFound:
            return None
        aws.claim(mapping(role.get("Tags")), want, f"IAM role {want.role_name}")
        return self.read(want, role, attached, known)

    def read(self, want: IamRole, role: Row, attached: Row, known: Known) -> Found:
        found: dict[str, Any] = role["AssumeRolePolicyDocument"]
        as_wanted = known.knows(want.trust) and found == document(want.trust, known)
        actual = IamRole(
            name=want.name,
            role_name=role["RoleName"],
            trust=want.trust if as_wanted else OtherTrust(json.dumps(found, sort_keys=True)),
            policies=tuple(sorted(policy["PolicyArn"] for policy in attached["AttachedPolicies"])),
            tags=as_tags(mapping(role.get("Tags"))),
        )
        return Found(id=role["Arn"], actual=actual)

    def create(self, aws: Scope, want: IamRole, known: Known) -> Found:
        answer = aws.call(
            "iam:CreateRole",
            RoleName=want.role_name,
            AssumeRolePolicyDocument=json.dumps(document(want.trust, known)),
            Tags=pairs(aws.stamp(want)),
        )
        for policy in want.policies:
            aws.call("iam:AttachRolePolicy", RoleName=want.role_name, PolicyArn=policy)
        return Found(id=answer["Role"]["Arn"], actual=want)

    def update(self, aws: Scope, change: Change[IamRole], known: Known) -> None:
        want, role = change.want, change.want.role_name
        if "trust" in change.fields:
            policy = json.dumps(document(want.trust, known))
            aws.call("iam:UpdateAssumeRolePolicy", RoleName=role, PolicyDocument=policy)
        if "policies" in change.fields:
            self.set_policies(aws, change)
        if "tags" in change.fields:
            aws.call("iam:TagRole", RoleName=role, Tags=pairs(aws.stamp(want)))
        if change.stale_tags:
            aws.call("iam:UntagRole", RoleName=role, TagKeys=list(change.stale_tags))

    def set_policies(self, aws: Scope, change: Change[IamRole]) -> None:
        have, want = attached_to(change.have), set(change.want.policies)
        for policy in sorted(want - have):
            aws.call("iam:AttachRolePolicy", RoleName=change.want.role_name, PolicyArn=policy)
        for policy in sorted(have - want):
            aws.call("iam:DetachRolePolicy", RoleName=change.want.role_name, PolicyArn=policy)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        role = have.id.rpartition("/")[2]
        for policy in sorted(attached_to(have)):
            aws.call("iam:DetachRolePolicy", RoleName=role, PolicyArn=policy)
        aws.call("iam:DeleteRole", RoleName=role)


def attached_to(have: Found) -> set[str]:
    return set(have.actual.policies) if isinstance(have.actual, IamRole) else set()


def document(trust: ServiceTrust | WorkloadTrust | OtherTrust, known: Known) -> dict[str, Any]:
    """The trust policy as IAM wants it."""
    if isinstance(trust, OtherTrust):
        return dict(json.loads(trust.document))
    statement = (
        service_statement(trust) if isinstance(trust, ServiceTrust) else workload_statement(trust, known)
    )
    return {"Version": "2012-10-17", "Statement": [statement]}


def service_statement(trust: ServiceTrust) -> dict[str, Any]:
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"Service": trust.service},
        "Action": "sts:AssumeRole",
    }
    if trust.source_arn:
        statement["Condition"] = {"ArnLike": {"aws:SourceArn": trust.source_arn}}
    return statement


def workload_statement(trust: WorkloadTrust, known: Known) -> dict[str, Any]:
    issuer = known.value(trust.issuer).removeprefix("https://")
    account = f"system:serviceaccount:{trust.namespace}:{trust.service_account}"
    return {
        "Effect": "Allow",
        "Principal": {"Federated": known.value(trust.provider)},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{issuer}:aud": "sts.amazonaws.com", f"{issuer}:sub": account}},
    }
