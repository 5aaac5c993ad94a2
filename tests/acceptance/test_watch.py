"""Watchers are told within a second, miss nothing when the line breaks, and learn when it is over."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from tests.acceptance.processes import PATIENCE, Server, Stage, example, new_stage, opened

NAME = "hello"
SOON = 1.0


@dataclass(frozen=True)
class Message:
    """One server-sent event and when it came."""

    id: int
    type: str
    data: Any
    at: float

    @property
    def age(self) -> float:
        """Seconds from being recorded to being told."""
        return self.at - datetime.fromisoformat(self.data["at"]).timestamp()


@contextmanager
def watching(server: Server, name: str, last: int | None = None) -> Iterator[Iterator[Message]]:
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    with (
        opened(server.url, server.token) as http,
        http.stream("GET", f"/api/v1/clusters/{name}/watch", headers=headers, timeout=PATIENCE) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield messages(response.iter_lines())


def messages(lines: Iterator[str]) -> Iterator[Message]:
    fields: dict[str, str] = {}
    for line in lines:
        name, _, value = line.partition(": ")
        if line:
            fields[name] = value
        elif "data" in fields:
            yield Message(int(fields["id"]), fields["event"], json.loads(fields["data"]), time.time())
            fields = {}


def told(server: Server, last: int, most: int) -> list[Message]:
    """What one connection brings until it breaks after `most` events, or ends."""
    heard: list[Message] = []
    with watching(server, NAME, last) as stream:
        for message in stream:
            heard.append(message)
            if sum(m.type == "event" for m in heard) >= most:
                break
    return heard


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stage, Server]]:
    with new_stage(tmp_path_factory.mktemp("watch")) as stage:
        server = stage.server()
        stage.register(server, example("quickstart"))
        yield stage, server


def test_a_life_as_a_watcher_sees_it(world: tuple[Stage, Server]) -> None:
    _, server = world
    server.apply(example("quickstart"))
    heard: list[Message] = []
    with watching(server, NAME, 0) as stream:
        for message in stream:
            heard.append(message)
            if message.type == "status" and message.data["phase"] == "Running":
                break
    late = sorted(message.age for message in heard if message.type == "event")
    assert len(late) > 30, "there is something to see"
    assert late[int(len(late) * 0.95)] < SOON
    assert {"task", "status", "event"} == {message.type for message in heard}

    server.delete(NAME)
    events = [m for m in heard if m.type == "event"]
    while not heard or heard[-1].type != "end":
        fresh = told(server, events[-1].id, most=7)
        events += [m for m in fresh if m.type == "event"]
        heard = fresh
    recorded = server.get(f"events?cluster={NAME}&after=0&limit=500")["items"]
    assert [m.data["seq"] for m in events] == [event["seq"] for event in recorded]
    assert events[-1].data["reason"] == "Deleted"

    with watching(server, NAME) as stream:
        assert [m.type for m in stream][-1] == "end", "who comes too late learns it at once"


def stuck(size: int) -> str:
    """A cluster that is never made, as its account lets nobody in."""
    text = (
        example("quickstart")
        .replace("role/ClusterwrightRole", "role/Nobody")
        .replace("max: 3", f"max: {size}")
    )
    return (
        text.replace("name: sandbox", "name: closed")
        .replace("t: sandbox", "t: closed")
        .replace("hello", "stuck")
    )


def test_a_change_by_people_is_told_within_a_second(world: tuple[Stage, Server]) -> None:
    _, server = world
    server.apply(stuck(3))
    with watching(server, "stuck") as stream:
        next(stream)
        for size in (4, 5, 6):
            server.apply(stuck(size))
            sent = time.time()
            message = next(m for m in stream if m.type == "event" and m.data["reason"] == "Requested")
            assert message.at - sent < SOON


def test_a_cluster_that_never_was_cannot_be_watched(world: tuple[Stage, Server]) -> None:
    _, server = world
    answer = server.http.get("/api/v1/clusters/nobody/watch")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not-found"


def test_a_server_that_is_told_to_stop_does_not_wait_for_watchers(world: tuple[Stage, Server]) -> None:
    """The last test of this world: it ends the server."""
    _, server = world
    server.apply(stuck(3))
    with watching(server, "stuck") as stream:
        next(stream)
        assert server.process.stop() == 0
        assert [m.type for m in stream if m.type == "end"] == [], "the cluster is not at its end"
    assert "Traceback" not in server.process.said()
