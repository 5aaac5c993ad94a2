"""What the server itself writes into an object when it is stored: identity, times, generation, defaults.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/object-meta/
"""

import base64
import copy
import ipaddress
import random
import uuid

from clusterwright.sandbox.kube.store import Key, Stored
from clusterwright.sandbox.kube.wire import Wire, spec

_KEPT = ("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion")
_NEVER_GIVEN = (*_KEPT, "generation", "managedFields", "selfLink")
_UNCOUNTED = frozenset(
    {
        *("", "autoscaling", "coordination.k8s.io", "events.k8s.io", "node.k8s.io"),
        *("rbac.authorization.k8s.io", "storage.k8s.io"),
    }
)  # groups whose kinds have no generation, apart from the two kinds below
_COUNTED = frozenset({("", "replicationcontrollers"), ("", "podtemplates")})
_NODE_PORTS = range(30000, 32768)
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"  # of generated names: no vowels, no look-alikes


def generated(prefix: str, chance: random.Random) -> str:
    return prefix[:58] + "".join(chance.choice(_ALPHABET) for _ in range(5))


def created(wire: Wire, key: Key, now: str, chance: random.Random) -> Wire:
    found = _defaulted(copy.deepcopy(wire), key)
    metadata = _identified(found, key)
    metadata["uid"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    metadata["creationTimestamp"] = now
    if _is_counted(key):
        metadata["generation"] = 1
    return found


def _is_counted(key: Key) -> bool:
    return key.group not in _UNCOUNTED or key.kind in _COUNTED


def revised(wire: Wire, before: Stored) -> Wire:
    """The generation counts the changes of what is wanted, not those of status or metadata."""
    found = _defaulted(copy.deepcopy(wire), before.key)
    metadata = _identified(found, before.key)
    metadata.update({name: before.metadata[name] for name in _KEPT if name in before.metadata})
    grown = _wanted(found) != _wanted(before.wire)
    if _is_counted(before.key):
        metadata["generation"] = before.metadata.get("generation", 1) + int(grown)
    return found


def _identified(wire: Wire, key: Key) -> Wire:
    metadata: Wire = wire.setdefault("metadata", {})
    for name in _NEVER_GIVEN:
        metadata.pop(name, None)
    wire.pop("apiVersion", None)
    wire.pop("kind", None)
    metadata["name"] = key.name
    if key.namespace:
        metadata["namespace"] = key.namespace
    return metadata


def _wanted(wire: Wire) -> Wire:
    return {name: value for name, value in wire.items() if name not in ("metadata", "status")}


def _defaulted(wire: Wire, key: Key) -> Wire:
    """The few defaults that clients come across."""
    if key.kind == ("", "secrets"):
        _secret(wire)
    elif key.kind == ("", "namespaces"):
        wire.setdefault("spec", {}).setdefault("finalizers", ["kubernetes"])
        metadata = wire.setdefault("metadata", {})
        metadata["labels"] = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": key.name}
    elif key.kind == ("", "services"):
        wire.setdefault("spec", {}).setdefault("type", "ClusterIP")
    elif key.plural in ("deployments", "statefulsets", "replicasets") and key.group == "apps":
        wanted = wire.setdefault("spec", {})
        if wanted.get("replicas") is None:
            wanted["replicas"] = 1
    if key.kind == ("apps", "deployments"):
        _deployment(spec(wire))
    return wire


def _deployment(wanted: Wire) -> None:
    """https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#writing-a-deployment-spec"""
    wanted.setdefault("revisionHistoryLimit", 10)
    wanted.setdefault("progressDeadlineSeconds", 600)
    strategy = wanted["strategy"] = {"type": "RollingUpdate", **(wanted.get("strategy") or {})}
    if strategy["type"] == "RollingUpdate":
        given = strategy.get("rollingUpdate") or {}
        strategy["rollingUpdate"] = {"maxSurge": "25%", "maxUnavailable": "25%", **given}


def _secret(wire: Wire) -> None:
    plain = wire.pop("stringData", None) or {}
    if plain:
        encoded = {name: base64.b64encode(value.encode()).decode() for name, value in plain.items()}
        wire["data"] = {**(wire.get("data") or {}), **encoded}
    wire.setdefault("type", "Opaque")


def with_cluster_ip(wire: Wire, before: Stored | None, service_range: str, chance: random.Random) -> Wire:
    """A Service gets its address once and keeps it."""
    wire = (
        {**wire, "spec": {**spec(wire), "ports": _ports(wire, before, chance)}}
        if spec(wire).get("ports")
        else wire
    )
    kept = spec(before.wire).get("clusterIP") if before else None
    if spec(wire).get("type") == "ExternalName":
        return wire
    if spec(wire).get("clusterIP") == "None":
        return {**wire, "spec": {**spec(wire), "clusterIPs": ["None"]}}
    network = ipaddress.ip_network(service_range)
    drawn = network.network_address + chance.randrange(11, min(network.num_addresses, 2**20))
    address = kept or spec(wire).get("clusterIP") or str(drawn)
    wanted = {**spec(wire), "clusterIP": address, "clusterIPs": [address]}
    return {**wire, "spec": wanted}


def _ports(wire: Wire, before: Stored | None, chance: random.Random) -> list[Wire]:
    """https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport"""
    on_nodes = spec(wire).get("type") in ("NodePort", "LoadBalancer")
    had = (
        {one.get("port"): one.get("nodePort") for one in (spec(before.wire).get("ports") or [])}
        if before
        else {}
    )
    found = []
    for one in spec(wire)["ports"]:
        port = {"protocol": "TCP", "targetPort": one.get("port"), **one}
        if on_nodes and not port.get("nodePort"):
            port["nodePort"] = had.get(one.get("port")) or chance.choice(_NODE_PORTS)
        found.append(port)
    return found
