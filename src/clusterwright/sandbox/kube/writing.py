"""POST, PUT and the four kinds of PATCH.

https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

import re
from typing import Any

from clusterwright.sandbox.kube import merging
from clusterwright.sandbox.kube.bodies import check_shape, decoded, object_of
from clusterwright.sandbox.kube.exchange import Refusal, Reply, Request, bad_request, reply, unsupported
from clusterwright.sandbox.kube.metadata import generated
from clusterwright.sandbox.kube.ownership import Owners, applied
from clusterwright.sandbox.kube.removal import finish
from clusterwright.sandbox.kube.resources import DEFINITION, defined
from clusterwright.sandbox.kube.store import Key, Owner, Stored
from clusterwright.sandbox.kube.target import Target
from clusterwright.sandbox.kube.wire import Wire
from clusterwright.sandbox.kube.world import World

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_PATH_NAME = re.compile(r"[^/%]+")
_STALE = "the object has been modified; please apply your changes to the latest version and try again"
_LABEL_SELECTED = frozenset({"deployments", "daemonsets", "statefulsets", "replicasets"})


def create(world: World, request: Request, target: Target) -> Reply:
    wire = object_of(request, target)
    metadata = wire["metadata"]
    name = metadata.get("name") or ""
    if not name and metadata.get("generateName"):
        name = generated(metadata["generateName"], world.chance)
    named = target.named(name)
    _check_name(named)
    if world.store.get(named.key) is not None:
        message = f'{target.resource.name} "{name}" already exists'
        raise named.refusal(409, "AlreadyExists", message)
    _check_namespace(world, named)
    if target.resource.has_status:
        wire.pop("status", None)
    return _stored(world, request, named, wire, status=201)


def update(world: World, request: Request, target: Target) -> Reply:
    before = world.store.get(target.key)
    if before is None:
        raise target.not_found()
    wire = object_of(request, target)
    _check_revision(target, before, wire["metadata"])
    return _stored(world, request, target, _within(target, before, wire))


def patch(world: World, request: Request, target: Target) -> Reply:
    kind = request.content_type.partition(";")[0].strip()
    if kind == "application/apply-patch+yaml":
        return _apply(world, request, target)
    before = world.store.get(target.key)
    if before is None:
        raise target.not_found()
    wire = _patched(kind, before.rendered(target.version), decoded(request))
    check_shape(wire)
    _check_revision(target, before, wire.get("metadata") or {})
    return _stored(world, request, target, _within(target, before, wire))


def _patched(kind: str, before: Wire, change: Any) -> Wire:
    if kind == "application/json-patch+json":
        return merging.json_patch(before, change)
    if not isinstance(change, dict):
        raise bad_request("the patch is no object")
    if kind == "application/merge-patch+json":
        found = merging.merge(before, change)
    elif kind == "application/strategic-merge-patch+json":
        found = merging.strategic(before, change)
    else:
        raise unsupported(f"the body of the request was in an unknown format: {kind}")
    return dict(found)


def _apply(world: World, request: Request, target: Target) -> Reply:
    """https://kubernetes.io/docs/reference/using-api/server-side-apply/"""
    wanted = object_of(request, target)
    if not request.one("fieldManager"):
        raise bad_request(
            'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required '
            "for apply patch"
        )
    before = world.store.get(target.key)
    if wanted["metadata"].get("managedFields"):
        raise bad_request("metadata.managedFields must be nil")
    if before is None:
        _check_name(target)
        _check_namespace(world, target)
    else:
        _check_revision(target, before, wanted["metadata"])
    if target.resource.has_status:
        wanted = _only(wanted, target.subresource == "status")
    writer = Owner(request.manager, "Apply", target.api_version, target.subresource, world.now, frozenset())
    had = before.wire if before else {"metadata": {}}
    owners = before.owners if before else ()
    merged, owners = applied(had, owners, wanted, writer, request.flag("force"))
    return _stored(world, request, target, merged, 200 if before else 201, owners)


