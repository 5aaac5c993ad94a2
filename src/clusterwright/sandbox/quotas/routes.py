"""`/_sandbox/quotas`: what applies, and a value of one's own."""

from typing import Any

from clusterwright.sandbox.frame import Frame


def shown(frame: Frame, _query: dict[str, str], _body: dict[str, Any]) -> Any:
    return frame.quotas.shown()


def change(frame: Frame, _query: dict[str, str], body: dict[str, Any]) -> Any:
    where = {key: str(body[key]) for key in ("account", "region") if body.get(key)}
    frame.quotas.set(str(body["code"]), float(body["value"]), **where)
    return frame.quotas.shown()["changed"]


ROUTES = {"GET quotas": shown, "POST quotas": change}
