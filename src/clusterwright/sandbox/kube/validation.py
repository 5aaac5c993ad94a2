"""What built-in kinds may say: names, labels, and the rules that clients run into most.

https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
"""

import re
from collections.abc import Iterator
from typing import Any

from clusterwright.sandbox.kube.faults import Fault, required, unfit
from clusterwright.sandbox.kube.resources import Kind
from clusterwright.sandbox.kube.wire import Wire, labels, spec

_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_PATH_NAME = re.compile(r"[^/%]+")
_LABEL = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_SUBDOMAIN = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must "
    "start and end with an alphanumeric character"
)
_MOST_BYTES = 1 << 20
_HELD: frozenset[Kind] = frozenset({("", "configmaps"), ("", "secrets")})
_BINDINGS = frozenset({"rolebindings", "clusterrolebindings"})
_SELECTING = frozenset({"deployments", "daemonsets", "statefulsets", "replicasets"})


def of_name(name: str, kind: Kind) -> Iterator[Fault]:
    pattern = _PATH_NAME if kind[0] == "rbac.authorization.k8s.io" else _NAME
    if not name:
        yield required("metadata.name", "name or generateName is required")
    elif len(name) > 253 or not pattern.fullmatch(name):
        yield unfit("metadata.name", name, _SUBDOMAIN)


def of_object(wire: Wire, kind: Kind, before: Wire | None) -> Iterator[Fault]:
    yield from _of_labels(wire)
    if before is not None:
        yield from _of_finalizers(wire, before)
    if kind in _HELD:
        yield from _of_content(wire)
        yield from _of_change(wire, before) if before is not None else ()
    elif kind[1] in _BINDINGS and before is not None and wire.get("roleRef") != before.get("roleRef"):
        yield unfit("roleRef", wire.get("roleRef"), "cannot change roleRef")
    elif kind[0] == "apps" and kind[1] in _SELECTING:
        yield from _of_workload(wire, before)


def _of_labels(wire: Wire) -> Iterator[Fault]:
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set"""
    for key, value in labels(wire).items():
        name = key.rpartition("/")[2]
        if not name or len(name) > 63 or not _LABEL.fullmatch(name):
            yield unfit(
                "metadata.labels", key, "a valid label key has at most 63 letters, digits, '-', '_', '.'"
            )
        if len(str(value)) > 63 or not _LABEL.fullmatch(str(value)):
            yield unfit(
                "metadata.labels", value, "a valid label must be at most 63 letters, digits, '-', '_', '.'"
            )


def _of_finalizers(wire: Wire, before: Wire) -> Iterator[Fault]:
    """https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/"""
    had, has = (one["metadata"].get("finalizers") or [] for one in (before, wire))
    if "deletionTimestamp" in before["metadata"] and set(has) - set(had):
        why = "no new finalizers can be added if the object is being deleted"
        yield Fault("metadata.finalizers", "FieldValueForbidden", f"Forbidden: {why}")


def _of_content(wire: Wire) -> Iterator[Fault]:
    """https://kubernetes.io/docs/concepts/configuration/configmap/"""
    content = {**(wire.get("data") or {}), **(wire.get("binaryData") or {})}
    for key in content:
        if len(key) > 253 or not _KEY.fullmatch(key):
            yield unfit(
                f"data[{key}]", key, "a valid config key consists of letters, digits, '-', '_' or '.'"
            )
    if sum(len(str(value)) for value in content.values()) > _MOST_BYTES:
        yield Fault("", "FieldValueTooLong", f"Too long: may not be more than {_MOST_BYTES} bytes")


def _of_change(wire: Wire, before: Wire) -> Iterator[Fault]:
    if wire.get("type") != before.get("type"):
        yield unfit("type", wire.get("type"), "field is immutable")
    if before.get("immutable") is not True:
        return
    for name in ("data", "binaryData", "immutable"):
        if wire.get(name) != before.get(name):
            why = "field is immutable when `immutable` is set"
            yield Fault(name, "FieldValueForbidden", f"Forbidden: {why}")


def _of_workload(wire: Wire, before: Wire | None) -> Iterator[Fault]:
    """https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector"""
    wanted = spec(wire)
    selector: Any = wanted.get("selector")
    replicas = wanted.get("replicas")
    if isinstance(replicas, int) and replicas < 0:
        yield unfit("spec.replicas", replicas, "must be greater than or equal to 0")
    if not selector:
        yield required("spec.selector")
    if not spec(wanted.get("template") or {}).get("containers"):
        yield required("spec.template.spec.containers")
    chosen = (selector or {}).get("matchLabels") or {}
    if not labels(wanted.get("template") or {}).items() >= chosen.items():
        yield unfit("spec.template.metadata.labels", chosen, "`selector` does not match template `labels`")
    if before is not None and spec(before).get("selector") != selector:
        yield unfit("spec.selector", selector, "field is immutable")
