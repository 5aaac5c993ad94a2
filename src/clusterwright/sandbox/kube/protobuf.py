"""Protobuf bodies: typed clients send them for the kinds they know, and do not fall back on JSON.

A table of the messages in use, by the field numbers of `k8s.io/api/**/generated.proto`. A field that is not
in the table is refused rather than dropped.
https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
"""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from clusterwright.sandbox.kube.exchange import Refusal, unsupported
from clusterwright.sandbox.kube.wire import Wire, stamp

_MAGIC = b"k8s\x00"

Decoder = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    decode: Decoder
    shape: str = "one"  # or "list" or "map"


def _text(raw: Any) -> str:
    return bytes(raw).decode()


def _signed(raw: Any) -> int:
    number = int(raw)
    return number - (1 << 64) if number >= 1 << 63 else number


def _base64(raw: Any) -> str:
    return base64.b64encode(raw).decode()


def _skip(_raw: Any) -> None:
    """Known, and of no use here."""


def _empty(raw: Any) -> Wire | None:
    """Clients send these whether or not there is anything in them."""
    if raw:
        raise unsupported(
            "the sandbox does not decode resources and security contexts in protobuf; send JSON"
        )
    return None


def _time(raw: Any) -> str | None:
    seconds = dict(_pieces(raw)).get(1)
    return stamp(float(seconds)) if isinstance(seconds, int) else None


def _number_or_text(raw: Any) -> Any:
    """`intstr.IntOrString`: 1 says which, 2 the number, 3 the text."""
    found = dict(_pieces(raw))
    return _text(found.get(3, b"")) if found.get(1) == 1 else _signed(found.get(2, 0))


def _message(name: str) -> Decoder:
    return lambda raw: _decode(raw, name)


def _fields(words: str) -> dict[int, _Field]:
    """`1:name:text 11:labels:map:text` and so on."""
    found = {}
    for word in words.split():
        number, name, *shape, kind = word.split(":")
        found[int(number)] = _Field(name, _SCALARS.get(kind) or _message(kind), shape[0] if shape else "one")
    return found


_SCALARS: dict[str, Decoder] = {
    "text": _text,
    "int": _signed,
    "bool": bool,
    "flag": lambda raw: True if raw else None,
    "bytes": _base64,
    "time": _time,
    "port": _number_or_text,
    "skip": _skip,
    "empty": _empty,
}

