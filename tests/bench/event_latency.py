"""How soon after it is recorded a watcher is told of an event."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

from clusterwright.store import clusters, events
from clusterwright.store.rows import EventRow
from tests.bench.full_server import FullServer
from tests.bench.lab import Lab
from tests.bench.line import Line, percentile

EVENTS = 20
GOAL = 1.0
GAP = 0.37
"""Between events; no multiple of the server's own rhythm."""
PATIENCE = 20


def measure(lab: Lab) -> Iterator[Line]:
    seen, listening = dict[str, float](), threading.Event()
    watcher = threading.Thread(target=watch, args=(lab.server, seen, listening), daemon=True)
    watcher.start()
    listening.wait(PATIENCE)
    recorded = {}
    for number in range(EVENTS):
        time.sleep(GAP)
        recorded[str(number)] = record(lab.server, str(number))
    watcher.join(PATIENCE)
    late = [seen[message] - at for message, at in recorded.items()]
    note = f"p50 {percentile(late, 0.5):.3f} of {EVENTS}, {lab.server.rows} clusters in the database"
    yield Line("event seen by a watcher, slowest", max(late), "s", GOAL, note)


def watch(server: FullServer, seen: dict[str, float], listening: threading.Event) -> None:
    with server.http.stream("GET", f"/api/v1/clusters/{server.name}/watch") as answer:
        for line in answer.iter_lines():
            listening.set()
            if line.startswith("data: ") and '"Bench"' in line:
                seen[json.loads(line.removeprefix("data: "))["message"]] = time.perf_counter()
            if len(seen) == EVENTS:
                return


def record(server: FullServer, message: str) -> float:
    """When it was committed."""
    with server.database.transaction() as connection:
        row = clusters.get(connection, server.name)
        event = EventRow(time.time(), row.uid, row.name, "Normal", "Bench", row.name, message)
        events.add(connection, [event])
    return time.perf_counter()
