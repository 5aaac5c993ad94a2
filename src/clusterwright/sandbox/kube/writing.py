"""POST, PUT and the four kinds of PATCH.

https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

from typing import Any

from clusterwright.sandbox.kube import merging, structural, validation
from clusterwright.sandbox.kube.bodies import check_shape, decoded, object_of
from clusterwright.sandbox.kube.exchange import Refusal, Reply, Request, bad_request, reply, unsupported
from clusterwright.sandbox.kube.faults import Fault, invalid, unfit
from clusterwright.sandbox.kube.metadata import generated
from clusterwright.sandbox.kube.ownership import Owners, applied
from clusterwright.sandbox.kube.removal import finish
from clusterwright.sandbox.kube.resources import BUILT_IN, DEFINITION, defined
from clusterwright.sandbox.kube.store import Key, Owner, Stored
from clusterwright.sandbox.kube.target import Target
from clusterwright.sandbox.kube.wire import Wire
from clusterwright.sandbox.kube.world import World

_STRATEGIC = "application/strategic-merge-patch+json"
_STALE = "the object has been modified; please apply your changes to the latest version and try again"


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
    if kind == _STRATEGIC and target.resource.id not in BUILT_IN:
        raise unsupported(f"the body of the request was in an unknown format: {kind}")
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
    elif kind == _STRATEGIC:
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
        _check_named(wanted, target)
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
    wire = _held_to_schema(world, target, wire)
    if owners is None and _is_cleared(wire):
        owners = ()
    writer = world.writer(request.manager, target.api_version, target.subresource)
    made = world.shaped(target.key, target.resource.kind, wire, writer, owners)
    before = world.store.get(target.key)
    had = before.wire if before else None
    _refuse(target, list(validation.of_object(made.wire, target.resource.id, had)))
    if not request.is_dry_run:
        made = world.put(made)
        made = finish(world, made)
    return reply(made.rendered(target.version), status)


def _check_name(target: Target) -> None:
    _refuse(target, list(validation.of_name(target.name, target.resource.id)))


def _check_named(wanted: Wire, target: Target) -> None:
    if not wanted["metadata"].get("name"):
        raise bad_request(
            f"the name of the object ({target.name} based on URL) was undeterminable: name must be provided"
        )
    _check_name(target)


def _refuse(target: Target, faults: list[Fault]) -> None:
    if faults:
        raise invalid(target, target.name, faults)


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
        faults = list(structural.faults_of_definition(wire))
        wanted = f"{wire['spec']['names']['plural']}.{wire['spec']['group']}"
        defined(wire)
    except (KeyError, TypeError, AttributeError) as error:
        faults, wanted = [Fault("spec", "FieldValueRequired", f"Required value: {error!r}")], target.name
    if target.name != wanted:
        why = 'must be spec.names.plural+"."+spec.group'
        faults.append(unfit("metadata.name", target.name, why))
    _refuse(target, faults)


def _held_to_schema(world: World, target: Target, wire: Wire) -> Wire:
    """Only definitions bring schemas; built-in kinds take what they are given."""
    schema = world.catalogue.schema(target.resource.id, target.version)
    if schema is None:
        return wire
    found = structural.shaped(wire, schema)
    _refuse(target, list(structural.faults(found, schema)))
    return found


def _is_cleared(wire: Wire) -> bool:
    """https://kubernetes.io/docs/reference/using-api/server-side-apply/#clearing-managedfields"""
    return (wire.get("metadata") or {}).get("managedFields") in ([], [{}])
