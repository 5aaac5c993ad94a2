"""One request to a cluster and its answer; refusals as the `Status` objects that clients read.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from clusterwright.sandbox.kube.wire import Wire

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is what stands behind the cluster's own prefix; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name, [default])[-1]

    def number(self, name: str) -> int:
        """0 where it is not given."""
        given = self.one(name) or "0"
        if not given.isdigit():
            raise bad_request(f'{name}: Invalid value: "{given}": must be a whole number')
        return int(given)

    def flag(self, name: str) -> bool:
        return self.one(name).lower() in ("true", "1")

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def accept(self) -> str:
        return self.headers.get("accept", "")

    @property
    def takes_json(self) -> bool:
        """Whoever says nothing takes everything."""
        wanted = (one.partition(";")[0].strip() for one in self.accept.split(","))
        return not self.accept or any(one in (JSON, "*/*", "application/*") for one in wanted)

    @property
    def is_dry_run(self) -> bool:
        """https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run"""
        asked = set(self.query.get("dryRun", [])) - {""}
        if asked - {"All"}:
            raise bad_request('dryRun: Unsupported value: supported values: "All"')
        return bool(asked)

    @property
    def manager(self) -> str:
        """Who the changed fields belong to: as named, else the program's name."""
        agent = self.headers.get("user-agent", "unknown").partition("/")[0]
        return self.one("fieldManager") or agent


@dataclass(frozen=True, slots=True)
class Reply:
    """A body, or (for a watch) lines that come when something happens."""

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    lines: Iterator[bytes] | None = None


def reply(wire: Wire, status: int = 200, content_type: str = JSON) -> Reply:
    return Reply(status, json.dumps(wire, separators=(",", ":")).encode(), content_type)


def text(words: str) -> Reply:
    return Reply(200, words.encode(), "text/plain; charset=utf-8")


class Refusal(Exception):
    def __init__(self, code: int, reason: str, message: str, details: Wire | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.details = details or {}

    def status(self) -> Wire:
        found: dict[str, Any] = {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
            "code": self.code,
        }
        return {**found, "details": self.details} if self.details else found


def no_such_path() -> Refusal:
    return Refusal(404, "NotFound", "the server could not find the requested resource")


def unauthorized() -> Refusal:
    return Refusal(401, "Unauthorized", "Unauthorized")


def bad_request(message: str) -> Refusal:
    return Refusal(400, "BadRequest", message)


def not_acceptable() -> Refusal:
    known = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
    return Refusal(406, "NotAcceptable", f"only the following media types are accepted: {known}")


def unsupported(message: str) -> Refusal:
    return Refusal(415, "UnsupportedMediaType", message)
