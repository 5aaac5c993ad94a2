"""Watches: what has changed since a resource version, then what changes from now on.

https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
"""

import json
import queue
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from clusterwright.sandbox.kube import tables
from clusterwright.sandbox.kube.exchange import Refusal, Reply, Request
from clusterwright.sandbox.kube.selectors import Test, selector
from clusterwright.sandbox.kube.store import Change, Stored
from clusterwright.sandbox.kube.target import Target
from clusterwright.sandbox.kube.wire import Wire
from clusterwright.sandbox.kube.world import World

_TICK = 0.25  # real seconds between looks at what time alone brings
_BOOKMARK = 15.0
_LIFE = 1800.0

Alone = Callable[[], AbstractContextManager[None]]


class Watch:
    """One client's view: made under the lock, read without it."""

    def __init__(self, world: World, request: Request, target: Target) -> None:
        self._world = world
        self._target = target
        self._test: Test = selector(
            request.one("labelSelector"), request.one("fieldSelector"), target.resource.id
        )
        self._pending: queue.SimpleQueue[Wire] = queue.SimpleQueue()
        self._is_table = tables.is_wanted(request)
        self._bookmarks = request.flag("allowWatchBookmarks")
        self._life = float(request.number("timeoutSeconds") or _LIFE)
        self._begin(request)
        world.watchers.append(self._hear)

    def _begin(self, request: Request) -> None:
        revision = request.one("resourceVersion")
        initial = request.flag("sendInitialEvents")
        if initial and request.one("resourceVersionMatch") != "NotOlderThan":
            why = 'resourceVersionMatch: Forbidden: sendInitialEvents requires "NotOlderThan"'
            raise Refusal(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {why}')
        if revision in ("", "0") or initial:
            for one in self._world.store.of(*self._target.resource.id, self._target.namespace):
                if self._test(one.wire):
                    self._tell("ADDED", one)
        else:
            self._replay(int(revision) if revision.isdigit() else 0)
        if initial:
            self._bookmark({"k8s.io/initial-events-end": "true"})

    def _replay(self, since: int) -> None:
        history = self._world.store.history
        if history and since < history[0].revision - 1 and len(history) == history.maxlen:
            message = f"too old resource version: {since} ({history[0].revision})"
            self._pending.put({"type": "ERROR", "object": Refusal(410, "Expired", message).status()})
            return
        for change in history:
            if change.revision > since:
                self._hear(change)

    def _hear(self, change: Change) -> None:
        """An object that no longer matches is gone for this client, one that begins to is new."""
        key = change.after.key
        where = self._target.namespace
        if key.kind != self._target.resource.id or (where and key.namespace != where):
            return
        matched = change.before is not None and self._test(change.before.wire)
        matches = change.verb != "DELETED" and self._test(change.after.wire)
        if matches:
            self._tell("MODIFIED" if matched else "ADDED", change.after)
        elif matched:
            self._tell("DELETED", change.after)

    def _tell(self, verb: str, one: Stored) -> None:
        shown = one.rendered(self._target.version)
        if self._is_table:
            revision = {"resourceVersion": one.revision}
            shown = tables.table(self._target, [one], revision, self._world.timing.now)
        self._pending.put({"type": verb, "object": shown})

    def _bookmark(self, annotations: dict[str, str] | None = None) -> None:
        metadata: Wire = {"resourceVersion": str(self._world.store.revision), "creationTimestamp": None}
        if annotations:
            metadata["annotations"] = annotations
        head = {"kind": self._target.resource.kind, "apiVersion": self._target.api_version}
        self._pending.put({"type": "BOOKMARK", "object": {**head, "metadata": metadata}})

    def lines(self, alone: Alone, tick: Callable[[World], None]) -> Iterator[bytes]:
        """An empty line is a moment in which nothing happened: the listener sees whether anybody is there."""
        until = time.monotonic() + self._life
        marked = time.monotonic()
        try:
            while (left := until - time.monotonic()) > 0 and not self._world.cluster.gone:
                try:
                    event = self._pending.get(timeout=min(_TICK, left))
                    yield json.dumps(event, separators=(",", ":")).encode() + b"\n"
                except queue.Empty:
                    yield b""
                    with alone():
                        tick(self._world)
                        if self._bookmarks and time.monotonic() - marked > _BOOKMARK:
                            marked = time.monotonic()
                            self._bookmark()
        finally:
            with alone():
                self._world.watchers.remove(self._hear)


def watch(
    world: World, request: Request, target: Target, alone: Alone, tick: Callable[[World], None]
) -> Reply:
    return Reply(lines=Watch(world, request, target).lines(alone, tick))
