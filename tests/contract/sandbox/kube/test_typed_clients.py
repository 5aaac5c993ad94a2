"""Protobuf bodies, which typed clients send for the kinds they know.

https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
"""

import httpx
import pytest

from .client import maps, ok, refusal

_PAGE = "https://kubernetes.io/docs/reference/using-api/api-concepts/"
_PROTOBUF = {"Content-Type": "application/vnd.kubernetes.protobuf", "Accept": "application/json"}


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def _enveloped(kind: bytes, raw: bytes, version: bytes = b"v1") -> bytes:
    return b"k8s\x00" + _field(1, _field(1, version) + _field(2, kind)) + _field(2, raw)


@pytest.mark.documented(_PAGE)
def test_an_object_may_come_as_protobuf(api: httpx.Client, namespace: str) -> None:
    metadata = _field(1, b"p") + _field(11, _field(1, b"l") + _field(2, b"m"))
    data = _field(1, b"k") + _field(2, b"v")
    body = _enveloped(b"ConfigMap", _field(1, metadata) + _field(2, data))
    made = ok(api.post(maps(namespace), content=body, headers=_PROTOBUF))
    assert (made["data"], made["metadata"]["labels"]) == ({"k": "v"}, {"l": "m"})


@pytest.mark.documented(_PAGE)
def test_options_may_come_as_protobuf(api: httpx.Client, namespace: str) -> None:
    ok(api.post(maps(namespace), json={"metadata": {"name": "a"}}))
    options = _enveloped(b"DeleteOptions", _field(2, _field(1, b"another-uid")))
    answer = api.request("DELETE", f"{maps(namespace)}/a", content=options, headers=_PROTOBUF)
    assert refusal(answer) == (409, "Conflict")


@pytest.mark.parametrize("body", [b"k8s\x00\xff", b"{}", b"k8s\x00"])
def test_what_is_no_protobuf_is_a_bad_request(api: httpx.Client, namespace: str, body: bytes) -> None:
    assert refusal(api.post(maps(namespace), content=body, headers=_PROTOBUF)) == (400, "BadRequest")


def test_kinds_that_the_sandbox_cannot_decode_are_refused(cluster_api: httpx.Client) -> None:
    """Of the sandbox only: it knows the messages that kubectl and Helm send."""
    answer = cluster_api.post("/api/v1/nodes", content=_enveloped(b"Node", b""), headers=_PROTOBUF)
    assert refusal(answer) == (415, "UnsupportedMediaType")
