"""moto, as the innermost handler: a call goes in as WSGI, an answer comes out as data."""

import importlib
import io
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from moto import backends
from moto.core import responses
from moto.core.request import normalize_request
from moto.core.utils import method_names_from_class
from moto.moto_server.werkzeug_app import (
    BackendRequest,
    DomainDispatcherApplication,
    create_backend_app,
)

from clusterwright.sandbox import serializing
from clusterwright.sandbox.call import Answer, AwsError, Call

# The services that a cluster's life needs, imported before the first request so that none of them is slow.
SERVICES = ("ec2", "iam", "sts", "autoscaling", "elb", "elbv2", "kms", "logs", "ssm")

# They have one path only, and are asked most.
_DIRECT = {
    "ec2": ("moto.ec2.responses", "EC2Response"),
    "iam": ("moto.iam.responses", "IamResponse"),
    "sts": ("moto.sts.responses", "TokenResponse"),
}

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
_MODULES = backends.list_of_moto_modules
_METHODS = cache(method_names_from_class)
_TITLE = re.compile(rb"<title>(.*?)</title>", re.DOTALL)


@cache
def _modules() -> tuple[str, ...]:
    return tuple(_MODULES())


def new_app() -> Wsgi:
    """moto lists its folders and inspects its response classes anew for each request: half of its time."""
    vars(backends)["list_of_moto_modules"] = _modules
    vars(responses)["method_names_from_class"] = _METHODS
    serializing.install()
    app: Wsgi = DomainDispatcherApplication(create_backend_app)
    return app


def handle(app: Wsgi, call: Call) -> Answer:
    environ = {**call.environ, "wsgi.input": io.BytesIO(call.body), "HTTP_X_MOTO_ACCOUNT_ID": call.account}
    try:
        direct = _DIRECT.get(call.service) if environ.get("PATH_INFO") == "/" else None
        answer = _ask(_responses(*direct), environ) if direct else run(app, environ)
    except NotImplementedError as error:
        raise AwsError("InvalidAction", f"the sandbox has no {call.name} ({error})") from None
    if answer.status >= 400 and _is_html(answer):
        raise _explain(call, answer)
    return answer


@cache
def _responses(module: str, name: str) -> Any:
    return getattr(importlib.import_module(module), name)


def _ask(responses_class: Any, environ: dict[str, Any]) -> Answer:
    """What moto's Flask application would do with the one route of such a service, without Flask, which costs
    more than most answers."""
    request = normalize_request(BackendRequest(environ))
    status, headers, content = responses_class.dispatch(request, request.raw_url, dict(request.headers))
    body = content.encode() if isinstance(content, str) else content
    known = {str(key).lower() for key in headers}
    plain = () if "content-type" in known else (("Content-Type", "text/html; charset=utf-8"),)
    return Answer(int(status), (*((str(key), str(value)) for key, value in headers.items()), *plain), body)


def run(app: Wsgi, environ: dict[str, Any]) -> Answer:
    begun: list[tuple[int, tuple[tuple[str, str], ...]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], _info: Any = None) -> None:
        begun.append((int(status.split(" ", 1)[0]), tuple(headers)))

    parts = app(environ, start_response)
    try:
        body = b"".join(parts)
    finally:
        close = getattr(parts, "close", None)
        if close is not None:
            close()
    status, headers = begun[-1]
    return Answer(status, headers, body)


def _is_html(answer: Answer) -> bool:
    kind = next((value for name, value in answer.headers if name.lower() == "content-type"), "")
    return kind.startswith("text/html") and answer.body.lstrip()[:9].lower() == b"<!doctype"


def _explain(call: Call, answer: Answer) -> AwsError:
    """moto answers what it does not have with a web page, which no client can read."""
    title = _TITLE.search(answer.body)
    reason = title.group(1).decode("utf-8", "replace").strip() if title else f"HTTP {answer.status}"
    if answer.status in (404, 405, 501):
        return AwsError("InvalidAction", f"the sandbox has no {call.name} ({reason})")
    return AwsError("InternalFailure", f"the sandbox failed in {call.name}: {reason}", 500)
