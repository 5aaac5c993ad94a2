"""Subresources that are more than a part of their object: scale, eviction, tokens, logs."""

from typing import Any

from clusterwright.sandbox.kube import merging
from clusterwright.sandbox.kube.bodies import decoded
from clusterwright.sandbox.kube.exchange import Refusal, Reply, Request, bad_request, reply, text
from clusterwright.sandbox.kube.removal import delete
from clusterwright.sandbox.kube.store import Stored
from clusterwright.sandbox.kube.target import Target
from clusterwright.sandbox.kube.wire import Wire, spec, stamp
from clusterwright.sandbox.kube.world import World

OWN = frozenset({"scale", "eviction", "token", "log"})
_HOUR = 3600


def answer(world: World, request: Request, target: Target) -> Reply:
    one = world.store.get(target.key)
    if one is None:
        raise target.not_found()
    if target.subresource == "scale":
        return _scale(world, request, target, one)
    if target.subresource == "log":
        return text("")
    if request.method != "POST":
        raise Refusal(
            405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
        )
    return _evict(world, one) if target.subresource == "eviction" else _token(world, request, one)


def _evict(world: World, one: Stored) -> Reply:
    delete(world, one)
    return reply(
        {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "code": 201}, 201
    )


def _token(world: World, request: Request, one: Stored) -> Reply:
    """A token that nothing accepts: there are no pods here to use it."""
    asked = decoded(request) or {}
    life = int(spec(asked).get("expirationSeconds") or _HOUR)
    found: Wire = {
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {"name": one.key.name, "namespace": one.key.namespace},
        "spec": {"audiences": ["https://kubernetes.default.svc"], "expirationSeconds": life},
        "status": {
            "token": f"sandbox.{one.uid}",
            "expirationTimestamp": stamp(world.timing.now + life),
        },
    }
    return reply(found, 201)


def _scale(world: World, request: Request, target: Target, one: Stored) -> Reply:
    """https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/deployment-v1/ (scale)"""
    if request.method == "GET":
        return reply(_scaled(one, target))
    change = decoded(request)
    if request.method == "PUT":
        wanted = change
    elif "json-patch" in request.content_type:
        wanted = merging.json_patch(_scaled(one, target), change)
    else:
        wanted = merging.merge(_scaled(one, target), change)
    replicas = spec(wanted).get("replicas", 0) if isinstance(wanted, dict) else None
    if not isinstance(replicas, int) or replicas < 0:
        raise bad_request("spec.replicas must be a whole number and not negative")
    wire = merging.merge(one.wire, _under(target.resource.scaled[0], replicas))
    writer = world.writer(request.manager, target.api_version, "scale")
    made = world.shaped(one.key, one.kind, wire, writer)
    return reply(_scaled(made if request.is_dry_run else world.put(made), target))


def _names(path: str) -> list[str]:
    return [name for name in path.split(".") if name]


def _under(path: str, value: int) -> Wire:
    found: Any = value
    for name in reversed(_names(path)):
        found = {name: found}
    return dict(found)


def _at(wire: Wire, path: str) -> Any:
    here: Any = wire
    for name in _names(path):
        here = here.get(name) if isinstance(here, dict) else None
    return here


def _scaled(one: Stored, target: Target) -> Wire:
    wanted, found = target.resource.scaled
    labels = (spec(one.wire).get("selector") or {}).get("matchLabels") or {}
    kept = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")
    return {
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": {name: one.metadata[name] for name in kept if name in one.metadata},
        "spec": {"replicas": _at(one.wire, wanted) or 0},
        "status": {
            "replicas": _at(one.wire, found) or 0,
            "selector": ",".join(f"{key}={value}" for key, value in labels.items()),
        },
    }
