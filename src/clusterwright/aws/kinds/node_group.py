"""Managed node group. docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import Change, Latency
from clusterwright.aws.eks import TAGGING, cluster_of, describe, issues, life, retag
from clusterwright.aws.kinds.eks_cluster import EksCluster
from clusterwright.aws.kinds.iam_role import IamRole
from clusterwright.aws.kinds.launch_template import LaunchTemplate
from clusterwright.aws.kinds.subnet import Subnet
from clusterwright.aws.scope import Scope
from clusterwright.aws.tagging import as_tags
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Output, Ref, Resource, State


@dataclass(frozen=True)
class Taint:
    key: str
    value: str
    """Empty for none."""
    effect: str
    """In EKS's words: NO_SCHEDULE, NO_EXECUTE or PREFER_NO_SCHEDULE."""


@dataclass(frozen=True, kw_only=True)
class NodeGroup(Resource):
    KIND: ClassVar[str] = "node_group"
    FIXED: ClassVar[frozenset[str]] = frozenset(
        {
            "cluster",
            "group_name",
            "role",
            "subnets",
            "instance_types",
            "capacity",
            "ami_type",
            "template",
        }
    )
    LOOSE: ClassVar[frozenset[str]] = frozenset({"desired_size"})
    DISRUPTIVE: ClassVar[bool] = True

    cluster: Ref[EksCluster]
    group_name: str
    role: Ref[IamRole]
    subnets: tuple[Ref[Subnet] | str, ...]
    """Sorted by `str`."""
    instance_types: tuple[str, ...]
    """In order of preference, which is AWS's order for on-demand capacity."""
    capacity: str
    """ON_DEMAND or SPOT."""
    ami_type: str
    """AL2023_x86_64_STANDARD, say."""
    version: str | None = None
    """Kubernetes version of the nodes, `1.33`; None takes the cluster's and then leaves it."""
    min_size: int
    max_size: int
    desired_size: int
    labels: tuple[tuple[str, str], ...] = ()
    """Sorted."""
    taints: tuple[Taint, ...] = ()
    """Sorted by `str`."""
    max_unavailable: int | None = None
    max_unavailable_percentage: int | None = None
    """One of the two; neither leaves EKS's default of one node."""
    template: Ref[LaunchTemplate]
    template_version: Output
    """`Output(<the template>, "version")`."""


class NodeGroupDriver:
    kind = NodeGroup
    makes = Latency(88, 125, 180)
    unmakes = Latency(252, 380, 500)
    actions = TAGGING | {
        "eks:CreateNodegroup",
        "eks:DescribeNodegroup",
        "eks:UpdateNodegroupConfig",
        "eks:UpdateNodegroupVersion",
        "eks:DeleteNodegroup",
        "iam:PassRole",
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "iam:CreateServiceLinkedRole",
        "ec2:DescribeSubnets",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:RunInstances",
        "ec2:CreateTags",
    }

    def find(self, aws: Scope, want: NodeGroup, known: Known) -> Found | None:
        names = {"clusterName": known.ids.get(want.cluster), "nodegroupName": want.group_name}
        row = describe(aws, "eks:DescribeNodegroup", "nodegroup", **names)
        if row is None:
            return None
        aws.claim(row.get("tags", {}), want, f"Node group {want.group_name}")
        return self.read(want, row, known)

    def read(self, want: NodeGroup, row: Row, known: Known) -> Found:
        template = row.get("launchTemplate") or {}
        scaling, pace = row["scalingConfig"], row.get("updateConfig") or {}
        actual = NodeGroup(
            name=want.name,
            cluster=want.cluster,
            group_name=row["nodegroupName"],
            role=known.ref(IamRole, row["nodeRole"]),
            subnets=known.all_given(Subnet, row["subnets"]),
            instance_types=tuple(row.get("instanceTypes") or ()),
            capacity=row["capacityType"],
            ami_type=row["amiType"],
            version=row["version"],
            min_size=scaling["minSize"],
            max_size=scaling["maxSize"],
            desired_size=scaling["desiredSize"],
            labels=tuple(sorted((row.get("labels") or {}).items())),
            taints=tuple(sorted(map(read_taint, row.get("taints") or ()), key=str)),
            max_unavailable=pace.get("maxUnavailable"),
            max_unavailable_percentage=pace.get("maxUnavailablePercentage"),
            template=known.ref(LaunchTemplate, template.get("id", "(none)")),
            template_version=version_of(want, template.get("version", "(none)"), known),
            tags=as_tags(row.get("tags")),
        )
        return Found(
            id=row["nodegroupName"],
            actual=actual,
            state=State.READY if row["status"] == "DEGRADED" else life(row["status"]),
            message=issues(row),
            outputs=outputs(row),
        )

    def create(self, aws: Scope, want: NodeGroup, known: Known) -> Found:
        answer = aws.call(
            "eks:CreateNodegroup",
            clusterName=known.value(want.cluster),
            nodegroupName=want.group_name,
            nodeRole=known.value(want.role),
            subnets=known.values(want.subnets),
            instanceTypes=list(want.instance_types),
            capacityType=want.capacity,
            amiType=want.ami_type,
            scalingConfig=scaling_of(want, want.desired_size),
            labels=dict(want.labels),
            taints=[write_taint(taint) for taint in want.taints],
            launchTemplate=template_of(want, known),
            clientRequestToken=aws.token(want),
            tags=aws.stamp(want),
            **({"version": want.version} if want.version else {}),
            **({"updateConfig": pace_of(want)} if pace_of(want) else {}),
        )
        return self.read(want, answer["nodegroup"], known)

    def update(self, aws: Scope, change: Change[NodeGroup], known: Known) -> None:
        """EKS takes one update of a group at a time; what nodes are made of goes first."""
        want = change.want
        retag(aws, change, change.have.outputs["arn"])
        names = {"clusterName": known.value(want.cluster), "nodegroupName": want.group_name}
        if change.fields & {"version", "template_version"}:
            aws.call("eks:UpdateNodegroupVersion", **names, **renewal(change, known))
            return
        settings = configuration(change)
        if settings:
            aws.call("eks:UpdateNodegroupConfig", **names, **settings)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("eks:DeleteNodegroup", clusterName=cluster_of(have, known), nodegroupName=have.id)


