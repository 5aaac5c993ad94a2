"""`/_sandbox/*`: the questions and the levers that AWS does not have."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from clusterwright.sandbox import accounts, snapshot
from clusterwright.sandbox.books import objects
from clusterwright.sandbox.books import routes as books
from clusterwright.sandbox.call import Answer
from clusterwright.sandbox.clock import iso
from clusterwright.sandbox.faults import routes as faults
from clusterwright.sandbox.frame import Frame
from clusterwright.sandbox.limits import routes as limits
from clusterwright.sandbox.quotas import routes as quotas
from clusterwright.sandbox.recognise import read_body
from clusterwright.sandbox.workloads import routes as workloads

Query = dict[str, str]
Route = Callable[[Frame, Query, dict[str, Any]], Any]


class Unknown(Exception):
    """There is no such question."""


def handle(frame: Frame, environ: dict[str, Any]) -> Answer:
    query = {name: values[-1] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    try:
        body = json.loads(read_body(environ) or b"{}")
        found = _route(environ, query)(frame, query, body)
        return _json(200, found)
    except Unknown as error:
        return _json(404, {"message": str(error)})
    except ValueError as error:
        return _json(400, {"message": str(error)})
    except (KeyError, TypeError) as error:
        return _json(400, {"message": f"{type(error).__name__}: {error}"})


def _route(environ: dict[str, Any], query: Query) -> Route:
    path = environ["PATH_INFO"].removeprefix("/_sandbox/").rstrip("/")
    wanted = f"{environ['REQUEST_METHOD']} {path}"
    for pattern, route in _ROUTES.items():
        match = re.fullmatch(pattern, wanted)
        if match:
            query.update(match.groupdict())
            return route
    raise Unknown(f"the sandbox knows no {wanted}; it knows {', '.join(_ROUTES)}")


def _health(frame: Frame, _query: Query, _body: dict[str, Any]) -> Any:
    return {
        "ready": True,
        "speed": frame.options.speed,
        "seed": frame.options.seed,
        "now": iso(frame.clock.now()),
    }


def _calls(frame: Frame, query: Query, _body: dict[str, Any]) -> Any:
    return frame.calls.select(int(query.get("since", 0)), query.get("service"), query.get("action"))


def _objects(frame: Frame, _query: Query, _body: dict[str, Any]) -> Any:
    return objects.everything(frame.eks, frame.cloudformation)


def _credentials(_frame: Frame, query: Query, _body: dict[str, Any]) -> Any:
    return accounts.administrator(query["account"], query.get("partition", "aws"))


def _advance(frame: Frame, _query: Query, body: dict[str, Any]) -> Any:
    frame.clock.advance(float(body["seconds"]))
    frame.timing.agenda.settle()
    return {"now": iso(frame.clock.now())}


def _cni(frame: Frame, _query: Query, body: dict[str, Any]) -> Any:
    """Somebody installed a CNI that is not an add-on; one day the Kubernetes endpoint will tell by itself."""
    frame.eks.region(body["account"], body["region"]).clusters[body["cluster"]].foreign_cni = True
    return {}


def _snapshot(frame: Frame, _query: Query, body: dict[str, Any]) -> Any:
    directory = frame.options.data_dir or body.get("directory")
    if directory is None:
        raise ValueError("the sandbox was started without --data-dir, and the request names no directory")
    return {"path": str(snapshot.save(frame, Path(directory)))}


_ROUTES: dict[str, Route] = {
    r"GET health": _health,
    r"GET calls": _calls,
    r"GET objects": _objects,
    r"GET accounts/(?P<account>\d{12})/credentials": _credentials,
    r"POST clock/advance": _advance,
    r"POST cni": _cni,
    r"POST snapshot": _snapshot,
    **books.ROUTES,
    **faults.ROUTES,
    **limits.ROUTES,
    **quotas.ROUTES,
    **workloads.ROUTES,
}


def _json(status: int, found: Any) -> Answer:
    return Answer(status, (("Content-Type", "application/json"),), json.dumps(found, default=str).encode())