_MESSAGES: dict[str, dict[int, _Field]] = {
    name: _fields(words)
    for name, words in {
        "Meta": "1:name:text 2:generateName:text 3:namespace:text 4:selfLink:skip 5:uid:text "
        "6:resourceVersion:text 7:generation:skip 8:creationTimestamp:skip 9:deletionTimestamp:skip "
        "10:deletionGracePeriodSeconds:skip 11:labels:map:text 12:annotations:map:text "
        "13:ownerReferences:list:Reference 14:finalizers:list:text 17:managedFields:skip",
        "Reference": "1:kind:text 3:name:text 4:uid:text 5:apiVersion:text 6:controller:bool "
        "7:blockOwnerDeletion:bool",
        "Namespace": "1:metadata:Meta 2:spec:NamespaceSpec 3:status:skip",
        "NamespaceSpec": "1:finalizers:list:text",
        "Secret": "1:metadata:Meta 2:data:map:bytes 3:type:text 4:stringData:map:text 5:immutable:bool",
        "ConfigMap": "1:metadata:Meta 2:data:map:text 3:binaryData:map:bytes 4:immutable:bool",
        "ServiceAccount": "1:metadata:Meta 2:secrets:list:ObjectReference "
        "3:imagePullSecrets:list:ObjectReference 4:automountServiceAccountToken:bool",
        "ObjectReference": "1:name:text 3:name:text",
        "DeleteOptions": "1:gracePeriodSeconds:int 2:preconditions:Preconditions 3:orphanDependents:bool "
        "4:propagationPolicy:text 5:dryRun:list:text",
        "Preconditions": "1:uid:text 2:resourceVersion:text",
        "SelfSubjectAccessReview": "1:metadata:Meta 2:spec:Access 3:status:skip",
        "Access": "1:resourceAttributes:Attributes 2:nonResourceAttributes:Path",
        "Attributes": "1:namespace:text 2:verb:text 3:group:text 4:version:text 5:resource:text "
        "6:subresource:text 7:name:text",
        "Path": "1:path:text 2:verb:text",
        "SelfSubjectRulesReview": "1:metadata:Meta 2:spec:RulesReviewSpec 3:status:skip",
        "RulesReviewSpec": "1:namespace:text",
        "SelfSubjectReview": "1:metadata:Meta 2:status:skip",
        "TokenRequest": "1:metadata:Meta 2:spec:TokenRequestSpec 3:status:skip",
        "TokenRequestSpec": "1:audiences:list:text 3:boundObjectRef:skip 4:expirationSeconds:int",
        "Eviction": "1:metadata:Meta 2:deleteOptions:DeleteOptions",
        "Deployment": "1:metadata:Meta 2:spec:DeploymentSpec 3:status:skip",
        "DeploymentSpec": "1:replicas:int 2:selector:Selector 3:template:Template 4:strategy:Strategy "
        "5:minReadySeconds:int 6:revisionHistoryLimit:int 7:paused:flag 9:progressDeadlineSeconds:int",
        "Selector": "1:matchLabels:map:text",
        "Strategy": "1:type:text",
        "Template": "1:metadata:Meta 2:spec:PodSpec",
        "PodSpec": "2:containers:list:Container 3:restartPolicy:text 4:terminationGracePeriodSeconds:int "
        "6:dnsPolicy:text 7:nodeSelector:map:text 8:serviceAccountName:text 9:serviceAccount:text "
        "10:nodeName:text 11:hostNetwork:flag 12:hostPID:flag 13:hostIPC:flag 14:securityContext:empty "
        "16:hostname:text 17:subdomain:text 19:schedulerName:text 24:priorityClassName:text",
        "Container": "1:name:text 2:image:text 3:command:list:text 4:args:list:text 5:workingDir:text "
        "6:ports:list:Port 7:env:list:Env 8:resources:empty 13:terminationMessagePath:text "
        "14:imagePullPolicy:text 16:stdin:flag 17:stdinOnce:flag 18:tty:flag "
        "20:terminationMessagePolicy:text",
        "Port": "1:name:text 2:hostPort:int 3:containerPort:int 4:protocol:text 5:hostIP:text",
        "Env": "1:name:text 2:value:text",
        "Service": "1:metadata:Meta 2:spec:ServiceSpec 3:status:skip",
        "ServiceSpec": "1:ports:list:ServicePort 2:selector:map:text 3:clusterIP:text 4:type:text "
        "7:sessionAffinity:text 10:externalName:text",
        "ServicePort": "1:name:text 2:protocol:text 3:port:int 4:targetPort:port 5:nodePort:int",
    }.items()
}
_BODIES = frozenset(
    {
        *("Namespace", "Secret", "ConfigMap", "ServiceAccount", "Service", "Deployment"),
        *("DeleteOptions", "Eviction", "TokenRequest"),
        *("SelfSubjectAccessReview", "SelfSubjectRulesReview", "SelfSubjectReview"),
    }
)


def decode(body: bytes) -> Wire:
    try:
        return _unwrap(body)
    except (IndexError, KeyError, ValueError, TypeError) as error:
        raise Refusal(400, "BadRequest", f"the protobuf body cannot be decoded: {error!r}") from None


def _unwrap(body: bytes) -> Wire:
    if not body.startswith(_MAGIC):
        raise ValueError("it does not begin with k8s")
    envelope = dict(_pieces(body[len(_MAGIC) :]))
    kind = dict(_pieces(envelope[1]))
    name = _text(kind[2])
    if name not in _BODIES:
        raise unsupported(
            f"the sandbox does not decode protobuf bodies of {_text(kind[1])} {name}; send JSON"
        )
    return {"apiVersion": _text(kind[1]), "kind": name, **_decode(envelope.get(2, b""), name)}


def _decode(raw: Any, name: str) -> Wire:
    known = _MESSAGES[name]
    found: Wire = {}
    for number, value in _pieces(raw):
        if number not in known:
            raise unsupported(f"the sandbox does not know field {number} of {name} in protobuf; send JSON")
        _add(found, known[number], value)
    return found


def _add(found: Wire, field: _Field, raw: Any) -> None:
    if field.shape == "map":
        entry = dict(_pieces(raw))
        found.setdefault(field.name, {})[_text(entry.get(1, b""))] = field.decode(entry.get(2, b""))
        return
    value = field.decode(raw)
    if field.shape == "list":
        found.setdefault(field.name, []).append(value)
    elif value is not None and value != "":
        found[field.name] = value


def _pieces(raw: Any) -> Iterator[tuple[int, Any]]:
    """Field numbers and their raw values: https://protobuf.dev/programming-guides/encoding/"""
    at = 0
    while at < len(raw):
        tag, at = _varint(raw, at)
        number, shape = tag >> 3, tag & 7
        if shape == 0:
            value, at = _varint(raw, at)
            yield number, value
        elif shape in (1, 2, 5):
            length = {1: 8, 5: 4}.get(shape)
            if length is None:
                length, at = _varint(raw, at)
            yield number, raw[at : at + length]
            at += length
        else:
            raise ValueError(f"wire type {shape}")


def _varint(raw: Any, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = raw[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at
