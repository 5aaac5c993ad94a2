"""Running a server: listen, say so, serve, and end in order when asked to."""

from __future__ import annotations

import gc
import logging
import signal
import socket
import sys

import structlog
import typer
import uvicorn

from clusterwright.app import App, Settings, build
from clusterwright.errors import Error

PATIENCE = 5
"""Seconds that open requests get when the server is told to stop."""


class PortTaken(Error):
    """The server cannot listen on its address."""

    code = "port"


class Server(uvicorn.Server):
    """Announces itself when it is ready, and ends streams as soon as it is told to stop."""

    def __init__(self, config: uvicorn.Config, app: App, address: str) -> None:
        super().__init__(config)
        self.app = app
        self.address = address

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.app.failure is None:
            typer.echo(f"server ready at {self.address} (token in {self.app.settings.token_file})")

    def handle_exit(self, sig: int, frame: object) -> None:
        self.app.stopping.set()
        super().handle_exit(sig, frame)  # type: ignore[arg-type]  # passed on as it came


def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; raises what kept the engine from running."""
    configure_logging()
    listening = listen(settings.host, settings.port)
    app = build(settings)
    server = make_server(app, listening)
    gc.freeze()
    gc.enable()
    # uvicorn raises the signal once more when it is done; by then we end in order anyway.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    app.start(on_failure=lambda: setattr(server, "should_exit", True))
    try:
        server.run(sockets=[listening])
    finally:
        app.stop()
    if app.failure:
        raise app.failure


def make_server(app: App, listening: socket.socket) -> Server:
    config = uvicorn.Config(
        app.web,
        log_level="warning",
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=PATIENCE,
        server_header=False,
    )
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return Server(config, app, f"http://{shown}:{port}")


def listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=family(host), backlog=2048)
    except OSError as error:
        raise PortTaken(
            f"The server cannot listen on {host}:{port}: {error.strerror}.",
            remedy="Stop what listens there, or choose another with --port.",
        ) from error


def family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def configure_logging() -> None:
    """To stderr: stdout stays for what people asked for. Tracebacks show no values of variables."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    # It shows a traceback for every role that cannot be assumed; the pass says the same in a line.
    logging.getLogger("botocore").setLevel(logging.ERROR)
    plain = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso"),
            plain,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
