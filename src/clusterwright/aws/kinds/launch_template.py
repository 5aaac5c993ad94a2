"""Launch template of a node group: disk, key, tags, and instance metadata by token only.

docs.aws.amazon.com/eks/latest/userguide/launch-templates.html
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import ClassVar

from clusterwright.aws.calls import Row
from clusterwright.aws.driver import INSTANT, Change
from clusterwright.aws.ec2 import TAGGING, find_owned, retag
from clusterwright.aws.kinds.security_group import SecurityGroup, source_of
from clusterwright.aws.scope import DAY, Scope
from clusterwright.aws.tagging import CLUSTER, CLUSTER_ID, as_tags, mapping, pairs
from clusterwright.errors import AlreadyExists, NotOurs
from clusterwright.graph.known import Known
from clusterwright.graph.resource import Found, Output, Ref, Resource, Tags


@dataclass(frozen=True, kw_only=True)
class LaunchTemplate(Resource):
    """Output `version`: the number of the latest version."""

    KIND: ClassVar[str] = "launch_template"
    FIXED: ClassVar[frozenset[str]] = frozenset({"template_name"})
    RENEWS: ClassVar[frozenset[str]] = frozenset(
        {"disk_gib", "disk_type", "key_name", "security_groups", "instance_tags"}
    )

    template_name: str
    """Unique in the region, so it holds the cluster's name."""
    disk_gib: int
    disk_type: str = "gp3"
    key_name: str | None = ""
    """EC2 key pair; empty for none, None to leave it as it is."""
    security_groups: tuple[Ref[SecurityGroup] | Output, ...] = ()
    """Sorted by `str`. With any here EKS adds none of its own, so the cluster's must be among them."""
    instance_tags: Tags = ()
    """Sorted; for instances, volumes and network interfaces, besides the cluster's ownership."""


ROOT = "/dev/xvda"
"""The root device of Amazon Linux and the first volume of Bottlerocket."""

LAUNCHED = ("instance", "volume", "network-interface")


class LaunchTemplateDriver:
    kind = LaunchTemplate
    makes = INSTANT
    unmakes = INSTANT
    actions = TAGGING | {
        "ec2:CreateLaunchTemplate",
        "ec2:CreateLaunchTemplateVersion",
        "ec2:DescribeLaunchTemplates",
        "ec2:DescribeLaunchTemplateVersions",
        "ec2:DeleteLaunchTemplate",
    }

    def find(self, aws: Scope, want: LaunchTemplate, known: Known) -> Found | None:
        keys = ("LaunchTemplates", "LaunchTemplateId")
        row = find_owned(aws, want, known, "ec2:DescribeLaunchTemplates", keys)
        return self.read(want, row, self.latest(aws, row), known) if row else None

    def latest(self, aws: Scope, row: Row) -> Row:
        """The data of the latest version. Versions never change, so one that was read is good for long."""
        answer = aws.read(
            "ec2:DescribeLaunchTemplateVersions",
            max_age=DAY,
            LaunchTemplateId=row["LaunchTemplateId"],
            Versions=[str(row["LatestVersionNumber"])],
        )
        data: Row = answer["LaunchTemplateVersions"][0]["LaunchTemplateData"]
        return data

    def read(self, want: LaunchTemplate, row: Row, data: Row, known: Known) -> Found:
        disk = root_disk(data)
        groups = (source_of(group, known) for group in data.get("SecurityGroupIds", []))
        actual = LaunchTemplate(
            name=want.name,
            template_name=row["LaunchTemplateName"],
            disk_gib=disk.get("VolumeSize", 0),
            disk_type=disk.get("VolumeType", ""),
            key_name=data.get("KeyName") or "",
            security_groups=tuple(sorted(groups, key=str)),
            instance_tags=instance_tags(data),
            tags=as_tags(mapping(row.get("Tags"))),
        )
        outputs = {"version": str(row["LatestVersionNumber"])}
        return Found(id=row["LaunchTemplateId"], actual=actual, outputs=outputs)

    def create(self, aws: Scope, want: LaunchTemplate, known: Known) -> Found:
        try:
            answer = aws.call(
                "ec2:CreateLaunchTemplate",
                LaunchTemplateName=want.template_name,
                LaunchTemplateData=template_data(aws, want, known),
                ClientToken=aws.token(want),
                TagSpecifications=aws.tag_specification(want, "launch-template"),
            )
        except AlreadyExists as error:
            raise NotOurs(
                f"Launch template {want.template_name} exists already and does not belong to cluster "
                f"{aws.owner.cluster}.",
                remedy="Choose another cluster name, or remove that template yourself if nobody needs it.",
            ) from error
        row = answer["LaunchTemplate"]
        outputs = {"version": str(row["LatestVersionNumber"])}
        return Found(id=row["LaunchTemplateId"], actual=want, outputs=outputs)

    def update(self, aws: Scope, change: Change[LaunchTemplate], known: Known) -> None:
        if change.fields & LaunchTemplate.RENEWS:
            data = template_data(aws, change.want, known)
            aws.call(
                "ec2:CreateLaunchTemplateVersion",
                LaunchTemplateId=change.have.id,
                LaunchTemplateData=data,
                ClientToken=version_token(change, data),
            )
        retag(aws, change)

    def delete(self, aws: Scope, have: Found, known: Known) -> None:
        aws.call("ec2:DeleteLaunchTemplate", LaunchTemplateId=have.id)


def version_token(change: Change[LaunchTemplate], data: Row) -> str:
    """Another one for each content, and for the return to an earlier content."""
    content = f"{change.have.id}/{change.have.outputs['version']}/{data}"
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def template_data(aws: Scope, want: LaunchTemplate, known: Known) -> Row:
    """Everything but what EKS insists on choosing itself: image, instance type, role."""
    disk = {
        "VolumeSize": want.disk_gib,
        "VolumeType": want.disk_type,
        "Encrypted": True,
        "DeleteOnTermination": True,
    }
    ours = {CLUSTER_ID: aws.owner.uid, CLUSTER: aws.owner.cluster}
    tags = pairs(dict(want.instance_tags) | ours)
    data: Row = {
        "BlockDeviceMappings": [{"DeviceName": ROOT, "Ebs": disk}],
        "MetadataOptions": {
            "HttpEndpoint": "enabled",
            "HttpTokens": "required",
            "HttpPutResponseHopLimit": 2,
        },
        "TagSpecifications": [{"ResourceType": launched, "Tags": tags} for launched in LAUNCHED],
    }
    if want.key_name:
        data["KeyName"] = want.key_name
    if want.security_groups:
        data["SecurityGroupIds"] = [known.value(group) for group in want.security_groups]
    return data


def root_disk(data: Row) -> Row:
    disks = (entry.get("Ebs", {}) for entry in data.get("BlockDeviceMappings", []))
    return next(disks, {})


def instance_tags(data: Row) -> Tags:
    specifications = {spec["ResourceType"]: spec.get("Tags") for spec in data.get("TagSpecifications", [])}
    return as_tags(mapping(specifications.get("instance")))
