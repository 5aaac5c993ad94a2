"""Watches, which live longer than any other request.

https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from .client import config_map

_MERGE = {"Content-Type": "application/merge-patch+json"}


@contextmanager
def _watching(api: httpx.Client, path: str, **params: str) -> Iterator[Iterator[Any]]:
    with api.stream("GET", path, params={"watch": "1", "timeoutSeconds": "5", **params}) as answer:
        assert answer.status_code == 200
        yield (json.loads(line) for line in answer.iter_lines() if line)


def _said(event: Any) -> tuple[str, str]:
    return event["type"], event["object"]["metadata"].get("name", "")


def test_what_is_there_then_what_changes(api: httpx.Client, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    api.post(path, json=config_map("a", {"kept": "yes"}))
    chosen = {"labelSelector": "kept=yes"}
    with _watching(api, path, **chosen) as events:
        assert _said(next(events)) == ("ADDED", "a")
        api.post(path, json=config_map("b"))
        api.post(path, json=config_map("c", {"kept": "yes"}))
        assert _said(next(events)) == ("ADDED", "c")
        api.patch(f"{path}/c", json={"data": {"x": "1"}}, headers=_MERGE)
        assert _said(next(events)) == ("MODIFIED", "c")
        api.patch(f"{path}/c", json={"metadata": {"labels": None}}, headers=_MERGE)
        assert _said(next(events)) == ("DELETED", "c")
        api.delete(f"{path}/a")
        assert _said(next(events)) == ("DELETED", "a")


def test_from_a_resource_version_on(api: httpx.Client, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    before = api.get(path).json()["metadata"]["resourceVersion"]
    api.post(path, json=config_map("a"))
    with _watching(api, path, resourceVersion=before) as events:
        assert _said(next(events)) == ("ADDED", "a")


def test_initial_events_end_with_a_bookmark(api: httpx.Client, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    params = {"sendInitialEvents": "true", "allowWatchBookmarks": "true"}
    with _watching(api, path, resourceVersionMatch="NotOlderThan", **params) as events:
        assert _said(next(events)) == ("ADDED", "kube-root-ca.crt")
        bookmark = next(events)
        assert bookmark["type"] == "BOOKMARK"
        assert bookmark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}


def test_a_watch_ends_when_its_time_is_over(api: httpx.Client, namespace: str) -> None:
    path = f"/api/v1/namespaces/{namespace}/secrets"
    with _watching(api, path, timeoutSeconds="1") as events:
        assert list(events) == []
