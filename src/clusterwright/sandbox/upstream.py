"""moto, as the innermost handler: a call goes in as WSGI, an answer comes out as data."""

import io
import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from moto import backends
from moto.core import responses
from moto.core.utils import method_names_from_class
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from clusterwright.sandbox.call import Answer, AwsError, Call

# The services that a cluster's life needs, imported before the first request so that none of them is slow.
SERVICES = ("ec2", "iam", "sts", "autoscaling", "elb", "elbv2", "kms", "logs", "ssm")

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
    app: Wsgi = DomainDispatcherApplication(create_backend_app)
    return app


def handle(app: Wsgi, call: Call) -> Answer:
    environ = {**call.environ, "wsgi.input": io.BytesIO(call.body), "HTTP_X_MOTO_ACCOUNT_ID": call.account}
    try:
        answer = run(app, environ)
    except NotImplementedError as error:
        raise AwsError("InvalidAction", f"the sandbox has no {call.name} ({error})") from None
    if answer.status >= 400 and _is_html(answer):
        raise _explain(call, answer)
    return answer


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
