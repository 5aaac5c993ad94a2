"""The way in: whose cluster, who asks, may they, and who answers.

https://kubernetes.io/docs/concepts/security/controlling-access/
"""

import logging
import re
from collections.abc import Callable

from clusterwright.sandbox.eks.account import Account
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.eks.records import Cluster
from clusterwright.sandbox.eks.versions import patch as patch_of
from clusterwright.sandbox.kube import (
    deleting,
    discovery,
    housekeeping,
    impersonation,
    openapi,
    permissions,
    reading,
    reviews,
    subresources,
    token,
    watching,
    writing,
)
from clusterwright.sandbox.kube.authority import Endpoints
from clusterwright.sandbox.kube.exchange import (
    Refusal,
    Reply,
    Request,
    no_such_path,
    not_acceptable,
    reply,
    text,
    unauthorized,
)
from clusterwright.sandbox.kube.identity import User, user_of
from clusterwright.sandbox.kube.rules import Act
from clusterwright.sandbox.kube.surroundings import NamedBalancers
from clusterwright.sandbox.kube.target import Target, parse
from clusterwright.sandbox.kube.watching import Alone
from clusterwright.sandbox.kube.world import World
from clusterwright.sandbox.timing import Timing

_log = logging.getLogger(__name__)

_PREFIX = re.compile(r"/clusters/(\d{12})/([a-z0-9-]+)/([^/]+)(/.*|)")
_HEALTH = ("/healthz", "/livez", "/readyz")
_METHODS = {"GET": "get", "POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_OF_COLLECTIONS = {"GET": "list", "DELETE": "deletecollection"}

Place = tuple[str, str, str]  # account, region and name of a cluster
Answerer = Callable[[World, Request, Target], Reply]

_ANSWERERS: dict[str, Answerer] = {
    "get": reading.get,
    "list": reading.get_all,
    "create": writing.create,
    "update": writing.update,
    "patch": writing.patch,
    "delete": deleting.remove,
    "deletecollection": deleting.remove_all,
}


class Kube:
    """The API servers of all clusters. `real_now` dates tokens, which are signed by the clients' clocks."""

    def __init__(self, eks: Eks, timing: Timing, endpoints: Endpoints, real_now: Callable[[], float]) -> None:
        self.endpoints = endpoints
        self._eks = eks
        self._timing = timing
        self._real_now = real_now
        self._worlds: dict[Place, World] = {}

    def opened(self, base: str) -> None:
        """Clusters of before, if any, are reached here from now on."""
        self.endpoints.base = base
        for region in self._eks.regions():
            for cluster in region.clusters.values():
                if "endpoint" in cluster.wire:
                    cluster.wire["endpoint"] = self.endpoints.url(region.account, region.name, cluster.name)

    def answer(self, request: Request, alone: Alone) -> Reply:
        """Call it under the lock; `alone` is for watches, which outlive the call."""
        try:
            return self._answer(request, alone)
        except Refusal as refusal:
            return reply(refusal.status(), refusal.code)
        except Exception as error:  # noqa: BLE001 (the outermost edge: clients send what nobody thought of)
            _log.exception("no answer to %s %s", request.method, request.path)
            said = f"the sandbox failed: {type(error).__name__}: {error}"
            return reply(Refusal(500, "InternalError", said).status(), 500)

    def _answer(self, request: Request, alone: Alone) -> Reply:
        place, path = _place(request.path)
        world = self._world(place)
        inner = Request(request.method, path, request.query, request.headers, request.body)
        if path in _HEALTH:
            return text("ok")
        user = _acting(world, inner, self._user(world, inner))
        found = _about_the_server(world, inner, user)
        if found is not None:
            return found
        housekeeping.tick(world)
        target = parse(path, world.catalogue)
        verb = _verb(inner, target)
        _authorize(world, user, _act(verb, target))
        return _answered(world, inner, target, verb, user, alone)

    def _world(self, place: Place) -> World:
        account, region, name = place
        cluster = self._eks.region(account, region).clusters.get(name)
        if cluster is None or "endpoint" not in cluster.wire:
            self._worlds.pop(place, None)
            raise Refusal(
                404, "NotFound", f"there is no cluster {name} with an endpoint in {account}/{region}"
            )
        world = self._worlds.get(place)
        if world is None or world.cluster is not cluster:
            world = self._worlds[place] = self._new(place, cluster)
        return world

    def _new(self, place: Place, cluster: Cluster) -> World:
        account, region, _ = place
        world = World(
            cluster=cluster,
            account=Account(account, region),
            timing=self._timing,
            chance=self._timing.draws.stream("kube", "/".join(place)),
            balancers=NamedBalancers(region),
        )
        housekeeping.furnish(world)
        return world

    def _user(self, world: World, request: Request) -> User:
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            raise unauthorized()
        try:
            caller = token.identify(bearer.strip(), world.cluster.name, self._real_now())
        except token.BadToken as error:
            _log.info("%s: %s", world.cluster.name, error)
            raise unauthorized() from None
        user = user_of(caller, world.cluster, world.store)
        if user is None:
            _log.info("%s: nothing lets %s in", world.cluster.name, caller.principal)
            raise unauthorized()
        return user


def _place(path: str) -> tuple[Place, str]:
    found = _PREFIX.fullmatch(path)
    if found is None:
        raise no_such_path()
    account, region, name, rest = found.groups()
    return (account, region, name), rest.rstrip("/") or "/"


def _acting(world: World, request: Request, user: User) -> User:
    other = impersonation.asked_for(request)
    if other is None:
        return user
    for act in impersonation.acts(request):
        _authorize(world, user, act)
    return other


def _about_the_server(world: World, request: Request, user: User) -> Reply | None:
    """What is no object: version, discovery, schemas."""
    path = request.path
    parts = path.strip("/").split("/")
    plain = parts[0] not in ("api", "apis") or len(parts) <= (2 if parts[0] == "api" else 3)
    if not plain:
        return None
    if request.method != "GET":
        raise Refusal(
            405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
        )
    _authorize(world, user, Act("get", path=path))
    if path == "/version":
        return reply(_version(world.cluster))
    if path == "/":
        return reply({"paths": ["/api", "/apis", *_HEALTH, "/openapi/v3", "/version"]})
    found = discovery.answer(request, world.catalogue) or openapi.answer(path, world.catalogue)
    if found is None:
        raise no_such_path()
    return found


def _version(cluster: Cluster) -> dict[str, str]:
    major, minor = str(cluster.wire["version"]).split(".")
    return {
        "major": major,
        "minor": minor,
        "gitVersion": f"v{patch_of(cluster.wire['version'])}-eks-3025e55",
        "gitCommit": "c12ed35ea8dcbc64ea39d8a4f31ab1a1c6c31d30",
        "gitTreeState": "clean",
        "buildDate": "2025-11-11T03:22:13Z",
        "goVersion": "go1.24.9",
        "compiler": "gc",
        "platform": "linux/amd64",
    }


def _verb(request: Request, target: Target) -> str:
    if target.name or request.method not in _OF_COLLECTIONS:
        verb = _METHODS.get(request.method, request.method.lower())
    else:
        watching_it = request.method == "GET" and request.flag("watch")
        verb = "watch" if watching_it else _OF_COLLECTIONS[request.method]
    if verb not in target.resource.verbs:
        raise Refusal(
            405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
        )
    return verb


def _act(verb: str, target: Target) -> Act:
    """A namespace is in itself: https://kubernetes.io/docs/reference/access-authn-authz/authorization/"""
    resource = target.resource
    namespace = target.name if resource.id == ("", "namespaces") else target.namespace
    return Act(verb, resource.group, resource.plural, namespace, target.name, target.subresource)


def _authorize(world: World, user: User, act: Act) -> None:
    if permissions.may(user, act, world.store):
        return
    said = f'User "{user.name}" {act.words()}'
    if act.path:
        raise Refusal(403, "Forbidden", f"forbidden: {said}")
    name = f"{act.resource}.{act.group}" if act.group else act.resource
    subject = f'{name} "{act.name}"' if act.name else name
    details = {"name": act.name, "group": act.group, "kind": act.resource}
    kept = {key: value for key, value in details.items() if value}
    raise Refusal(403, "Forbidden", f"{subject} is forbidden: {said}", kept)


def _answered(world: World, request: Request, target: Target, verb: str, user: User, alone: Alone) -> Reply:
    if target.resource.plural in reviews.PLURALS:
        return reviews.answer(world.store, request, target, user)
    if verb == "watch":
        return watching.watch(world, request, target, alone, housekeeping.tick)
    _check_method(request, target)
    if not request.takes_json and target.subresource != "log":
        raise not_acceptable()
    if target.subresource in subresources.OWN:
        found = subresources.answer(world, request, target)
    else:
        found = _ANSWERERS[verb](world, request, target)
    if verb not in ("get", "list"):
        housekeeping.tick(world)
    return found


def _check_method(request: Request, target: Target) -> None:
    """POST goes to collections and to a few subresources, PUT and PATCH to objects."""
    creates = request.method == "POST" and target.subresource not in ("eviction", "token")
    changes = request.method in ("PUT", "PATCH")
    everywhere = target.resource.namespaced and not target.namespace
    if (creates and (target.name or everywhere)) or (changes and not target.name):
        raise Refusal(
            405, "MethodNotAllowed", "the server does not allow this method on the requested resource"
        )
