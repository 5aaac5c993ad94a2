"""EKS add-on. docs.aws.amazon.com/eks/latest/APIReference/API_CreateAddon.html"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import Change, Latency
from clusterwright.aws.eks import TAGGING, cluster_of, describe_settled, issues, life, retag
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.iam_role import IamRole
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import as_tags
from clusterwright.graph.diff import diff
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Ref, Resource, State


@dataclass(frozen=True, kw_only=True)
class Addon(Resource):
    KIND: ClassVar[str] = "addon"
    FIXED: ClassVar[frozenset[str]] = frozenset({"cluster", "addon_name"})
    INSIDE: ClassVar[str | None] = "cluster"

    cluster: Ref[EksCluster]
    addon_name: str
    version: str | None = None
    """`v1.19.5-eksbuild.1`; None takes EKS's default and then leaves it."""
    configuration: str | None = None
    """JSON as `canonical` writes it; `{}` for none, None to leave it as it is."""
    role: Ref[IamRole] | None = None


def canonical(configuration: str) -> str:
    """The same JSON always as the same text; what is not JSON (EKS takes YAML too) stays."""
    try:
        return json.dumps(json.loads(configuration or "{}"), sort_keys=True, separators=(",", ":"))
    except ValueError:
        return configuration


class AddonDriver:
    kind = Addon
    makes = Latency(14, 45, 66)
    unmakes = Latency(5, 15, 60)
    actions = TAGGING | {
        "eks:CreateAddon",
        "eks:DescribeAddon",
        "eks:UpdateAddon",
        "eks:DeleteAddon",
        "iam:PassRole",
    }

    def find(self, aws: Scope, want: Addon, known: Known) -> Found | None:
        names = {"clusterName": known.ids.get(want.cluster), "addonName": want.addon_name}
        row = describe_settled(aws, "eks:DescribeAddon", "addon", **names)
        if row is None:
            return None
        aws.claim(row.get("tags", {}), want, f"EKS add-on {want.addon_name}")
        return self.read(want, row, known)

    def read(self, want: Addon, row: Row, known: Known) -> Found:
        role = row.get("serviceAccountRoleArn")
        actual = Addon(
            name=want.name,
            cluster=want.cluster,
            addon_name=row["addonName"],
            version=row.get("addonVersion"),
            configuration=canonical(row.get("configurationValues") or ""),
            role=known.ref(IamRole, role) if role else None,
            tags=as_tags(row.get("tags")),
        )
        outputs = {"arn": row["addonArn"]}
        found = Found(id=row["addonName"], actual=actual, message=issues(row), outputs=outputs)
        return replace(found, state=state_of(row["status"], want, found))

    def create(self, aws: Scope, want: Addon, known: Known) -> Found:
        answer = aws.call(
            "eks:CreateAddon",
            clusterName=known.value(want.cluster),
            addonName=want.addon_name,
            resolveConflicts="OVERWRITE",
            clientRequestToken=aws.token(want),
            tags=aws.stamp(want),
            **settings(want, known),
        )
        return self.read(want, answer["addon"], known)

    def update(self, aws: Scope, change: Change[Addon], known: Known) -> None:
        if change.fields & {"version", "configuration", "role"}:
            aws.call(
                "eks:UpdateAddon",
                clusterName=known.value(change.want.cluster),
                addonName=change.want.addon_name,
                resolveConflicts="OVERWRITE",
                **settings(change.want, known),
            )
        retag(aws, change, change.have.outputs["arn"])

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("eks:DeleteAddon", clusterName=cluster_of(have, known), addonName=have.id)


def state_of(status: str, want: Addon, found: Found) -> State:
    """A degraded add-on is not ready, unless another version or configuration is wanted: that may mend it."""
    if status == "UPDATE_FAILED":
        return State.READY
    if status == "DEGRADED":
        return State.READY if diff(want, found, None) else State.PENDING
    return life(status)


def settings(want: Addon, known: Known) -> dict[str, str]:
    values = {
        "addonVersion": want.version,
        "configurationValues": want.configuration,
        "serviceAccountRoleArn": known.value(want.role) if want.role else None,
    }
    return {name: value for name, value in values.items() if value is not None}
