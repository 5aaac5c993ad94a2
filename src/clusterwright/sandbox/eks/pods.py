"""Pod identity associations: which role the pods of a service account get.

https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
"""

from datetime import UTC, datetime

from clusterwright.sandbox.eks import faults, tokens
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Child, Cluster, Wire
from clusterwright.sandbox.eks.scene import Scene

_TRUSTED = "pods.eks.amazonaws.com"
_CHANGEABLE = ("roleArn", "targetRoleArn", "disableSessionTags", "policy")
_SUMMARY = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")


def create(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    for one in cluster.pods.values():
        if tokens.same(one.token, params):
            return {"association": one.wire}
        if all(one.wire[member] == params[member] for member in ("namespace", "serviceAccount")):
            raise faults.in_use(
                f"Association already exists: {one.wire['associationId']}", clusterName=cluster.name
            )
    scene.own_role(params["roleArn"], _TRUSTED, clusterName=cluster.name)
    _check_policy(cluster, params)
    association = associate(scene, cluster, params)
    association.token = tokens.of(params)
    return {"association": association.wire}


def associate(scene: Scene, cluster: Cluster, params: Wire, owner: str | None = None) -> Child:
    now = datetime.fromtimestamp(scene.now, UTC)
    number = "a-" + scene.unique("association", cluster.name).hex[:17]
    made = Child(
        wire={
            "clusterName": cluster.name,
            "namespace": params["namespace"],
            "serviceAccount": params["serviceAccount"],
            "roleArn": params["roleArn"],
            "associationArn": scene.arn("podidentityassociation", f"{cluster.name}/{number}"),
            "associationId": number,
            "tags": dict(params.get("tags") or {}),
            "createdAt": now,
            "modifiedAt": now,
            "ownerArn": owner,
            "disableSessionTags": bool(params.get("disableSessionTags", False)),
            "targetRoleArn": params.get("targetRoleArn"),
            "externalId": _external_id(scene, cluster, params),
            "policy": params.get("policy"),
        }
    )
    cluster.pods[number] = made
    return made


def _external_id(scene: Scene, cluster: Cluster, wire: Wire) -> str | None:
    """What the target role's trust policy asks for, so that no other association gets in.

    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html
    """
    if not wire.get("targetRoleArn"):
        return None
    where = (scene.region.name, scene.region.account, cluster.name, wire["namespace"], wire["serviceAccount"])
    return "/".join(where)


def _check_policy(cluster: Cluster, params: Wire) -> None:
    """A session policy leaves no room for session tags."""
    if params.get("policy") and not params.get("disableSessionTags"):
        raise faults.invalid(
            "disableSessionTags must be true when a policy is given", clusterName=cluster.name
        )


def _found(cluster: Cluster, association_id: str) -> Child:
    try:
        return cluster.pods[association_id]
    except KeyError:
        raise faults.not_found(
            f"No association found with ID: {association_id}", clusterName=cluster.name
        ) from None


def describe(scene: Scene, params: Wire) -> Wire:
    return {"association": _found(scene.cluster(params["clusterName"]), params["associationId"]).wire}


def list_all(scene: Scene, params: Wire) -> Wire:
    wires = [one.wire for one in scene.cluster(params["clusterName"]).pods.values()]
    for member in ("namespace", "serviceAccount"):
        if params.get(member):
            wires = [wire for wire in wires if wire[member] == params[member]]
    found, token = page([{member: wire[member] for member in _SUMMARY} for wire in wires], params)
    return {"associations": found, "nextToken": token}


def update(scene: Scene, params: Wire) -> Wire:
    cluster = scene.active_cluster(params["clusterName"])
    association = _found(cluster, params["associationId"])
    _refuse_owned(cluster, association)
    if params.get("roleArn"):
        scene.own_role(params["roleArn"], _TRUSTED, clusterName=cluster.name)
    given = {member: params[member] for member in _CHANGEABLE if params.get(member) is not None}
    _check_policy(cluster, {**association.wire, **given})
    association.wire.update(given)
    association.wire["externalId"] = _external_id(scene, cluster, association.wire)
    association.wire["modifiedAt"] = datetime.fromtimestamp(scene.now, UTC)
    return {"association": association.wire}


def _refuse_owned(cluster: Cluster, association: Child) -> None:
    """Associations made with an add-on are the add-on's: https://docs.aws.amazon.com/eks/latest/userguide/add-ons-iam.html"""
    owner = association.wire["ownerArn"]
    if owner:
        raise faults.bad_request(
            f"Association {association.wire['associationId']} is owned by {owner}", clusterName=cluster.name
        )


def delete(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["clusterName"])
    association = _found(cluster, params["associationId"])
    _refuse_owned(cluster, association)
    del cluster.pods[params["associationId"]]
    return {"association": association.wire}


OPERATIONS = {
    "CreatePodIdentityAssociation": create,
    "DescribePodIdentityAssociation": describe,
    "ListPodIdentityAssociations": list_all,
    "UpdatePodIdentityAssociation": update,
    "DeletePodIdentityAssociation": delete,
}
