"""Which EKS operation a request is: method and path against botocore's own description of the service."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs, unquote

from botocore.loaders import Loader

_LABEL = re.compile(r"\\\{(\w+)\\\}")


@dataclass(frozen=True, slots=True)
class Route:
    action: str
    method: str
    path: re.Pattern[str]
    labels: dict[str, str]
    query: dict[str, tuple[str, str]]


def match(environ: dict[str, Any], body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The operation and all its parameters by member name, wherever in the request they stood.

    The path is matched as it was sent: ARNs in it carry encoded slashes, which the decoded path has lost.
    """
    method = environ["REQUEST_METHOD"]
    path = environ.get("REQUEST_URI", environ.get("PATH_INFO", "/")).partition("?")[0]
    for route in _routes():
        found = route.path.fullmatch(path) if route.method == method else None
        if found:
            labels = {route.labels[name]: unquote(value) for name, value in found.groupdict().items()}
            return route.action, {**body, **_query(route, environ), **labels}
    return f"{method} {path}", dict(body)


def _query(route: Route, environ: dict[str, Any]) -> dict[str, Any]:
    sent = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    found: dict[str, Any] = {}
    for location, (member, kind) in route.query.items():
        if location in sent:
            found[member] = _typed(sent[location], kind)
    return found


def _typed(values: list[str], kind: str) -> Any:
    if kind == "list":
        return values
    if kind == "boolean":
        return values[-1] == "true"
    return int(values[-1]) if kind == "integer" and values[-1].isdecimal() else values[-1]


@cache
def _routes() -> tuple[Route, ...]:
    model = Loader().load_service_model("eks", "service-2")
    return tuple(_route(name, operation, model["shapes"]) for name, operation in model["operations"].items())


def _route(name: str, operation: dict[str, Any], shapes: dict[str, Any]) -> Route:
    members = shapes[operation["input"]["shape"]]["members"]
    labels: dict[str, str] = {}
    query: dict[str, tuple[str, str]] = {}
    for member, spec in members.items():
        location = spec.get("locationName", member)
        if spec.get("location") == "uri":
            labels[location] = member
        elif spec.get("location") == "querystring":
            query[location] = (member, shapes[spec["shape"]]["type"])
    pattern = _LABEL.sub(r"(?P<\1>[^/]+)", re.escape(operation["http"]["requestUri"]))
    return Route(name, operation["http"]["method"], re.compile(pattern + "/?"), labels, query)
