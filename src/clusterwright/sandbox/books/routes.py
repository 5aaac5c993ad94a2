"""`/_sandbox/calls/summary`, `/_sandbox/actions` and `/_sandbox/trail`."""

from typing import Any

from clusterwright.sandbox.books import trail
from clusterwright.sandbox.frame import Frame

Query = dict[str, str]


def summary(frame: Frame, _query: Query, _body: dict[str, Any]) -> Any:
    rows = frame.calls.summary.shown()
    return {"total": sum(row["count"] for row in rows), "dropped": frame.calls.dropped, "calls": rows}


def actions(frame: Frame, query: Query, _body: dict[str, Any]) -> Any:
    return frame.calls.summary.actions(query.get("account"), query.get("service"))


def events(frame: Frame, query: Query, _body: dict[str, Any]) -> Any:
    found = frame.calls.select(int(query.get("since", 0)), query.get("service"), query.get("action"))
    return trail.events(found)


ROUTES = {"GET calls/summary": summary, "GET actions": actions, "GET trail": events}
