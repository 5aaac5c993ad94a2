"""A secret that goes in comes out nowhere: not of the API or the CLI, not in logs, not in the database."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.acceptance.processes import TARGET, Server, Stage, eventually, example

WRONG_SECRET = "wrong-secret-that-nobody-may-see/0123456789+"
TOKEN = "a-session-token-that-nobody-may-see/0123456789=="

KEYED = """\
apiVersion: clusterwright.dev/v1
kind: CloudAccount
metadata: {{name: {name}}}
spec:
  credentials: {{type: accessKey, accessKeyId: {key}, secretAccessKey: "{secret}"{more}}}
"""
PATHS = (
    "accounts",
    "accounts/sandbox",
    "accounts/keyed",
    "accounts/wrong",
    "profiles",
    "clusters",
    "clusters/hello",
    "clusters/hello/tasks",
    "operations",
    "events",
    "policies",
    "accounts/keyed/setup",
)
COMMANDS = (
    ("get", "accounts", "-o", "yaml"),
    ("describe", "account", "keyed"),
    ("get", "account", "wrong", "-o", "json"),
    ("account", "check", "wrong"),
    ("account", "setup", "keyed"),
    ("events", "hello"),
    ("describe", "cluster", "hello"),
)


class Witness:
    """Remembers all that the server and the commands say."""

    def __init__(self, stage: Stage, server: Server) -> None:
        self.stage, self.server = stage, server
        self.heard: list[str] = []

    def ask(self, method: str, path: str, text: str = "") -> None:
        headers = {"Content-Type": "application/yaml"}
        answer = self.server.http.request(method, path, content=text, headers=headers)
        self.heard.append(f"{method} {path}: {answer.status_code} {answer.headers} {answer.text}")

    def run(self, *command: str) -> None:
        done = self.stage.run(self.server, *command)
        self.heard.append(f"{' '.join(command)}: {done.out} {done.err}")
        assert not done.traceback

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Every file of the server but its key and its token: database, journal, logs."""
        for file in sorted(self.stage.home.rglob("*")):
            if file.is_file() and file.name not in ("secret.key", "token") and "sandbox" not in file.name:
                yield str(file.relative_to(self.stage.home)), file.read_bytes()

    def places(self, secret: str) -> list[str]:
        """Where it is found, as it is or as JSON has it."""
        forms = {secret, json.dumps(secret)[1:-1]}
        said = [text[:120] for text in self.heard if any(form in text for form in forms)]
        kept = [name for name, content in self.written() if any(form.encode() in content for form in forms)]
        return said + kept


@pytest.fixture
def witness(stage: Stage) -> Witness:
    server = stage.server()
    stage.register(server, example("quickstart"))
    return Witness(stage, server)


def document(name: str, key: str, secret: str, more: str = "") -> str:
    return KEYED.format(name=name, key=key, secret=secret, more=more)


def test_secrets_are_found_nowhere(witness: Witness, stage: Stage) -> None:
    right = stage.sandbox.key(TARGET)
    token = f', sessionToken: "{TOKEN}"'
    keyed = document("keyed", right.access_key_id, right.secret_access_key)
    wrong = document("wrong", "ASIA0000000000000000", WRONG_SECRET, token)
    cluster = example("quickstart").replace("cloudAccount: sandbox", "cloudAccount: keyed")
    misplaced = wrong.replace("secretAccessKey", "secretAccesKey")
    twice = f"{wrong}---\n{wrong}"
    for path in ("/api/v1/apply", "/api/v1/validate", "/api/v1/plan"):
        for text in (keyed, wrong, misplaced, twice, wrong.replace("kind", "knid"), cluster):
            witness.ask("POST", path, text)
    barred = cluster.replace("cloudAccount: keyed", "cloudAccount: wrong").replace("hello", "other")
    witness.ask("POST", "/api/v1/apply", barred)
    eventually(lambda: witness.server.cluster("hello"), "the cluster is known")
    witness.server.await_ready("hello")
    for path in PATHS:
        witness.ask("GET", f"/api/v1/{path}")
    for path in ("/api/openapi.json", "/metrics", "/healthz", "/api/v1/nothing"):
        witness.ask("GET", path)
    for account in ("keyed", "wrong"):
        witness.ask("POST", f"/api/v1/accounts/{account}/check")
    for command in COMMANDS:
        witness.run(*command)
    assert len(witness.heard) > 30
    shown = witness.places(right.access_key_id)  # no secret: so the witness would find one in these places
    assert any("GET /api/v1/accounts" in place for place in shown)
    assert any("clusterwright.db" in place for place in shown)
    for secret in (right.secret_access_key, WRONG_SECRET, TOKEN):
        assert witness.places(secret) == []


def test_an_external_id_is_told_with_its_account_only(witness: Witness) -> None:
    status = witness.server.get("accounts/sandbox")["status"]
    witness.server.apply(example("quickstart"))
    witness.server.await_ready("hello")
    for path in ("clusters", "clusters/hello", "clusters/hello/tasks", "operations", "events", "profiles"):
        witness.ask("GET", f"/api/v1/{path}")
    witness.ask("POST", "/api/v1/plan", example("quickstart"))
    witness.ask("GET", "/metrics")
    places = [place for place in witness.places(status["externalId"]) if "clusterwright.db" not in place]
    assert places == []
