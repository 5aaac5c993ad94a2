"""Updates: the record of a change to a cluster, a node group or an add-on, and how it ended."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from clusterwright.sandbox.eks import faults, tokens
from clusterwright.sandbox.eks.paging import page
from clusterwright.sandbox.eks.records import Cluster, Update, Wire
from clusterwright.sandbox.eks.scene import Scene

_PARTS = {"nodegroupName": "nodegroups", "addonName": "addons", "capabilityName": "capabilities"}


def begin(
    scene: Scene,
    cluster: Cluster,
    kind: str,
    params: Iterable[tuple[str, str]],
    request: Wire,
) -> Update:
    """A new update in progress, of whatever the request names: a part of the cluster, or itself."""
    part = _part(request)
    update_id = str(scene.unique("update", f"{cluster.name}/{''.join(part.values())}/{kind}"))
    update = Update(
        wire={
            "id": update_id,
            "status": "InProgress",
            "type": kind,
            "params": [{"type": name, "value": value} for name, value in params],
            "createdAt": datetime.fromtimestamp(scene.now, UTC),
            "errors": [],
        },
        part=part,
        token=tokens.of(request),
    )
    cluster.updates[update_id] = update
    return update


def finish(update: Update, then: Callable[[], None] | None = None) -> None:
    update.wire["status"] = "Successful"
    if then:
        then()


def repeated(cluster: Cluster, request: Wire) -> Update | None:
    """The update that this very request began before, by its token."""
    return next((one for one in cluster.updates.values() if tokens.same(one.token, request)), None)


def describe(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["name"])
    update = cluster.updates.get(params["updateId"])
    if update is None or not _is_of(update, params):
        raise faults.not_found(f"No update found for ID: {params['updateId']}", clusterName=cluster.name)
    return {"update": update.wire}


def list_all(scene: Scene, params: Wire) -> Wire:
    cluster = scene.cluster(params["name"])
    _check_part(cluster, params)
    found = [update_id for update_id, update in cluster.updates.items() if _is_of(update, params)]
    ids, token = page(found, params)
    return {"updateIds": ids, "nextToken": token}


def _check_part(cluster: Cluster, params: Wire) -> None:
    for member, name in _part(params).items():
        if name not in getattr(cluster, _PARTS[member]):
            raise faults.not_found(f"No {member} {name} in the cluster", clusterName=cluster.name)


def _is_of(update: Update, params: Wire) -> bool:
    return update.part == _part(params)


def _part(params: Wire) -> dict[str, str]:
    return {member: params[member] for member in _PARTS if params.get(member)}


def cancel(scene: Scene, params: Wire) -> Wire:
    """Only version rollbacks of Auto Mode's nodes can be cancelled, and there are none here.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_CancelUpdate.html
    """
    update = describe(scene, params)["update"]
    raise faults.bad_request(
        f"Update {update['id']} of type {update['type']} cannot be cancelled", clusterName=params["name"]
    )


OPERATIONS = {"DescribeUpdate": describe, "ListUpdates": list_all, "CancelUpdate": cancel}
