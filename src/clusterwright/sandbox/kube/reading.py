"""GET: one object, or a list of them, whole or in pages.

https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
"""

import base64
import binascii
import json

from clusterwright.sandbox.kube import tables
from clusterwright.sandbox.kube.exchange import Refusal, Reply, Request, reply
from clusterwright.sandbox.kube.selectors import selector
from clusterwright.sandbox.kube.store import Key, Stored
from clusterwright.sandbox.kube.target import Target
from clusterwright.sandbox.kube.wire import Wire
from clusterwright.sandbox.kube.world import World

_METADATA = "as=PartialObjectMetadata"  # and ...MetadataList


def get(world: World, request: Request, target: Target) -> Reply:
    one = world.store.get(target.key)
    if one is None:
        raise target.not_found()
    if tables.is_wanted(request):
        revision = {"resourceVersion": one.revision}
        return reply(tables.table(target, [one], revision, world.timing.now))
    if _METADATA in request.accept:
        return reply(_metadata_only(one, target))
    return reply(one.rendered(target.version))


def get_all(world: World, request: Request, target: Target) -> Reply:
    found = chosen(world, request, target)
    page, metadata = _page(world, request, target, found)
    if tables.is_wanted(request):
        return reply(tables.table(target, page, metadata, world.timing.now))
    if _METADATA in request.accept:
        items = [_metadata_only(one, target) for one in page]
        return reply({**_head("PartialObjectMetadataList"), "metadata": metadata, "items": items})
    return reply(listed(world, target, page, metadata))


def _head(kind: str) -> Wire:
    return {"kind": kind, "apiVersion": "meta.k8s.io/v1"}


def _metadata_only(one: Stored, target: Target) -> Wire:
    return {**_head("PartialObjectMetadata"), "metadata": one.rendered(target.version)["metadata"]}


def chosen(world: World, request: Request, target: Target) -> list[Stored]:
    test = selector(request.one("labelSelector"), request.one("fieldSelector"), target.resource.id)
    found = world.store.of(target.resource.group, target.resource.plural, target.namespace)
    return [one for one in found if test(one.wire)]


def listed(world: World, target: Target, found: list[Stored], metadata: Wire | None = None) -> Wire:
    return {
        "kind": f"{target.resource.kind}List",
        "apiVersion": target.api_version,
        "metadata": metadata or {"resourceVersion": str(world.store.revision)},
        "items": [one.rendered(target.version) for one in found],
    }


def _page(world: World, request: Request, target: Target, found: list[Stored]) -> tuple[list[Stored], Wire]:
    revision = str(world.store.revision)
    token = request.one("continue")
    if token:
        revision, last = _opened(token)
        found = _rewound(world, request, target, found, int(revision))
        found = [one for one in found if one.key > last]
    limit = request.number("limit")
    metadata: Wire = {"resourceVersion": revision}
    if limit and len(found) > limit:
        metadata["continue"] = _token(revision, found[limit - 1].key)
        metadata["remainingItemCount"] = len(found) - limit
        found = found[:limit]
    return found, metadata


def _rewound(
    world: World, request: Request, target: Target, found: list[Stored], revision: int
) -> list[Stored]:
    """The list as it was: https://kubernetes.io/docs/reference/using-api/api-concepts/#continue-tokens"""
    if revision < world.store.oldest:
        raise Refusal(410, "Expired", "The provided continue parameter is too old")
    test = selector(request.one("labelSelector"), request.one("fieldSelector"), target.resource.id)
    then = {one.key: one for one in found}
    for change in reversed(world.store.history):
        key = change.after.key
        if change.revision <= revision:
            break
        if key.kind != target.resource.id or target.namespace not in ("", key.namespace):
            continue
        then.pop(key, None)
        if change.before is not None and test(change.before.wire):
            then[key] = change.before
    return [then[key] for key in sorted(then)]


def _token(revision: str, last: Key) -> str:
    content = [revision, last.group, last.plural, last.namespace, last.name]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _opened(token: str) -> tuple[str, Key]:
    try:
        revision, *rest = json.loads(base64.urlsafe_b64decode(token))
        return str(revision), Key(*rest)
    except (binascii.Error, ValueError, TypeError):
        raise Refusal(400, "BadRequest", "continue key is not valid") from None
