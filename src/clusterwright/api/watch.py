"""A cluster as a stream of server-sent events (html.spec.whatwg.org/multipage/server-sent-events.html)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from clusterwright.api.context import Context
from clusterwright.service import events
from clusterwright.service.events import Look, News

GLANCE = 0.25
"""Seconds between looks: what is recorded is told well within a second."""
HEARTBEAT = 15.0
"""Seconds of silence at most, so that proxies keep the line open."""


async def stream(here: Context, name: str, first: Look) -> AsyncIterator[str]:
    """News until the cluster is gone, the server stops, or nobody listens."""
    before: Look | None = None
    now, silent = first, 0.0
    uid = first.row.uid if first.row else None
    while not here.stopping.is_set():
        lines = [message(one) for one in events.news(before, now, here.core.tools.clock)]
        silent = 0.0 if lines else silent + GLANCE
        if silent >= HEARTBEAT:
            lines, silent = [": still here\n\n"], 0.0
        for line in lines:
            yield line
        if now.over:
            return
        await asyncio.sleep(GLANCE)
        before, now = now, await asyncio.to_thread(events.look, here.core, name, now.seq, uid)


def message(news: News) -> str:
    return f"id: {news.seq}\nevent: {news.type}\ndata: {news.data}\n\n"
