"""DELETE, of one object or of a collection.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/delete-options/
"""

from clusterwright.sandbox.kube.bodies import decoded
from clusterwright.sandbox.kube.exchange import Reply, Request, reply
from clusterwright.sandbox.kube.reading import chosen, listed
from clusterwright.sandbox.kube.removal import delete
from clusterwright.sandbox.kube.store import Stored
from clusterwright.sandbox.kube.target import Target
from clusterwright.sandbox.kube.wire import Wire
from clusterwright.sandbox.kube.world import World

_UNDELETABLE = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})


def remove(world: World, request: Request, target: Target) -> Reply:
    one = world.store.get(target.key)
    if one is None:
        raise target.not_found()
    options = _options(request)
    _check(target, one, options)
    if _is_dry(request, options):
        return reply(_success(target, one))
    left = delete(world, one, _policy(request, options))
    if world.store.get(target.key) is not None or one.key.kind == ("", "namespaces"):
        return reply(left.rendered(target.version))
    return reply(_success(target, one))


def remove_all(world: World, request: Request, target: Target) -> Reply:
    found = chosen(world, request, target)
    options = _options(request)
    if not _is_dry(request, options):
        for one in found:
            if world.store.get(one.key) is not None:
                delete(world, one, _policy(request, options))
    return reply(listed(world, target, found))


def _options(request: Request) -> Wire:
    found = decoded(request)
    return found if isinstance(found, dict) else {}


def _is_dry(request: Request, options: Wire) -> bool:
    return request.is_dry_run or "All" in (options.get("dryRun") or [])


def _policy(request: Request, options: Wire) -> str:
    if options.get("orphanDependents") is True:
        return "Orphan"
    return str(options.get("propagationPolicy") or request.one("propagationPolicy"))


def _check(target: Target, one: Stored, options: Wire) -> None:
    if one.key.kind == ("", "namespaces") and one.key.name in _UNDELETABLE:
        message = f'namespaces "{one.key.name}" is forbidden: this namespace may not be deleted'
        raise target.refusal(403, "Forbidden", message)
    conditions = options.get("preconditions") or {}
    uid, revision = conditions.get("uid"), conditions.get("resourceVersion")
    if uid and uid != one.uid:
        raise target.conflict(
            f"Precondition failed: UID in precondition: {uid}, UID in object meta: {one.uid}"
        )
    if revision and revision != one.revision:
        raise target.conflict(
            f"Precondition failed: ResourceVersion in precondition: {revision}, ResourceVersion in object "
            f"meta: {one.revision}"
        )


def _success(target: Target, one: Stored) -> Wire:
    details = {
        "name": one.key.name,
        "kind": target.resource.plural,
        "uid": one.uid,
        **({"group": target.resource.group} if target.resource.group else {}),
    }
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details}