def outputs(row: Row) -> dict[str, str]:
    """`autoscaling_group` is known once EKS has made it."""
    groups = (row.get("resources") or {}).get("autoScalingGroups")
    made = {"autoscaling_group": groups[0]["name"]} if groups else {}
    return {"arn": row["nodegroupArn"]} | made


def version_of(want: NodeGroup, found: str, known: Known) -> Output:
    """The wanted pointer when it leads to this number; otherwise one that people can read."""
    wanted = want.template_version
    current = known.knows(wanted) and known.value(wanted) == found
    return wanted if current else Output(wanted.of, f"version {found}")


def template_of(want: NodeGroup, known: Known) -> dict[str, str]:
    return {"id": known.value(want.template), "version": known.value(want.template_version)}


def renewal(change: Change[NodeGroup], known: Known) -> Row:
    """What the nodes are to be made of. EKS leaves alone what is not named."""
    renewed: Row = {}
    if "version" in change.fields:
        renewed["version"] = change.want.version
    if "template_version" in change.fields:
        renewed["launchTemplate"] = template_of(change.want, known)
    return renewed


def configuration(change: Change[NodeGroup]) -> Row:
    """The parts of UpdateNodegroupConfig that differ."""
    settings: Row = {}
    have = change.have.actual
    if not isinstance(have, NodeGroup):
        return settings
    if change.fields & {"min_size", "max_size", "desired_size"}:
        settings["scalingConfig"] = scaling_of(change.want, desired(change, have))
    if "labels" in change.fields:
        settings["labels"] = label_changes(dict(have.labels), dict(change.want.labels))
    if "taints" in change.fields:
        settings["taints"] = taint_changes(have.taints, change.want.taints)
    if change.fields & {"max_unavailable", "max_unavailable_percentage"}:
        settings["updateConfig"] = pace_of(change.want)
    return settings


def desired(change: Change[NodeGroup], have: NodeGroup) -> int:
    """An autoscaler's number stays, as far as the wanted limits allow."""
    return change.want.desired_size if "desired_size" in change.fields else have.desired_size


def scaling_of(want: NodeGroup, size: int) -> dict[str, int]:
    within = max(want.min_size, min(want.max_size, size))
    return {"minSize": want.min_size, "maxSize": want.max_size, "desiredSize": within}


def label_changes(have: dict[str, str], want: dict[str, str]) -> Row:
    put = {key: value for key, value in want.items() if have.get(key) != value}
    gone = sorted(have.keys() - want.keys())
    return ({"addOrUpdateLabels": put} if put else {}) | ({"removeLabels": gone} if gone else {})


def taint_changes(have: tuple[Taint, ...], want: tuple[Taint, ...]) -> Row:
    """Key and effect say which taint it is; its value may change."""
    kept = {(taint.key, taint.effect) for taint in want}
    put = [write_taint(taint) for taint in want if taint not in have]
    gone = [write_taint(taint) for taint in have if (taint.key, taint.effect) not in kept]
    return ({"addOrUpdateTaints": put} if put else {}) | ({"removeTaints": gone} if gone else {})


def pace_of(want: NodeGroup) -> dict[str, int]:
    values = {
        "maxUnavailable": want.max_unavailable,
        "maxUnavailablePercentage": want.max_unavailable_percentage,
    }
    return {name: value for name, value in values.items() if value is not None}


def read_taint(row: Row) -> Taint:
    return Taint(row["key"], row.get("value") or "", row["effect"])


def write_taint(taint: Taint) -> dict[str, str]:
    return {"key": taint.key, "effect": taint.effect} | ({"value": taint.value} if taint.value else {})
