"""Changes to a node group: its size, labels, taints, and the version or template of its nodes.

https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupConfig.html
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from clusterwright.sandbox.eks import faults, nodegroup_checks, nodes, template_checks, updates, versions
from clusterwright.sandbox.eks.nodegroups import find
from clusterwright.sandbox.eks.records import Cluster, Nodegroup, Wire
from clusterwright.sandbox.eks.scene import Scene


def update_config(scene: Scene, params: Wire) -> Wire:
    cluster, group = _idle(scene, params)
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    members = {"clusterName": cluster.name, "nodegroupName": params["nodegroupName"]}
    scaling = {**group.wire["scalingConfig"], **(params.get("scalingConfig") or {})}
    labels, taints = params.get("labels") or {}, params.get("taints") or {}
    nodegroup_checks.check_scaling(scaling, members)
    nodegroup_checks.check_labels(labels.get("addOrUpdateLabels") or {}, members)
    nodegroup_checks.check_taints(_changed_taints(group, taints), members)
    nodegroup_checks.check_rates(params, members)
    if params.get("scalingConfig"):
        group.wire["scalingConfig"] = scaling
        scene.account.resize(group.group_name, scaling)

    def apply() -> None:
        _change_labels(group, labels)
        group.wire["taints"] = _changed_taints(group, taints)
        for member in ("updateConfig", "nodeRepairConfig", "warmPoolConfig"):
            group.wire[member] = params.get(member) or group.wire[member]

    return _run(scene, (cluster, group), ("nodegroup-config", "ConfigUpdate", _said(params)), params, apply)


def _idle(scene: Scene, params: Wire) -> tuple[Cluster, Nodegroup]:
    cluster = scene.active_cluster(params["clusterName"])
    group = find(cluster, params["nodegroupName"])
    busy = group.wire["status"] not in ("ACTIVE", "DEGRADED")
    if busy and updates.repeated(cluster, params) is None:
        raise faults.in_use(
            f"Nodegroup cannot be updated as it is currently not in Active State: {group.wire['status']}",
            clusterName=cluster.name,
            nodegroupName=params["nodegroupName"],
        )
    return cluster, group


def _run(
    scene: Scene,
    what: tuple[Cluster, Nodegroup],
    how: tuple[str, str, list[tuple[str, str]]],
    params: Wire,
    apply: Callable[[], None],
) -> Wire:
    (cluster, group), (duration, kind, said) = what, how
    update = updates.begin(scene, cluster, kind, said, params)
    group.wire["status"] = "UPDATING"

    def end() -> None:
        apply()
        group.wire["modifiedAt"] = datetime.fromtimestamp(scene.now, UTC)
        if group.wire["status"] == "UPDATING":
            group.wire["status"] = "ACTIVE"
        updates.finish(update)

    scene.later(duration, f"{cluster.name}/{group.wire['nodegroupName']}/{update.wire['id']}", end)
    return {"update": update.wire}


def _said(params: Wire) -> list[tuple[str, str]]:
    said = [
        (key[0].upper() + key[1:], str(value)) for key, value in (params.get("scalingConfig") or {}).items()
    ]
    labels, taints = params.get("labels") or {}, params.get("taints") or {}
    parts = {
        "LabelsToAdd": labels.get("addOrUpdateLabels"),
        "LabelsToRemove": labels.get("removeLabels"),
        "TaintsToAdd": taints.get("addOrUpdateTaints"),
        "TaintsToRemove": taints.get("removeTaints"),
    }
    return said + [(name, json.dumps(value)) for name, value in parts.items() if value]


def _change_labels(group: Nodegroup, labels: Wire) -> None:
    group.wire["labels"].update(labels.get("addOrUpdateLabels") or {})
    for key in labels.get("removeLabels") or []:
        group.wire["labels"].pop(key, None)


def _changed_taints(group: Nodegroup, taints: Wire) -> list[Wire]:
    removed = [_taint_key(one) for one in taints.get("removeTaints") or []]
    added = {_taint_key(one): one for one in taints.get("addOrUpdateTaints") or []}
    kept = {_taint_key(one): one for one in group.wire["taints"] if _taint_key(one) not in removed}
    return list({**kept, **added}.values())


def _taint_key(taint: Wire) -> tuple[str | None, str | None]:
    return taint.get("key"), taint.get("effect")


def update_version(scene: Scene, params: Wire) -> Wire:
    """https://docs.aws.amazon.com/eks/latest/userguide/managed-node-update-behavior.html"""
    cluster, group = _idle(scene, params)
    before = updates.repeated(cluster, params)
    if before:
        return {"update": before.wire}
    members: Wire = {"clusterName": cluster.name, "nodegroupName": params["nodegroupName"]}
    changes = _wanted(scene, cluster, group, params, members)

    def apply() -> None:
        group.wire.update(changes)
        data = nodes.template_data(scene, cluster, group)
        scene.account.add_template_version(group.template_id, data)
        scene.account.replace_instances(group.group_name)

    said = [("Version", changes["version"]), ("ReleaseVersion", changes["releaseVersion"])]
    template = changes.get("launchTemplate") or {}
    said += [(f"LaunchTemplate{key.capitalize()}", template[key]) for key in ("name", "version") if template]
    return _run(scene, (cluster, group), ("nodegroup-version", "VersionUpdate", said), params, apply)


def _wanted(scene: Scene, cluster: Cluster, group: Nodegroup, params: Wire, members: Wire) -> Wire:
    version = params.get("version") or (
        group.wire["version"] if params.get("launchTemplate") else cluster.wire["version"]
    )
    nodegroup_checks.check_version(cluster, version, members)
    if versions.minor(version) < versions.minor(group.wire["version"]):
        raise faults.invalid(
            f"Nodegroup version {version} must not be older than {group.wire['version']}", **members
        )
    nodegroup_checks.check_ami(group.wire["amiType"], version, members)
    release = params.get("releaseVersion") or f"{versions.patch(version)}-20251103"
    changes: Wire = {"version": version, "releaseVersion": release}
    if params.get("launchTemplate"):
        template, data = _same_template(scene, group, params, members)
        changes["launchTemplate"] = template
        changes["releaseVersion"] = data.get("ImageId") or release
    return changes


def _same_template(scene: Scene, group: Nodegroup, params: Wire, members: Wire) -> tuple[Wire, Wire]:
    """Another version of the template that the group was made with, with an image if that one had one."""
    before = group.wire.get("launchTemplate")
    if not before:
        raise faults.invalid("The node group was not created with a launch template", **members)
    wanted = {member: params.get(member) for member in ("launchTemplate", "version", "releaseVersion")}
    template, data = template_checks.check(scene, wanted, members)
    if template["id"] != before["id"]:
        raise faults.invalid(
            f"The launch template must be the one that the node group was created with: {before['id']}",
            **members,
        )
    if bool(data.get("ImageId")) != (group.wire["amiType"] == "CUSTOM"):
        raise faults.invalid("A custom AMI must be in all versions of the launch template or none", **members)
    return template, data


OPERATIONS = {"UpdateNodegroupConfig": update_config, "UpdateNodegroupVersion": update_version}
