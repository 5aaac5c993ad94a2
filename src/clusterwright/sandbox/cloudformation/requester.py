"""CloudFormation's calls to other services: signed requests that botocore writes and reads, and that never
leave the process. So guards, IAM, quotas, faults and books see them as they see everybody's.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html (in whose name)
"""

import io
import os
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from clusterwright.sandbox.call import BY_SERVICE, Answer
from clusterwright.sandbox.cloudformation.records import Identity

AGENT = "cloudformation.amazonaws.com"
_CONFIG = Config(user_agent=AGENT, retries={"total_max_attempts": 1}, parameter_validation=True)

Ask = Callable[[dict[str, Any]], Answer]


class Requester:
    """`connect` it to whatever answers requests; a shell does not exist yet when its parts are made."""

    def __init__(self) -> None:
        self._ask: Ask | None = None
        self._session = _isolated()
        self._clients: dict[tuple[Identity, str], Any] = {}

    def connect(self, ask: Ask) -> None:
        self._ask = ask

    def client(self, identity: Identity, service: str) -> Any:
        if (identity, service) not in self._clients:
            client = self._session.create_client(
                service,
                region_name=identity.region,
                endpoint_url="http://localhost",
                aws_access_key_id=identity.access_key,
                aws_secret_access_key=identity.secret,
                aws_session_token=identity.token or None,
                config=_CONFIG,
            )
            client.meta.events.register("before-send", self._send)
            self._clients[identity, service] = client
        return self._clients[identity, service]

    def forget(self, identity: Identity) -> None:
        """Clients are large; nobody knows when the same caller comes again."""
        for key in [one for one in self._clients if one[0] == identity]:
            self._clients.pop(key).close()

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        assert self._ask is not None
        answer = self._ask(_environ(request))
        return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> list[bytes]:
        return [self.read()]


def _isolated() -> Any:
    """Nothing of this machine's own AWS configuration may play a part."""
    session = botocore.session.Session(profile=None)
    for variable in ("config_file", "credentials_file"):
        session.set_config_variable(variable, os.devnull)
    return session


def _environ(request: Any) -> dict[str, Any]:
    url = urlsplit(request.url)
    body = request.body or b""
    content = body.encode() if isinstance(body, str) else bytes(body)
    headers = {
        f"HTTP_{name.upper().replace('-', '_')}": value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    return headers | {
        BY_SERVICE: AGENT,
        "HTTP_HOST": url.netloc,
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote(url.path) or "/",
        "REQUEST_URI": f"{url.path}?{url.query}" if url.query else url.path,
        "QUERY_STRING": url.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": AGENT,
        "CONTENT_TYPE": headers.get("HTTP_CONTENT_TYPE", ""),
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": io.StringIO(),
    }
