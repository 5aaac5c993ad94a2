"""Starting and stopping: in the foreground for people, in a thread for tests."""

import importlib
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from waitress import wasyncore
from waitress.server import create_server

from clusterwright.sandbox import control, snapshot, upstream
from clusterwright.sandbox.frame import Frame, build
from clusterwright.sandbox.kube.listener import KubeListener
from clusterwright.sandbox.options import Options
from clusterwright.sandbox.shell import Shell

_TICK = 0.5
_THREADS = 32  # most of them wait: for the one that is being answered, or for a slow answer to be due
_TOGETHER = 65_536
"""Bytes of an answer that leave at once. waitress would send its head first, and between head and body the
client of eksctl gives up once in a hundred times. (waitress deprecates the argument, and has no other.)"""
_running = threading.Lock()


class AlreadyRunning(RuntimeError):
    """moto's world belongs to the process, so a process has one sandbox at a time."""


@dataclass(frozen=True, slots=True)
class Running:
    url: str
    frame: Frame
    _halt: Callable[[], None]

    def stop(self) -> None:
        self._halt()

    def advance(self, seconds: float) -> None:
        """For tests in the same process; others POST to /_sandbox/clock/advance."""
        self.frame.clock.advance(seconds)


class _Listener:
    """waitress's loop, but one that ends when asked."""

    def __init__(self, frame: Frame) -> None:
        shell = Shell(
            settle=frame.timing.agenda.settle,
            control=lambda environ: control.handle(frame, environ),
            layers=frame.layers,
            services=frame.services,
            unsigned=frame.iam.unsigned,
        )
        frame.cloudformation.requester.connect(shell.ask)
        options = frame.options
        self._server: Any = create_server(shell, host=options.host, port=options.port, threads=_THREADS)
        self._server.adj.send_bytes = _TOGETHER
        self._kube = KubeListener(frame.kube, options.host, options.kube_port, shell.alone)
        self._ending = threading.Event()
        self.url = f"http://{options.host}:{self._server.effective_port}"

    def run(self) -> None:
        sockets = self._server._map
        self._kube.begin()
        try:
            while not self._ending.is_set():
                wasyncore.loop(timeout=_TICK, map=sockets, count=1)
        finally:
            self._kube.end()
            self._server.task_dispatcher.shutdown()
            wasyncore.close_all(sockets, ignore_all=True)

    def end(self) -> None:
        self._ending.set()
        self._server.pull_trigger()


def start(options: Options) -> Running:
    """Serve from a thread of this process, until `stop()`."""
    listener, frame = _open(options)
    thread = threading.Thread(target=listener.run, name="sandbox", daemon=True)
    thread.start()

    def halt() -> None:
        if thread.is_alive():
            listener.end()
            thread.join(10)
            _end(frame)

    return Running(listener.url, frame, halt)


def serve(options: Options, announce: Callable[[str], None] | None = None) -> None:
    """Serve until interrupted."""
    listener, frame = _open(options)
    try:
        if announce:
            announce(listener.url)
        listener.run()
    except KeyboardInterrupt:
        pass
    finally:
        _end(frame)


def _end(frame: Frame) -> None:
    try:
        if frame.options.data_dir is not None:
            snapshot.save(frame, frame.options.data_dir)
    finally:
        _running.release()


def _open(options: Options) -> tuple[_Listener, Frame]:
    if not _running.acquire(blocking=False):
        raise AlreadyRunning("a sandbox is running in this process already; stop it or start another process")
    try:
        os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")  # read when an account is first seen
        for service in upstream.SERVICES:
            importlib.import_module(f"moto.{service}.responses")
        frame = build(options)
        if options.data_dir is not None:
            snapshot.restore(frame, options.data_dir)
        return _Listener(frame), frame
    except BaseException:
        _running.release()
        raise
