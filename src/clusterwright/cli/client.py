"""The API, as functions. Its problem documents become our errors again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import httpx

from clusterwright.cli.shapes import (
    Applied,
    Cluster,
    Event,
    Object,
    Operation,
    Permissions,
    Plan,
    Policy,
    Preflight,
    Tasks,
)
from clusterwright.errors import Conflict, Error, Finding, Invalid, Missing, Unauthorized

YAML = {"Content-Type": "application/yaml"}
TIMEOUT = httpx.Timeout(60, connect=5)


class Refused(Error):
    """The server refused the request."""

    code = "refused"


class NoServer(Error):
    """The server does not answer."""

    code = "no-server"


ERRORS: dict[str, type[Error]] = {"not-found": Missing, "conflict": Conflict, "unauthorized": Unauthorized}


@dataclass(frozen=True)
class Client:
    """One server. Safe to keep open; close it with `close`."""

    server: str
    http: httpx.Client

    def close(self) -> None:
        self.http.close()

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        try:
            response = self.http.request(method, f"/api/v1/{path}", **given)
        except httpx.TransportError as error:
            raise NoServer(
                f"No server answers at {self.server}: {error or type(error).__name__}.",
                remedy="Start one with `clusterwright server`, or name another with --server or "
                "CLUSTERWRIGHT_SERVER.",
            ) from error
        if response.is_error:
            raise refusal(response)
        return response

    def apply(self, text: str) -> list[Applied]:
        return cast(list[Applied], self.send_text("apply", text))

    def validate(self, text: str) -> list[Applied]:
        return cast(list[Applied], self.send_text("validate", text))

    def plan(self, text: str) -> list[Plan]:
        return cast(list[Plan], self.send_text("plan", text))

    def preflight(self, text: str) -> list[Preflight]:
        return cast(list[Preflight], self.send_text("preflight", text))

    def send_text(self, path: str, text: str) -> object:
        return self.request("POST", path, content=text.encode(), headers=YAML).json()["items"]

    def find_all(self, collection: str, **asked: str) -> Iterator[Object]:
        """Every object of a collection, page by page."""
        page = dict(asked)
        while True:
            answer = self.request("GET", collection, params=page).json()
            yield from answer["items"]
            if not answer["continue"]:
                return
            page["continue"] = answer["continue"]

    def get(self, collection: str, name: str, version: str | None = None) -> Object:
        return cast(
            Object, self.request("GET", f"{collection}/{name}", params=optional(version=version)).json()
        )

    def delete(self, collection: str, name: str, version: str | None = None) -> None:
        self.request("DELETE", f"{collection}/{name}", params=optional(version=version))

    def cluster(self, name: str) -> Cluster:
        return cast(Cluster, self.request("GET", f"clusters/{name}").json())

    def approve(self, name: str) -> None:
        self.request("POST", f"clusters/{name}/approve")

    def tasks(self, name: str) -> Tasks:
        """The latest operation of a cluster, also after it is gone."""
        return cast(Tasks, self.request("GET", f"clusters/{name}/tasks").json())

    def kubeconfig(self, name: str) -> str:
        return self.request("GET", f"clusters/{name}/kubeconfig").text

    def setup(self, name: str, means: str) -> str:
        """How to make the role of an account."""
        return self.request("GET", f"accounts/{name}/setup", params={"means": means}).text

    def check_account(self, name: str, region: str | None) -> Permissions:
        asked = optional(region=region)
        return cast(Permissions, self.request("POST", f"accounts/{name}/check", params=asked).json())

    def policies(self) -> list[Policy]:
        return cast(list[Policy], self.request("GET", "policies").json()["items"])

    def policy(self, name: str, format_: str, features: list[str]) -> Policy:
        asked = {"format": format_, "feature": features}
        return cast(Policy, self.request("GET", f"policies/{name}", params=asked).json())

    def minimal_policies(self, text: str, format_: str) -> list[Policy]:
        return cast(list[Policy], self.send_text(f"policies/minimal?format={format_}", text))

    def operations(self, cluster: str | None = None) -> list[Operation]:
        answer = self.request("GET", "operations", params=optional(cluster=cluster)).json()
        return cast(list[Operation], answer["items"])

    def events(self, cluster: str | None, after: int | None = None, limit: int = 100) -> list[Event]:
        asked = optional(cluster=cluster, after=after, limit=limit)
        return cast(list[Event], self.request("GET", "events", params=asked).json()["items"])


def optional(**given: str | int | None) -> dict[str, str]:
    return {key: str(value) for key, value in given.items() if value is not None}


def open_client(server: str, token: str) -> Client:
    token = token.strip()
    if not (token.isascii() and token.isprintable()):
        # httpx would show it in its own error.
        raise Unauthorized("The token is not one: it holds other characters.", remedy="Copy it once more.")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    # Proxies of the environment are for the internet, not for a server on this machine.
    local = address(server).host in ("127.0.0.1", "localhost", "::1")
    return Client(
        server, httpx.Client(base_url=server, headers=headers, timeout=TIMEOUT, trust_env=not local)
    )


def address(server: str) -> httpx.URL:
    try:
        url = httpx.URL(server)
    except httpx.InvalidURL as error:
        raise NoServer(
            f"{server} is no address: {error}.", remedy="Write it like https://host:port."
        ) from error
    if url.scheme not in ("http", "https") or not url.host:
        raise NoServer(f"{server} is no address of a server.", remedy="Write it like https://host:port.")
    return url


def refusal(response: httpx.Response) -> Error:
    """The error behind a problem document."""
    try:
        problem: Mapping[str, Any] = response.json()
        detail, code, remedy = str(problem["detail"]), str(problem["code"]), str(problem["remedy"])
        findings = tuple(Finding(**finding) for finding in problem["findings"])
    except (ValueError, KeyError, TypeError):
        return Refused(
            f"{response.request.url} answered {response.status_code}, and not as Clusterwright does.",
            remedy="Check the address of the server.",
        )
    if findings:
        return Invalid(findings, detail)
    return ERRORS.get(code, Refused)(detail, remedy=remedy)
