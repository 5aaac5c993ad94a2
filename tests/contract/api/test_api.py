"""What the API promises: who may call, what errors look like, pages, versions, streams."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import yaml
from sqlalchemy.exc import OperationalError

from clusterwright.errors import Unreachable
from clusterwright.service import clusters
from clusterwright.store import clusters as stored
from tests.contract.api.serving import Served
from tests.unit.service.fakes import QUICKSTART

YAML = {"Content-Type": "application/yaml"}


@pytest.fixture
def hello(served: Served) -> Served:
    assert served.http.post("/api/v1/apply", content=QUICKSTART, headers=YAML).status_code == 200
    return served


def problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["status"], body["code"]) == (status, status, code)
    assert set(body) == {"type", "title", "status", "detail", "code", "remedy", "findings"}
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic dDp0"}])
@pytest.mark.parametrize("path", ["clusters", "clusters/x/watch", "accounts", "operations", "events"])
def test_nobody_gets_in_without_the_token(served: Served, path: str, headers: dict[str, str]) -> None:
    response = httpx.get(f"{served.url}/api/v1/{path}", headers=headers, trust_env=False)
    assert "clusterwright login" in problem(response, 401, "unauthorized")["remedy"]
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/api/openapi.json", "/api/docs"])
def test_some_addresses_are_open(served: Served, path: str) -> None:
    assert httpx.get(served.url + path, trust_env=False).status_code == 200


def test_metrics_count_clusters_by_phase(hello: Served) -> None:
    assert 'clusterwright_clusters{phase="Pending"} 1.0' in hello.http.get("/metrics").text


def test_an_unknown_address_is_a_problem_too(served: Served) -> None:
    problem(served.http.get("/api/v1/nothing"), 404, "not-found")
    problem(served.http.patch("/api/v1/clusters/x"), 405, "method-not-allowed")


def test_a_missing_object_says_how_to_list_them(served: Served) -> None:
    response = served.http.get("/api/v1/clusters/nobody")
    assert "get clusters" in problem(response, 404, "not-found")["remedy"]


def test_every_finding_of_a_document_is_listed(served: Served) -> None:
    text = QUICKSTART.replace("max: 3", "max: 0").replace("region:", "regoin:")
    body = problem(served.http.post("/api/v1/apply", content=text, headers=YAML), 422, "invalid")
    found = {finding["path"]: finding for finding in body["findings"]}
    assert {"spec.regoin", "spec.region"} <= set(found)
    assert len(found) >= 3
    assert all(finding["line"] and finding["remedy"] for finding in body["findings"])
    assert served.http.get("/api/v1/accounts").json()["items"] == []


def test_a_body_that_is_no_document_is_refused(served: Served) -> None:
    problem(served.http.put("/api/v1/clusters/x", content="{"), 422, "invalid")
    problem(served.http.put("/api/v1/clusters/x", json=[]), 422, "invalid")
    problem(served.http.post("/api/v1/apply", content=b"\xff", headers=YAML), 422, "invalid")
    problem(served.http.get("/api/v1/clusters?limit=0"), 422, "invalid")


def test_a_large_body_is_refused(served: Served) -> None:
    problem(served.http.post("/api/v1/apply", content=b"#" * 1_100_000, headers=YAML), 413, "too-large")


def test_a_defect_is_not_shown(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(clusters, "get", broken)
    response = served.http.get("/api/v1/clusters/x")
    problem(response, 500, "defect")
    assert "secret detail" not in response.text


def test_a_database_that_is_away_is_a_503(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    monkeypatch.setattr(clusters, "get", away)
    problem(served.http.get("/api/v1/clusters/x"), 503, "database")


def test_what_aws_does_is_not_our_error(served: Served) -> None:
    served.stage.aws.down = Unreachable("no answer")
    problem(served.http.post("/api/v1/plan", content=QUICKSTART, headers=YAML), 504, "aws-unreachable")


def test_put_creates_then_changes(hello: Served) -> None:
    document = list(yaml.safe_load_all(QUICKSTART))[2]
    document["metadata"]["name"] = "second"
    made = hello.http.put("/api/v1/clusters/second", json=document)
    assert (made.status_code, made.json()["action"]) == (201, "created")
    assert made.json()["operation"]["verb"] == "create"
    seen = hello.http.get("/api/v1/clusters/second").json()
    seen["spec"]["tags"] = {"team": "a"}
    changed = hello.http.put("/api/v1/clusters/second", json=seen)
    assert (changed.status_code, changed.json()["action"]) == (200, "configured")
    problem(hello.http.put("/api/v1/clusters/second", json=seen), 409, "conflict")


def test_a_list_comes_in_pages(hello: Served) -> None:
    document = list(yaml.safe_load_all(QUICKSTART))[2]
    for name in ("a", "b", "c"):
        document["metadata"]["name"] = name
        assert hello.http.put(f"/api/v1/clusters/{name}", json=document).status_code == 201
    first = hello.http.get("/api/v1/clusters", params={"limit": 3, "sort": "name"}).json()
    assert [item["metadata"]["name"] for item in first["items"]] == ["a", "b", "c"]
    rest = hello.http.get("/api/v1/clusters", params={"limit": 3, "continue": first["continue"]}).json()
    assert [item["metadata"]["name"] for item in rest["items"]] == ["hello"]
    assert rest["continue"] is None


def test_objects_can_be_deleted_when_nobody_uses_them(hello: Served) -> None:
    problem(hello.http.delete("/api/v1/accounts/sandbox"), 409, "conflict")
    assert hello.http.delete("/api/v1/clusters/hello").status_code == 202
    view = hello.http.get("/api/v1/clusters/hello").json()
    assert view["status"]["operation"]["verb"] == "delete"


def test_a_watcher_sees_changes_and_the_end(hello: Served) -> None:
    with hello.http.stream("GET", "/api/v1/clusters/hello/watch") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        lines = response.iter_lines()
        assert next_type(lines) == "status"
        hello.http.post("/api/v1/clusters/hello/approve")
        assert next_type(lines) == "event"
        remove(hello)
        assert next_type(lines) == "end"


def test_a_watcher_resumes_after_the_last_event(hello: Served) -> None:
    hello.http.post("/api/v1/clusters/hello/approve")
    remove(hello)
    with hello.http.stream("GET", "/api/v1/clusters/hello/watch", headers={"Last-Event-ID": "1"}) as response:
        text = "".join(response.iter_text())
    assert [line for line in text.splitlines() if line.startswith("event:")] == ["event: event", "event: end"]
    assert "id: 2" in text


def remove(hello: Served) -> None:
    with hello.stage.core.change() as connection:
        stored.remove(connection, stored.get(connection, "hello").uid)


def next_type(lines: Any) -> str:
    return str(next(line for line in lines if line.startswith("event:")).removeprefix("event: "))
