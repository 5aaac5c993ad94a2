"""A page of a long list, over HTTP, one request after another."""

from __future__ import annotations

import time
from collections.abc import Iterator

from tests.bench.lab import Lab
from tests.bench.line import Line, percentile

PAGE = 50
REQUESTS = 200
GOAL = 50.0
WARM = 5


def measure(lab: Lab) -> Iterator[Line]:
    """From page to page, and from the last to the first."""
    server, after, seconds, used = lab.server, "", list[float](), 0.0
    for number in range(REQUESTS + WARM):
        used = server.process.cpu if number <= WARM else used
        began = time.perf_counter()
        answer = server.http.get("/api/v1/clusters", params={"limit": PAGE, "continue": after})
        seconds.append(time.perf_counter() - began)
        body = answer.raise_for_status().json()
        assert len(body["items"]) == PAGE
        after = body["continue"] or ""
    cpu = (server.process.cpu - used) / REQUESTS * 1000
    ms = [one * 1000 for one in seconds[WARM:]]
    size = len(answer.content) // 1024
    note = f"p50 {percentile(ms, 0.5):.1f}, worst {max(ms):.1f}; {cpu:.1f} ms of the server's CPU, {size} KiB"
    yield Line(f"page of {PAGE} out of {server.rows}, p99", percentile(ms, 0.99), "ms", GOAL, note)
