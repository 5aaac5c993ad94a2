"""TLS and HTTP/1.1 on a loopback port, with answers that may never end.

waitress buffers, has no TLS and a fixed number of threads, each of which a watch would hold; asyncio would
put one synchronous world behind a loop for nothing. So this is the standard library's server with one thread
for each connection: handshakes and watches hold up nobody, and a few hundred sleeping threads cost little.
"""

import contextlib
import http.server
import logging
import select
import socket
import socketserver
import ssl
import threading
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

from clusterwright.sandbox.kube.exchange import Reply, Request
from clusterwright.sandbox.kube.front import Kube
from clusterwright.sandbox.kube.watching import Alone

_log = logging.getLogger(__name__)

_IDLE = 120.0
_POLL = 0.1
_PATIENCE = 2.0
_MOST_BYTES = 64 << 20


class KubeListener:
    def __init__(self, kube: Kube, host: str, port: int, alone: Alone) -> None:
        self._server = _Server((host, port), kube, alone)
        name = f"[{host}]" if ":" in host else host
        kube.opened(f"https://{name}:{self._server.server_address[1]}")
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL,), name="sandbox-kubernetes", daemon=True
        )

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()
        self._server.hang_up()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    block_on_close = False

    def __init__(self, address: tuple[str, int], kube: Kube, alone: Alone) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Connection)
        self.kube = kube
        self.alone = alone
        self._context = kube.endpoints.context(address[0])
        self._open: set[socket.socket] = set()

    def get_request(self) -> tuple[Any, Any]:
        """The handshake comes with the first read, in the connection's own thread."""
        plain, address = super().get_request()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        secured = self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self._open.add(secured)
        return secured, address

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """And wait a moment: what a watch does last it should still do in this world."""
        for one in list(self._open):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        patience = time.monotonic() + _PATIENCE
        while self._open and time.monotonic() < patience:
            time.sleep(_POLL / 10)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that go away, or that do not trust the certificate."""
        _log.debug("a connection from %s broke", client_address, exc_info=True)


class _Connection(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE
    server: _Server

    def _serve(self) -> None:
        request = self._request()
        if request is None:
            self.send_error(413)
            return
        with self.server.alone():
            reply = self.server.kube.answer(request, self.server.alone)
        if reply.lines is None:
            self._send(reply)
        else:
            self._stream(reply)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _request(self) -> Request | None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST_BYTES:
            return None
        url = urlsplit(self.path)
        return Request(
            method=self.command,
            path=url.path,
            query=parse_qs(url.query, keep_blank_values=True),
            headers=self._heads(),
            body=self.rfile.read(length) if length else b"",
        )

    def _heads(self) -> dict[str, str]:
        """A name that comes again adds to what it said: https://www.rfc-editor.org/rfc/rfc9110#section-5.3"""
        found: dict[str, str] = {}
        for name, value in self.headers.items():
            lower = name.lower()
            found[lower] = f"{found[lower]}, {value}" if lower in found else value
        return found

    def _send(self, reply: Reply) -> None:
        """Head and body in one piece, so that neither waits for the other's acknowledgement."""
        self._begin(reply, ("Content-Length", str(len(reply.body))))
        self.wfile.write(self._head() + reply.body)

    def _begin(self, reply: Reply, framing: tuple[str, str]) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Cache-Control", "no-cache, private")
        self.send_header(*framing)

    def _head(self) -> bytes:
        lines: list[bytes] = vars(self)["_headers_buffer"]
        head = b"".join(lines) + b"\r\n"
        lines.clear()
        return head

    def _stream(self, reply: Reply) -> None:
        lines = reply.lines or iter(())
        self._begin(reply, ("Transfer-Encoding", "chunked"))
        try:
            self.wfile.write(self._head())
            for line in lines:
                if line:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                elif self._is_gone():
                    break
            self.wfile.write(b"0\r\n\r\n")
        except OSError:
            self.close_connection = True
        finally:
            close = getattr(lines, "close", None)
            if close is not None:
                close()

    def _is_gone(self) -> bool:
        """While a client watches it says nothing; what can be read then is its end."""
        if not select.select([self.connection], [], [], 0)[0]:
            return False
        self.close_connection = True
        try:
            return not self.connection.recv(1)
        except (ssl.SSLError, OSError):
            return True

    def log_message(self, format: str, *args: Any) -> None:
        _log.debug(format, *args)
