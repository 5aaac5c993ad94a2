"""`/_sandbox/faults`: listed, added, removed."""

from typing import Any

from clusterwright.sandbox.frame import Frame


def shown(frame: Frame, _query: dict[str, str], _body: dict[str, Any]) -> Any:
    return frame.faults.shown()


def add(frame: Frame, _query: dict[str, str], body: dict[str, Any]) -> Any:
    return frame.faults.add(body)


def remove(frame: Frame, query: dict[str, str], _body: dict[str, Any]) -> Any:
    frame.faults.remove(query["id"])
    return frame.faults.shown()


def clear(frame: Frame, _query: dict[str, str], _body: dict[str, Any]) -> Any:
    frame.faults.clear()
    return frame.faults.shown()


ROUTES = {
    "GET faults": shown,
    "POST faults": add,
    "DELETE faults": clear,
    r"DELETE faults/(?P<id>\w+)": remove,
}
