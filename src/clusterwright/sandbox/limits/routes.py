"""`/_sandbox/limits`: throttling on and off, and other rates."""

from typing import Any

from clusterwright.sandbox.frame import Frame


def shown(frame: Frame, _query: dict[str, str], _body: dict[str, Any]) -> Any:
    return frame.limits.shown()


def change(frame: Frame, _query: dict[str, str], body: dict[str, Any]) -> Any:
    if body.get("reset"):
        frame.limits.reset()
    if "on" in body:
        frame.limits.on = bool(body["on"])
    if "action" in body:
        frame.limits.change(str(body["action"]), float(body["burst"]), float(body["perSecond"]))
    return frame.limits.shown()


ROUTES = {"GET limits": shown, "POST limits": change}
