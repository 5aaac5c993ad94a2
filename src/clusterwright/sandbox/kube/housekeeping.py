"""What a cluster does by itself: its first objects, nodes that come and go, add-ons, controllers."""

from clusterwright.sandbox.kube import cni, default_roles
from clusterwright.sandbox.kube.addon_workloads import (
    Installed,
    installed,
    namespace_of,
    objects_of,
    self_managed,
)
from clusterwright.sandbox.kube.controllers import CONTROLLERS, PLACED
from clusterwright.sandbox.kube.joining import NOT_READY, nodes, with_conditions
from clusterwright.sandbox.kube.removal import delete, owners_of
from clusterwright.sandbox.kube.store import Key, Stored
from clusterwright.sandbox.kube.surroundings import Surroundings
from clusterwright.sandbox.kube.wire import Wire, status
from clusterwright.sandbox.kube.world import World

NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
_CONTROLLER = "kube-controller-manager"
_SERVER = "kube-apiserver"
_MOST_ROUNDS = 20


def furnish(world: World) -> None:
    """A new cluster, as EKS hands it over."""
    for name in NAMESPACES:
        world.write(Key("", "namespaces", "", name), {"metadata": {}}, _SERVER)
    for key, wire in default_roles.objects().items():
        world.write(key, wire, _SERVER)
    service = {"ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 443}]}
    world.write(Key("", "services", "default", "kubernetes"), {"metadata": {}, "spec": service}, _SERVER)
    storage = {"metadata": {}, "provisioner": "kubernetes.io/aws-ebs", "parameters": {"type": "gp2"}}
    world.write(Key("storage.k8s.io", "storageclasses", "", "gp2"), storage, "eks")
    for addon, version in self_managed(world.cluster).items():
        _install(world, addon, version)


def tick(world: World) -> None:
    """Bring the cluster up to now."""
    _addons(world)
    cni.observe(world.cluster, world.store)
    _nodes(world)
    _look_around(world)
    _settle(world)


def _addons(world: World) -> None:
    wanted: Installed = installed(world.cluster)
    for addon, version in wanted.items():
        if world.addons.get(addon) != version:
            _install(world, addon, version)
    for addon in set(world.addons) - set(wanted):
        _uninstall(world, addon, world.addons[addon])
    world.addons = wanted


def _install(world: World, addon: str, version: str) -> None:
    namespace = Key("", "namespaces", "", namespace_of(addon))
    if world.store.get(namespace) is None:
        world.write(namespace, {"metadata": {}}, "eks")
    for key, wire in objects_of(addon, version).items():
        before = world.store.get(key)
        world.write(key, {**wire, "status": status(before.wire)} if before else wire, "eks")


def _uninstall(world: World, addon: str, version: str) -> None:
    for key in objects_of(addon, version):
        found = world.store.get(key)
        if found is not None:
            delete(world, found)


def _nodes(world: World) -> None:
    wanted = nodes(world.cluster, world.account, world.launches, world.timing.now)
    for one in world.store.of("", "nodes"):
        if one.key.name not in wanted:
            delete(world, one)
    for name, node in wanted.items():
        key = Key("", "nodes", "", name)
        before = world.store.get(key)
        wire = with_conditions(node, before.wire if before else {}, world.timing.now)
        wanted_now = _keeping(before, wire) if before else wire
        if before is None or wanted_now != before.wire:
            world.write(key, wanted_now, "kubelet")


def _keeping(before: Stored, node: Wire) -> Wire:
    """What others wrote on the Node stays: labels, annotations, taints, a cordon."""
    metadata = dict(before.metadata)
    metadata["labels"] = {**(metadata.get("labels") or {}), **node["metadata"]["labels"]}
    had, has = (one["spec"].get("taints") or [] for one in (before.wire, node))
    taints = [one for one in had if one["key"] != NOT_READY] + [one for one in has if one["key"] == NOT_READY]
    spec = {name: value for name, value in before.wire["spec"].items() if name != "taints"}
    if taints:
        spec["taints"] = taints
    return {"metadata": metadata, "spec": spec, "status": node["status"]}


def _look_around(world: World) -> None:
    """Where there is a place to run that was not there before, everything that waits is looked at again."""
    found = world.store.of("", "nodes")
    profiles = [one.wire for one in world.cluster.fargate.values() if one.wire["status"] == "ACTIVE"]
    around = Surroundings(
        nodes=tuple(one.key.name for one in found),
        ready=tuple(one.key.name for one in found if _is_ready(one)),
        fargate=tuple(selector for wire in profiles for selector in wire["selectors"]),
        balancers=world.balancers,
        now=world.now,
    )
    if not around.offers_same_as(world.around):
        waiting = (one.key for kind in PLACED for one in world.store.of(*kind))
        world.unsettled.update(dict.fromkeys(waiting))
    world.around = around


def _is_ready(node: Stored) -> bool:
    found = status(node.wire).get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in found)


def _settle(world: World) -> None:
    """Controllers write until nothing changes any more; more rounds than a few would be a mistake here."""
    for _ in range(_MOST_ROUNDS):
        keys, world.unsettled = world.unsettled, {}
        if not keys:
            return
        for key in keys:
            one = world.store.get(key)
            if one is not None:
                _control(world, one)


def _control(world: World, one: Stored) -> None:
    if one.key.kind == ("", "namespaces") and not one.is_terminating:
        _furnish_namespace(world, one.key.name)
    if one.metadata.get("ownerReferences") and not one.is_terminating and not owners_of(world, one):
        delete(world, one)  # https://kubernetes.io/docs/concepts/architecture/garbage-collection/
        return
    controller = CONTROLLERS.get(one.key.kind)
    if controller is None or world.around is None:
        return
    found = controller(one, world.around)
    if found is not None and found != one.wire.get("status"):
        world.write(one.key, {**one.wire, "status": found}, _CONTROLLER, "status")


def _furnish_namespace(world: World, name: str) -> None:
    account = Key("", "serviceaccounts", name, "default")
    if world.store.get(account) is None:
        world.write(account, {"metadata": {}}, _CONTROLLER)
        certificate = Key("", "configmaps", name, "kube-root-ca.crt")
        world.write(certificate, {"metadata": {}, "data": {"ca.crt": ""}}, _CONTROLLER)
