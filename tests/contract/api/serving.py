"""A real server on a free port over the fakes of the service tests."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import uvicorn

from clusterwright.api.context import Context
from clusterwright.api.metrics import Metrics
from clusterwright.api.server import create
from tests.unit.service.fakes import Stage

TOKEN = "test-token"


@dataclass(frozen=True)
class Served:
    """`http` carries the token."""

    url: str
    http: httpx.Client
    stage: Stage
    stopping: threading.Event


@contextmanager
def serving(stage: Stage) -> Iterator[Served]:
    stopping = threading.Event()
    app = create(Context(stage.core, TOKEN, lambda: True, stopping, Metrics()))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=10) as http:
        yield Served(url, http, stage, stopping)
    stopping.set()
    server.should_exit = True
    thread.join()
    listening.close()
