"""Label and field selectors.

https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
"""

import re
from collections.abc import Callable
from typing import Any

from clusterwright.sandbox.kube.exchange import bad_request
from clusterwright.sandbox.kube.resources import Kind
from clusterwright.sandbox.kube.wire import Wire, labels

Test = Callable[[Wire], bool]

_OUTSIDE_BRACKETS = re.compile(r",(?![^(]*\))")
_SET = re.compile(r"([^\s!=]+)\s+(in|notin)\s+\(([^)]*)\)")
_EQUAL = re.compile(r"([^\s!=]+)\s*(!=|==|=)\s*([^\s!=]*)")


_ALWAYS = ("metadata.name", "metadata.namespace")
# https://kubernetes.io/docs/concepts/overview/working-with-objects/field-selectors/#list-of-supported-fields
_FIELDS: dict[Kind, tuple[str, ...]] = {
    ("", "pods"): (
        *("spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName"),
        *("spec.hostNetwork", "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName"),
    ),
    ("", "events"): (
        *("involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid"),
        *("involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath"),
        *("reason", "reportingComponent", "source", "type"),
    ),
    ("", "secrets"): ("type",),
    ("", "namespaces"): ("status.phase",),
    ("", "nodes"): ("spec.unschedulable",),
    ("", "services"): ("spec.clusterIP", "spec.type"),
    ("", "replicationcontrollers"): ("status.replicas",),
    ("apps", "replicasets"): ("status.replicas",),
    ("batch", "jobs"): ("status.successful",),
}


def selector(label_text: str, field_text: str, kind: Kind) -> Test:
    tests = [_label(part.strip()) for part in _OUTSIDE_BRACKETS.split(label_text) if part.strip()]
    tests += [_field(part.strip(), kind) for part in field_text.split(",") if part.strip()]
    return lambda wire: all(test(wire) for test in tests)


def _label(part: str) -> Test:
    chosen = _SET.fullmatch(part)
    if chosen:
        key, verb, listed = chosen.groups()
        values = {one.strip() for one in listed.split(",")}
        return lambda wire: (labels(wire).get(key) in values) is (verb == "in")
    compared = _EQUAL.fullmatch(part)
    if compared:
        key, sign, value = compared.groups()
        return lambda wire: (labels(wire).get(key) == value) is (sign != "!=")
    if re.fullmatch(r"![^\s!=]+", part):
        return lambda wire: part[1:] not in labels(wire)
    if re.search(r"[\s!=()]", part):
        raise bad_request(f"unable to parse requirement: {part}")
    return lambda wire: part in labels(wire)


def _field(part: str, kind: Kind) -> Test:
    compared = re.fullmatch(r"([\w.-]+)\s*(!=|==|=)(.*)", part)
    if compared is None:
        raise bad_request(f"invalid selector: '{part}'; can't understand '{part}'")
    path, sign, value = compared.groups()
    known = (*_ALWAYS, *_FIELDS.get(kind, ()))
    if path not in known:
        said = ", ".join(f'"{one}"' for one in known)
        raise bad_request(f'"{path}" is not a known field selector: only {said}')
    return lambda wire: (_text(wire, path) == value) is (sign != "!=")


def _text(wire: Wire, path: str) -> str:
    here: Any = wire
    for name in path.split("."):
        here = here.get(name) if isinstance(here, dict) else None
    if isinstance(here, bool):
        return str(here).lower()
    return "" if here is None else str(here)
