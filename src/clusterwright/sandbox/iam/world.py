"""What exists, read out of moto and our EKS: names become ARNs, ARNs have tags."""

from collections.abc import Mapping
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from clusterwright.sandbox.call import Call
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.eks.tags import tagged
from clusterwright.sandbox.iam import keys_ec2
from clusterwright.sandbox.iam.patterns import Context
from clusterwright.sandbox.iam.principals import boundary_of
from clusterwright.sandbox.iam.tags import of_service

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
    "identity": ("identityProviderConfigName", "identityProviderConfigArn"),
    "capabilities": ("capabilityName", "arn"),
}


_OWN_TAG_KEYS = frozenset({"ec2", "iam", "autoscaling", "elasticloadbalancing"})


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

    def access_entry(self, call: Call) -> Mapping[str, Any]:
        cluster = self._eks.region(call.account, call.region).clusters.get(
            str(call.params.get("clusterName", ""))
        )
        entry = cluster.access.get(str(call.params.get("principalArn", ""))) if cluster else None
        return entry.wire if entry is not None else {}

    def associated(self, call: Call, association: str) -> tuple[str, ...]:
        ec2 = ec2_backends[call.account][call.region]
        for table in ec2.route_tables.values():
            if association in table._associations:
                return table.id, table._associations[association]
        address = next((one for one in ec2.addresses if one.association_id == association), None)
        if address is None:
            return ()
        return (str(address.allocation_id), *([address.eni.id] if address.eni else []))

    def about(self, call: Call, arn: str) -> Context:
        """Tags of a resource, under the key of all services and that of its own, and what EC2 has besides."""
        service, _, rest = arn.partition(":")[2].partition(":")[2].partition(":")
        tags = self._eks_tags(call, arn) if service == "eks" else of_service(call, service, arn)
        prefixes = ("aws", service) if service in _OWN_TAG_KEYS else ("aws",)
        found = {f"{prefix}:resourcetag/{key.lower()}": (tags[key],) for key in tags for prefix in prefixes}
        if service != "ec2":
            return found
        kind, _, identifier = rest.rpartition(":")[2].partition("/")
        return {**found, **keys_ec2.standing(call, kind, identifier)}

    def _eks_tags(self, call: Call, arn: str) -> dict[str, str]:
        region = self._eks.region(call.account, call.region)
        return next((dict(wire["tags"]) for _, found, wire in tagged(region) if found == arn), {})


def _named(call: Call, kind: str, name: str) -> Any | None:
    """moto keeps roles under their ids and instance profiles under their names."""
    found = getattr(_iam(call), _COLLECTIONS[kind])
    return found.get(name) or next((one for one in found.values() if one.name == name), None)


def _iam(call: Call) -> Any:
    return iam_backends[call.account][call.partition]
