"""From a WSGI request to a `Call`: who asks which service, where, for what.

Service and region come from the SigV4 scope, the account from the access key, the action from the form, from
the `X-Amz-Target` header or, for services with paths, from the method and the path.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qsl, unquote

from clusterwright.sandbox import accounts
from clusterwright.sandbox.call import Call, Params
from clusterwright.sandbox.eks import routes as eks_routes

_SCOPE = re.compile(r"Credential=([^/,&]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")


def read_body(environ: dict[str, Any]) -> bytes:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return bytes(environ["wsgi.input"].read(length)) if length else b""


def recognise(environ: dict[str, Any]) -> Call | None:
    """None for what carries no signature: that is moto's to answer (or to refuse)."""
    signed = environ.get("HTTP_AUTHORIZATION") or unquote(environ.get("QUERY_STRING", ""))
    scope = _SCOPE.search(signed)
    if scope is None:
        return None
    access_key, _, region, service = scope.groups()
    body = read_body(environ)
    action, params = _action(service, environ, body)
    return Call(
        service=service,
        action=action,
        account=accounts.account_of(access_key),
        region=region,
        access_key=access_key,
        params=params,
        body=body,
        environ=environ,
    )


def _action(service: str, environ: dict[str, Any], body: bytes) -> tuple[str, Params]:
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return target.rpartition(".")[2], _json(body)
    if service == "eks":
        return eks_routes.match(environ, _json(body))
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    form = form or dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    action = form.pop("Action", None) or f"{environ['REQUEST_METHOD']} {environ.get('PATH_INFO', '/')}"
    return action, form


def _json(body: bytes) -> dict[str, Any]:
    try:
        decoded = json.loads(body or b"{}")
    except ValueError:
        return {}
    return decoded if isinstance(decoded, dict) else {}
