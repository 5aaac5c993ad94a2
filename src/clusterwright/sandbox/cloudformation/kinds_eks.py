"""EKS, made by the sandbox's own.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_EKS.html
"""

from dataclasses import dataclass, field
from typing import Any

from clusterwright.sandbox.cloudformation.kinds import Failed, Job, Kind, NotYet, Refused, pick
from clusterwright.sandbox.cloudformation.records import Properties

_CALLS, _UPDATE, _KEYS = "calls", "update", "keys"

Calls = list[tuple[str, dict[str, Any]]]
"""Operations still to be called, one after the other, each when the one before has come to its end."""


@dataclass(frozen=True)
class EksObject(Kind):
    """`noun` is its name in operations and answers, `keys` say which property names it in which parameter."""

    noun: str
    keys: dict[str, str]
    shown: dict[str, str]
    identity: str = ""
    """JMESPath of what Ref returns; without it, what names it with the separator in between."""
    separator: str = "/"
    mutable: frozenset[str] = frozenset()
    wire: str = ""
    apart: tuple[str, ...] = ()
    changes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Which operation changes which properties."""

    def create(self, job: Job) -> str:
        answer = job.ask_with("eks", f"create_{self.noun}", self.given(job), tags=job.all_tags())
        made = answer[self.wire]
        job.resource.memory[_KEYS] = {parameter: pick(made, path) for parameter, path in self.keys.items()}
        job.resource.memory[_CALLS] = self.afterwards(job)
        named = self.separator.join(job.resource.memory[_KEYS].values())
        return str(pick(made, self.identity)) if self.identity else named

    def given(self, job: Job) -> Properties:
        return job.without("Tags", *self.apart)

    def afterwards(self, job: Job) -> Calls:
        return []

    def is_ready(self, job: Job) -> bool:
        if not self._is_updated(job):
            return False
        found = self.describe(job)
        status = str(found.get("status", "ACTIVE"))
        if status.endswith("FAILED"):
            raise Failed(_explain(self.noun, status, found))
        return status in ("ACTIVE", "DEGRADED") and self._next(job)

    def _is_updated(self, job: Job) -> bool:
        number = job.resource.memory.get(_UPDATE)
        if not number:
            return True
        known = self._keys(job)
        where = {name: known[name] for name in ("nodegroupName", "addonName") if name in known}
        cluster = known.get("clusterName") or known["name"]
        update = job.ask("eks", "describe_update", name=cluster, updateId=number, **where)["update"]
        if update["status"] in ("Failed", "Cancelled"):
            errors = [str(one.get("errorMessage")) for one in update.get("errors", [])]
            raise Failed(f"Update {number} {update['status'].lower()}: {'; '.join(errors)}")
        return bool(update["status"] == "Successful")

    def _next(self, job: Job) -> bool:
        """True when there is nothing more to call."""
        calls: Calls = job.resource.memory.get(_CALLS) or []
        if not calls:
            return True
        operation, params = calls[0]
        try:
            answer = job.ask_with("eks", operation, {**_pascal(self._keys(job)), **params})
        except Refused as error:
            if error.code == "ResourceInUseException":
                raise NotYet from None
            raise
        job.resource.memory[_CALLS] = calls[1:]
        job.resource.memory[_UPDATE] = pick(answer, "update.id")
        return False

    def attributes(self, job: Job) -> dict[str, Any]:
        found = self.describe(job)
        return {name: pick(found, path) for name, path in self.shown.items()} | {
            "Id": job.resource.physical_id
        }

    def describe(self, job: Job) -> dict[str, Any]:
        found: dict[str, Any] = job.ask("eks", f"describe_{self.noun}", **self._keys(job))[self.wire]
        return found

    def update(self, job: Job, before: Properties) -> None:
        """What was going to be changed before and was not asked for yet is as it was."""
        pending = {name for _, params in job.resource.memory.get(_CALLS) or [] for name in params}
        changed = {name for name in self.mutable if job.properties.get(name) != before.get(name)} - pending
        calls: Calls = []
        for operation, names in self.changes.items():
            for group in self.split(operation, [name for name in names if name in changed]):
                calls.append((operation, self.change(job, before, group)))
        job.resource.memory[_CALLS] = calls

    def split(self, operation: str, names: list[str]) -> list[list[str]]:
        return [names] if names else []

    def change(self, job: Job, before: Properties, names: list[str]) -> Properties:
        return {name: job.properties[name] for name in names if name in job.properties}

    def delete(self, job: Job) -> None:
        job.ask("eks", f"delete_{self.noun}", **self._keys(job))

    def is_gone(self, job: Job) -> bool:
        try:
            found = self.describe(job)
        except Refused as error:
            if error.is_missing:
                return True
            raise
        if str(found.get("status")) == "DELETE_FAILED":
            raise Failed(_explain(self.noun, "DELETE_FAILED", found))
        return False

    def _keys(self, job: Job) -> dict[str, str]:
        keys: dict[str, str] = job.resource.memory[_KEYS]
        return keys


class Cluster(EksObject):
    def given(self, job: Job) -> Properties:
        job.properties.setdefault("Name", job.own_name())
        given = super().given(job)
        return {**given, "Logging": _logging(given["Logging"])} if "Logging" in given else given

    def split(self, operation: str, names: list[str]) -> list[list[str]]:
        """EKS takes one kind of change at a time."""
        return [[name] for name in names]

    def change(self, job: Job, before: Properties, names: list[str]) -> Properties:
        if names == ["Logging"]:
            return {"Logging": _logging(job.properties.get("Logging") or {}, before.get("Logging") or {})}
        if names == ["ResourcesVpcConfig"]:
            had, wanted = before["ResourcesVpcConfig"], job.properties["ResourcesVpcConfig"]
            return {"ResourcesVpcConfig": {name: one for name, one in wanted.items() if had.get(name) != one}}
        return super().change(job, before, names)


class Nodegroup(EksObject):
    def given(self, job: Job) -> Properties:
        job.properties.setdefault("NodegroupName", job.own_name(63))
        return super().given(job)

    def change(self, job: Job, before: Properties, names: list[str]) -> Properties:
        found = super().change(job, before, names)
        if "Labels" in names:
            wanted, had = job.properties.get("Labels") or {}, before.get("Labels") or {}
            found["Labels"] = {
                "AddOrUpdateLabels": wanted,
                "RemoveLabels": sorted(had.keys() - wanted.keys()),
            }
        if "Taints" in names:
            wanted, had = job.properties.get("Taints") or [], before.get("Taints") or []
            gone = [one for one in had if one not in wanted]
            found["Taints"] = {"AddOrUpdateTaints": wanted, "RemoveTaints": gone}
        return found


class FargateProfile(EksObject):
    def given(self, job: Job) -> Properties:
        job.properties.setdefault("FargateProfileName", job.own_name(63))
        return super().given(job)


class Addon(EksObject):
    def delete(self, job: Job) -> None:
        preserve = {"Preserve": job.properties.get("PreserveOnDelete", False)}
        job.ask_with("eks", "delete_addon", {**_pascal(self._keys(job)), **preserve})


class AccessEntry(EksObject):
    def afterwards(self, job: Job) -> Calls:
        return [("associate_access_policy", one) for one in job.properties.get("AccessPolicies") or []]

    def update(self, job: Job, before: Properties) -> None:
        super().update(job, before)
        wanted, had = job.properties.get("AccessPolicies") or [], before.get("AccessPolicies") or []
        kept = {one["PolicyArn"] for one in wanted}
        gone = [{"PolicyArn": one["PolicyArn"]} for one in had if one["PolicyArn"] not in kept]
        job.resource.memory[_CALLS] += [
            *(("disassociate_access_policy", one) for one in gone),
            *(("associate_access_policy", one) for one in wanted if one not in had),
        ]


def _logging(wanted: Properties, before: Properties | None = None) -> Properties:
    """Templates name the types that are on; the API wants to be told what is on and what is off."""
    on = _types(wanted)
    off = sorted(set(_types(before or {})) - set(on))
    setups = [{"Types": on, "Enabled": True}] if on else []
    return {"ClusterLogging": [*setups, *([{"Types": off, "Enabled": False}] if off else [])]}


def _types(logging: Properties) -> list[str]:
    return [str(one["Type"]) for one in pick(logging, "ClusterLogging.EnabledTypes") or []]


def _pascal(keys: dict[str, str]) -> Properties:
    return {name[0].upper() + name[1:]: value for name, value in keys.items()}


def _explain(noun: str, status: str, found: dict[str, Any]) -> str:
    issues = [f"{one.get('code')}: {one.get('message')}" for one in pick(found, "health.issues") or []]
    return f"{noun.replace('_', ' ').capitalize()} is in status {status}. {'; '.join(issues)}".strip()


_OF_CLUSTER = {"clusterName": "clusterName"}
_VERSIONED = ("Version", "ReleaseVersion", "LaunchTemplate")
_CONFIGURED = ("ScalingConfig", "Labels", "Taints", "UpdateConfig", "NodeRepairConfig")
_ADDON = (
    "AddonVersion",
    "ConfigurationValues",
    "ResolveConflicts",
    "ServiceAccountRoleArn",
    "PodIdentityAssociations",
)
_ENTRY = ("KubernetesGroups", "Username")

KINDS: dict[str, Kind] = {
    "AWS::EKS::Cluster": Cluster(
        noun="cluster",
        wire="cluster",
        keys={"name": "name"},
        shown={
            "Arn": "arn",
            "Endpoint": "endpoint",
            "CertificateAuthorityData": "certificateAuthority.data",
            "ClusterSecurityGroupId": "resourcesVpcConfig.clusterSecurityGroupId",
            "OpenIdConnectIssuerUrl": "identity.oidc.issuer",
            "EncryptionConfigKeyArn": "encryptionConfig[0].provider.keyArn",
        },
        mutable=frozenset({"Version", "Logging", "ResourcesVpcConfig", "AccessConfig", "UpgradePolicy"}),
        changes={
            "update_cluster_config": ("AccessConfig", "ResourcesVpcConfig", "Logging", "UpgradePolicy"),
            "update_cluster_version": ("Version",),
        },
    ),
    "AWS::EKS::Nodegroup": Nodegroup(
        noun="nodegroup",
        wire="nodegroup",
        keys={**_OF_CLUSTER, "nodegroupName": "nodegroupName"},
        shown={"Arn": "nodegroupArn", "ClusterName": "clusterName", "NodegroupName": "nodegroupName"},
        apart=("ForceUpdateEnabled",),
        mutable=frozenset({*_VERSIONED, *_CONFIGURED, "ForceUpdateEnabled"}),
        changes={"update_nodegroup_config": _CONFIGURED, "update_nodegroup_version": _VERSIONED},
    ),
    "AWS::EKS::FargateProfile": FargateProfile(
        noun="fargate_profile",
        wire="fargateProfile",
        keys={**_OF_CLUSTER, "fargateProfileName": "fargateProfileName"},
        shown={"Arn": "fargateProfileArn"},
    ),
    "AWS::EKS::Addon": Addon(
        noun="addon",
        wire="addon",
        keys={**_OF_CLUSTER, "addonName": "addonName"},
        separator="|",
        shown={"Arn": "addonArn"},
        apart=("PreserveOnDelete",),
        mutable=frozenset({*_ADDON, "PreserveOnDelete"}),
        changes={"update_addon": _ADDON},
    ),
    "AWS::EKS::AccessEntry": AccessEntry(
        noun="access_entry",
        wire="accessEntry",
        keys={**_OF_CLUSTER, "principalArn": "principalArn"},
        identity="accessEntryArn",
        shown={"AccessEntryArn": "accessEntryArn"},
        apart=("AccessPolicies",),
        mutable=frozenset({*_ENTRY, "AccessPolicies"}),
        changes={"update_access_entry": _ENTRY},
    ),
    "AWS::EKS::PodIdentityAssociation": EksObject(
        noun="pod_identity_association",
        wire="association",
        keys={**_OF_CLUSTER, "associationId": "associationId"},
        identity="associationId",
        shown={"AssociationArn": "associationArn", "AssociationId": "associationId"},
        mutable=frozenset({"RoleArn"}),
        changes={"update_pod_identity_association": ("RoleArn",)},
    ),
}
