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
_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"  # of generated names: no vowels, no look-alikes


def generated(prefix: str, chance: random.Random) -> str:
    return prefix[:58] + "".join(chance.choice(_ALPHABET) for _ in range(5))


def created(wire: Wire, key: Key, now: str, chance: random.Random) -> Wire:
    found = _defaulted(copy.deepcopy(wire), key)
    metadata = _identified(found, key)
    metadata["uid"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    metadata["creationTimestamp"] = now
    metadata["generation"] = 1
    return found


def revised(wire: Wire, before: Stored) -> Wire:
    """The generation counts the changes of what is wanted, not those of status or metadata."""
    found = _defaulted(copy.deepcopy(wire), before.key)
    metadata = _identified(found, before.key)
    metadata.update({name: before.metadata[name] for name in _KEPT if name in before.metadata})
    grown = _wanted(found) != _wanted(before.wire)
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
    return wire


def _secret(wire: Wire) -> None:
    plain = wire.pop("stringData", None) or {}
    if plain:
        encoded = {name: base64.b64encode(value.encode()).decode() for name, value in plain.items()}
        wire["data"] = {**(wire.get("data") or {}), **encoded}
    wire.setdefault("type", "Opaque")


def with_cluster_ip(wire: Wire, before: Stored | None, service_range: str, chance: random.Random) -> Wire:
    """A Service gets its address once and keeps it."""
    kept = spec(before.wire).get("clusterIP") if before else None
    if spec(wire).get("type") == "ExternalName" or spec(wire).get("clusterIP") == "None":
        return wire
    network = ipaddress.ip_network(service_range)
    drawn = network.network_address + chance.randrange(11, min(network.num_addresses, 2**20))
    address = kept or spec(wire).get("clusterIP") or str(drawn)
    wanted = {**spec(wire), "clusterIP": address, "clusterIPs": [address]}
    return {**wire, "spec": wanted}