def _only(wanted: Wire, status: bool) -> Wire:
    kept = ("apiVersion", "kind", "metadata")
    return {name: value for name, value in wanted.items() if name in kept or (name == "status") is status}


def _within(target: Target, before: Stored, wire: Wire) -> Wire:
    """A subresource changes its own part only; the rest of the object, all but the status."""
    if target.subresource == "status":
        return {**before.wire, "status": wire.get("status")}
    if target.subresource == "finalize":
        return {**before.wire, "spec": wire.get("spec")}
    if target.resource.has_status:
        wire = {name: value for name, value in wire.items() if name != "status"}
        if "status" in before.wire:
            wire["status"] = before.wire["status"]
    return wire


def _stored(
    world: World,
    request: Request,
    target: Target,
    wire: Wire,
    status: int = 200,
    owners: Owners | None = None,
) -> Reply:
    if target.resource.id == DEFINITION:
        _check_definition(target, wire)
    writer = world.writer(request.manager, target.api_version, target.subresource)
    made = world.shaped(target.key, target.resource.kind, wire, writer, owners)
    _check_selector(world, target, made)
    if not request.is_dry_run:
        made = world.put(made)
        made = finish(world, made)
    return reply(made.rendered(target.version), status)


def _check_name(target: Target) -> None:
    name = target.name
    if not name:
        wanted = "metadata.name: Required value: name or generateName is required"
        message = f'{target.resource.kind} "" is invalid: {wanted}'
        raise target.refusal(422, "Invalid", message)
    pattern = _PATH_NAME if target.resource.group == "rbac.authorization.k8s.io" else _NAME
    if len(name) > 253 or not pattern.fullmatch(name):
        message = (
            f'{target.resource.kind} "{name}" is invalid: metadata.name: Invalid value: "{name}": a '
            "lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
            "and must start and end with an alphanumeric character"
        )
        raise target.refusal(422, "Invalid", message)


def _check_namespace(world: World, target: Target) -> None:
    if not target.resource.namespaced:
        return
    found = world.store.get(Key("", "namespaces", "", target.namespace))
    if found is None:
        details = {"name": target.namespace, "kind": "namespaces"}
        raise Refusal(404, "NotFound", f'namespaces "{target.namespace}" not found', details)
    if found.is_terminating:
        message = (
            f'{target.resource.name} "{target.name}" is forbidden: unable to create new content in namespace '
            f"{target.namespace} because it is being terminated"
        )
        raise target.refusal(403, "Forbidden", message)


def _check_revision(target: Target, before: Stored, metadata: Wire) -> None:
    """A write that says what it was made from fails if that is not the latest."""
    revision, uid = metadata.get("resourceVersion"), metadata.get("uid")
    if uid and uid != before.uid:
        raise target.conflict(
            f"Precondition failed: UID in precondition: {uid}, UID in object meta: {before.uid}"
        )
    if revision and revision != before.revision:
        raise target.conflict(_STALE)


def _check_definition(target: Target, wire: Wire) -> None:
    """What the catalogue is going to read must be there."""
    try:
        defined(wire)
        wanted = f"{wire['spec']['names']['plural']}.{wire['spec']['group']}"
    except (KeyError, TypeError, AttributeError) as error:
        message = f'CustomResourceDefinition "{target.name}" is invalid: {error!r}: Required value'
        raise target.refusal(422, "Invalid", message) from None
    if target.name != wanted:
        message = (
            f'CustomResourceDefinition "{target.name}" is invalid: metadata.name: Invalid value: '
            f'"{target.name}": must be spec.names.plural+"."+spec.group'
        )
        raise target.refusal(422, "Invalid", message)


def _check_selector(world: World, target: Target, made: Stored) -> None:
    """The immutable field that upgrades stumble over most."""
    before = world.store.get(target.key)
    if before is None or target.resource.group != "apps" or target.resource.plural not in _LABEL_SELECTED:
        return
    had, has = (one.wire.get("spec", {}).get("selector") for one in (before, made))
    if had != has:
        message = f'{target.resource.kind}.apps "{target.name}" is invalid: spec.selector: field is immutable'
        raise target.refusal(422, "Invalid", message)
