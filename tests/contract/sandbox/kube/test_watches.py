"""Watches, which live longer than any other request.

https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from .client import MERGE, config_map, maps, ok

pytestmark = pytest.mark.documented("https://kubernetes.io/docs/reference/using-api/api-concepts/")

_CHOSEN = {"labelSelector": "kept=yes"}
_KEPT = {"kept": "yes"}


@contextmanager
def _watching(api: httpx.Client, path: str, **params: str) -> Iterator[Iterator[Any]]:
    with api.stream("GET", path, params={"watch": "1", "timeoutSeconds": "5", **params}) as answer:
        assert answer.status_code == 200
        yield (json.loads(line) for line in answer.iter_lines() if line)


def _said(event: Any) -> tuple[str, str]:
    return event["type"], event["object"]["metadata"].get("name", "")


def test_what_is_there_then_what_changes(api: httpx.Client, namespace: str) -> None:
    path = maps(namespace)
    ok(api.post(path, json=config_map("a", _KEPT)))
    with _watching(api, path, **_CHOSEN) as events:
        assert _said(next(events)) == ("ADDED", "a")
        ok(api.post(path, json=config_map("c", _KEPT)))
        assert _said(next(events)) == ("ADDED", "c")
        ok(api.patch(f"{path}/c", json={"data": {"x": "1"}}, headers=MERGE))
        assert _said(next(events)) == ("MODIFIED", "c")
        ok(api.delete(f"{path}/a"))
        assert _said(next(events)) == ("DELETED", "a")


def test_what_is_not_chosen_is_not_seen(api: httpx.Client, namespace: str) -> None:
    path = maps(namespace)
    with _watching(api, path, **_CHOSEN) as events:
        ok(api.post(path, json=config_map("b")))
        ok(api.post(path, json=config_map("c", _KEPT)))
        assert _said(next(events)) == ("ADDED", "c")


def test_what_stops_being_chosen_is_gone(api: httpx.Client, namespace: str) -> None:
    path = maps(namespace)
    ok(api.post(path, json=config_map("c", _KEPT)))
    with _watching(api, path, **_CHOSEN) as events:
        assert _said(next(events)) == ("ADDED", "c")
        ok(api.patch(f"{path}/c", json={"metadata": {"labels": None}}, headers=MERGE))
        assert _said(next(events)) == ("DELETED", "c")
        ok(api.patch(f"{path}/c", json={"metadata": {"labels": _KEPT}}, headers=MERGE))
        assert _said(next(events)) == ("ADDED", "c")


def test_one_object_is_watched_by_its_name(api: httpx.Client, namespace: str) -> None:
    path = maps(namespace)
    with _watching(api, path, fieldSelector="metadata.name=b") as events:
        ok(api.post(path, json=config_map("a")))
        ok(api.post(path, json=config_map("b")))
        assert _said(next(events)) == ("ADDED", "b")


def test_a_watch_begins_where_a_list_ended(api: httpx.Client, namespace: str) -> None:
    path = maps(namespace)
    ok(api.post(path, json=config_map("a", _KEPT)))
    listed = ok(api.get(path))["metadata"]["resourceVersion"]
    ok(api.post(path, json=config_map("b", _KEPT)))
    with _watching(api, path, resourceVersion=listed, **_CHOSEN) as events:
        assert _said(next(events)) == ("ADDED", "b")


def test_events_carry_rising_resource_versions(api: httpx.Client, namespace: str) -> None:
    path = maps(namespace)
    with _watching(api, path, **_CHOSEN) as events:
        made = [ok(api.post(path, json=config_map(name, _KEPT))) for name in ("a", "b")]
        seen = [next(events)["object"]["metadata"]["resourceVersion"] for _ in made]
    assert seen == [one["metadata"]["resourceVersion"] for one in made]
    assert int(seen[0]) < int(seen[1])


def test_a_deleted_object_comes_with_its_last_version(api: httpx.Client, namespace: str) -> None:
    path = maps(namespace)
    made = ok(api.post(path, json=config_map("a", _KEPT, x="1")))
    with _watching(api, path, **_CHOSEN) as events:
        next(events)
        ok(api.delete(f"{path}/a"))
        gone = next(events)["object"]
    assert gone["data"] == {"x": "1"}
    assert int(gone["metadata"]["resourceVersion"]) > int(made["metadata"]["resourceVersion"])


def test_initial_events_end_with_a_bookmark(api: httpx.Client, namespace: str) -> None:
    """Streaming lists: https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists"""
    path = maps(namespace)
    ok(api.post(path, json=config_map("a", _KEPT)))
    asked = {"sendInitialEvents": "true", "allowWatchBookmarks": "true", **_CHOSEN}
    with _watching(api, path, resourceVersionMatch="NotOlderThan", **asked) as events:
        assert _said(next(events)) == ("ADDED", "a")
        bookmark = next(events)
        assert bookmark["type"] == "BOOKMARK"
        assert bookmark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
        assert bookmark["object"]["kind"] == "ConfigMap"


def test_initial_events_are_for_those_who_say_from_when(api: httpx.Client, namespace: str) -> None:
    asked = {"watch": "1", "sendInitialEvents": "true", "allowWatchBookmarks": "true"}
    assert api.get(maps(namespace), params=asked).status_code == 422


def test_a_watch_ends_when_its_time_is_over(api: httpx.Client, namespace: str) -> None:
    with _watching(api, f"/api/v1/namespaces/{namespace}/secrets", timeoutSeconds="1") as events:
        assert list(events) == []


def test_a_watch_can_be_of_tables(api: httpx.Client, namespace: str) -> None:
    ok(api.post(maps(namespace), json=config_map("a", _KEPT)))
    accept = {"Accept": "application/json;as=Table;g=meta.k8s.io;v=v1"}
    asked = {"watch": "1", "timeoutSeconds": "5", **_CHOSEN}
    with api.stream("GET", maps(namespace), params=asked, headers=accept) as answer:
        event = json.loads(next(answer.iter_lines()))
    assert (event["type"], event["object"]["kind"]) == ("ADDED", "Table")
    assert event["object"]["rows"][0]["cells"][0] == "a"
