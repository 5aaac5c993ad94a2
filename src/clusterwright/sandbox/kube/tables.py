"""Tables: what `kubectl get` prints for the kinds that people look at, and name and age for the others.

https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-tables
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from clusterwright.sandbox.kube.exchange import Request
from clusterwright.sandbox.kube.resources import Kind
from clusterwright.sandbox.kube.store import Stored
from clusterwright.sandbox.kube.target import Target
from clusterwright.sandbox.kube.wire import Wire, spec, status

Cell = Callable[[Stored], Any]


def is_wanted(request: Request) -> bool:
    return "as=Table" in request.accept and "g=meta.k8s.io" in request.accept


def table(target: Target, found: list[Stored], metadata: Wire, now: float) -> Wire:
    columns = _columns(target, now)
    names = ["Name", *columns]
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": metadata,
        "columnDefinitions": [
            {
                "name": name,
                "type": "string",
                "format": "name" if name == "Name" else "",
                "description": "",
                "priority": 0,
            }
            for name in names
        ],
        "rows": [_row(one, columns.values(), target) for one in found],
    }


def _row(one: Stored, cells: Iterable[Cell], target: Target) -> Wire:
    shown = [one.key.name, *(cell(one) for cell in cells)]
    whole = one.rendered(target.version)
    head = {
        "kind": "PartialObjectMetadata",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": whole["metadata"],
    }
    return {"cells": shown, "object": head}


def _age(one: Stored, now: float) -> str:
    since = datetime.fromisoformat(one.metadata["creationTimestamp"].replace("Z", "+00:00")).timestamp()
    seconds = max(int(now - since), 0)
    for length, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= 2 * length:
            return f"{seconds // length}{unit}"
    return f"{seconds}s"


def _columns(target: Target, now: float) -> dict[str, Cell]:
    """A definition that names columns names the age too, if it wants it."""

    def age(one: Stored) -> str:
        return _age(one, now)

    own = target.resource.columns
    if own:
        dates = ".metadata.creationTimestamp"
        return {name: age if path == dates else _path(path) for name, path in own}
    return {**_KNOWN.get(target.resource.id, {}), "Age": age}


def _path(json_path: str) -> Cell:
    """Of JSONPath what printer columns use: members, and `[?(@.type=="Ready")]`."""
    parts = re.findall(r"\.(\w+)|\[\?\(@\.(\w+)\s*==\s*[\"'](.*?)[\"']\)\]", json_path)

    def cell(one: Stored) -> Any:
        here: Any = one.wire
        for member, key, value in parts:
            if member:
                here = here.get(member) if isinstance(here, dict) else None
            else:
                items = here if isinstance(here, list) else []
                here = next((item for item in items if str(item.get(key)) == value), None)
        return here

    return cell


def _node_status(one: Stored) -> str:
    conditions = status(one.wire).get("conditions") or []
    ready = any(found["type"] == "Ready" and found["status"] == "True" for found in conditions)
    said = "Ready" if ready else "NotReady"
    return f"{said},SchedulingDisabled" if spec(one.wire).get("unschedulable") else said


def _external(one: Stored) -> str:
    found = (status(one.wire).get("loadBalancer") or {}).get("ingress") or []
    return ",".join(item.get("hostname") or item.get("ip", "") for item in found) or "<none>"


def _ports(one: Stored) -> str:
    found = spec(one.wire).get("ports") or []
    return ",".join(f"{item['port']}/{item.get('protocol', 'TCP')}" for item in found) or "<none>"


def _of(part: Callable[[Wire], Wire], member: str, missing: Any = 0) -> Cell:
    return lambda one: part(one.wire).get(member, missing)


def _ready(one: Stored) -> str:
    return f"{status(one.wire).get('readyReplicas', 0)}/{spec(one.wire).get('replicas', 1)}"


def _pod_ready(one: Stored) -> str:
    found = status(one.wire).get("containerStatuses") or []
    return f"{sum(bool(item['ready']) for item in found)}/{len(spec(one.wire).get('containers') or [])}"


_KNOWN: dict[Kind, dict[str, Cell]] = {
    ("", "namespaces"): {"Status": _of(status, "phase", "Active")},
    ("", "nodes"): {
        "Status": _node_status,
        "Roles": lambda _one: "<none>",
        "Version": lambda one: (status(one.wire).get("nodeInfo") or {}).get("kubeletVersion", ""),
    },
    ("", "pods"): {
        "Ready": _pod_ready,
        "Status": _of(status, "phase", "Pending"),
        "Restarts": lambda _one: "0",
    },
    ("", "services"): {
        "Type": _of(spec, "type", "ClusterIP"),
        "Cluster-IP": _of(spec, "clusterIP", "<none>"),
        "External-IP": _external,
        "Port(s)": _ports,
    },
    ("", "configmaps"): {"Data": lambda one: len(one.wire.get("data") or {})},
    ("", "secrets"): {
        "Type": lambda one: one.wire.get("type"),
        "Data": lambda one: len(one.wire.get("data") or {}),
    },
    ("", "persistentvolumeclaims"): {"Status": _of(status, "phase", "Pending")},
    ("apps", "deployments"): {
        "Ready": _ready,
        "Up-to-date": _of(status, "updatedReplicas"),
        "Available": _of(status, "availableReplicas"),
    },
    ("apps", "statefulsets"): {"Ready": _ready},
    ("apps", "daemonsets"): {
        "Desired": _of(status, "desiredNumberScheduled"),
        "Current": _of(status, "currentNumberScheduled"),
        "Ready": _of(status, "numberReady"),
        "Up-to-date": _of(status, "updatedNumberScheduled"),
        "Available": _of(status, "numberAvailable"),
    },
    ("batch", "jobs"): {"Status": lambda one: "Complete" if status(one.wire).get("succeeded") else "Running"},
}
