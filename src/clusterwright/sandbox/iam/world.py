"""What exists, read out of moto and our EKS: names become ARNs, ARNs have tags."""

from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.eks.tags import tagged
from clusterwright.sandbox.iam.principals import boundary_of, tags_of

_COLLECTIONS = {
    "role": "roles",
    "user": "users",
    "group": "groups",
    "instance-profile": "instance_profiles",
}
_WIRE = {
    "nodegroups": ("nodegroupName", "nodegroupArn"),
    "fargate": ("fargateProfileName", "fargateProfileArn"),
    "addons": ("addonName", "addonArn"),
    "access": ("principalArn", "accessEntryArn"),
    "pods": ("associationId", "associationArn"),
}


class Existing:
    """The `World` of a running sandbox."""

    def __init__(self, eks: Eks) -> None:
        self._eks = eks

    def eks_arn(self, call: Call, kind: str, name: str) -> str | None:
        region = self._eks.region(call.account, call.region)
        cluster = region.clusters.get(str(call.params.get("clusterName", "")))
        member, arn = _WIRE[kind]
        children = getattr(cluster, kind).values() if cluster is not None else ()
        return next((str(one.wire[arn]) for one in children if one.wire.get(member) == name), None)

    def iam_arn(self, call: Call, kind: str, name: str) -> str | None:
        found = _named(call, kind, name)
        return str(found.arn) if found is not None else None

    def boundary(self, call: Call, kind: str, name: str) -> str | None:
        found = boundary_of(_named(call, kind, name), call.account, call.partition)
        return found[0].source if found else None

    def has_role(self, call: Call, role_arn: str) -> bool:
        return any(one.arn == role_arn for one in _iam(call).roles.values())

    def group_arn(self, call: Call, name: str) -> str | None:
        group = autoscaling_backends[call.account][call.region].autoscaling_groups.get(name)
        return str(group.arn) if group is not None else None

    def tags(self, call: Call, arn: str) -> dict[str, str]:
        """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html (aws:ResourceTag)"""
        service, _, rest = arn.partition(":")[2].partition(":")[2].partition(":")
        if service == "ec2":
            tags = ec2_backends[call.account][call.region].tags.get(arn.rpartition("/")[2], {})
            return {str(key): str(value) for key, value in tags.items()}
        if service == "iam":
            return _iam_tags(call, arn)
        if service == "eks" and rest:
            return self._eks_tags(call, arn)
        return {}

    def _eks_tags(self, call: Call, arn: str) -> dict[str, str]:
        region = self._eks.region(call.account, call.region)
        return next((dict(wire["tags"]) for _, found, wire in tagged(region) if found == arn), {})


def _iam_tags(call: Call, arn: str) -> dict[str, str]:
    iam = _iam(call)
    every = (*iam.roles.values(), *iam.users.values(), *iam.open_id_providers.values())
    found = next((one for one in every if one.arn == arn), None) or iam.managed_policies.get(arn)
    return tags_of(found)


def _named(call: Call, kind: str, name: str) -> Any | None:
    """moto keeps roles under their ids and instance profiles under their names."""
    found = getattr(_iam(call), _COLLECTIONS[kind])
    return found.get(name) or next((one for one in found.values() if one.name == name), None)


def _iam(call: Call) -> Any:
    return iam_backends[call.account][call.partition]
