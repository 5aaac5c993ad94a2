"""The commands, as people use them."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
import typer

from clusterwright.cli import main
from clusterwright.cli.main import app
from clusterwright.store import clusters
from clusterwright.store.status import Condition, Phase, Status
from tests.contract.cli.conftest import Terminal
from tests.unit.service.fakes import QUICKSTART

WRONG = QUICKSTART.replace("max: 3", "max: 0").replace("availabilityZones: 2", "availabilityZones: 9")


@pytest.fixture
def hello(terminal: Terminal) -> Terminal:
    assert terminal.run("apply", "-f", terminal.file(QUICKSTART)).exit_code == 0
    return terminal


def test_apply_tells_what_became_of_each_document(terminal: Terminal) -> None:
    result = terminal.run("apply", "-f", "-", text=QUICKSTART)
    assert result.stdout == "account/sandbox created\nprofile/eks-standard created\ncluster/hello created\n"
    again = terminal.run("apply", "-f", terminal.file(QUICKSTART))
    assert again.stdout.count("unchanged") == 3


def test_a_wrong_document_is_refused_with_file_line_and_remedy(terminal: Terminal) -> None:
    file = terminal.file(WRONG)
    for command in ("apply", "validate"):
        result = terminal.run(command, "-f", file)
        assert result.exit_code == 1
        line = 1 + next(n for n, text in enumerate(WRONG.splitlines()) if "availabilityZones: 9" in text)
        assert f"{file}:{line}: spec.placement.dynamic.availabilityZones: 9 zones" in result.stderr
        assert "spec.nodePools[0].size" in result.stderr
    assert terminal.run("get", "clusters", "-o", "name").stdout == ""


def test_diff_exits_with_1_for_changes_and_2_for_trouble(terminal: Terminal) -> None:
    result = terminal.run("diff", "-f", terminal.file(QUICKSTART))
    assert result.exit_code == 1
    assert "create eks_cluster/control-plane" in result.stdout
    assert terminal.run("diff", "-f", terminal.file(WRONG)).exit_code == 2
    assert terminal.run("diff", "-f", "nothing.yaml").exit_code == 2
    accounts_only = QUICKSTART.split("\n---\n")[0]
    assert terminal.run("diff", "-f", terminal.file(accounts_only)).exit_code == 0


def test_get_shows_tables_names_and_documents(hello: Terminal) -> None:
    table = hello.run("get", "clusters", "-o", "wide").stdout.splitlines()
    assert table[0].split()[:2] == ["NAME", "PHASE"]
    assert table[1].split()[:2] == ["hello", "Pending"]
    assert hello.run("get", "cl/hello", "-o", "name").stdout == "cluster/hello\n"
    assert json.loads(hello.run("get", "profiles", "-o", "json").stdout)["items"][0]["spec"]["version"]
    assert "1.0.0" in hello.run("get", "profile", "eks-standard@1.0.0").stdout
    assert "create" in hello.run("get", "operations").stdout
    assert "There are no clusters" in hello.run("get", "clusters", "-l", "env=prod").stderr


def test_what_get_prints_is_applied_unchanged(hello: Terminal) -> None:
    text = "---\n".join(
        hello.run("get", kind, "-o", "yaml").stdout for kind in ("accounts", "profiles", "clusters")
    )
    assert hello.run("apply", "-f", "-", text=text).stdout.count("unchanged") == 3


def test_describe_adds_events(hello: Terminal) -> None:
    text = hello.run("describe", "cluster", "hello").stdout
    assert "create of cluster hello was asked for" in text
    assert "Requested" in hello.run("events", "hello").stdout


def test_delete_does_not_guess_in_a_pipe(hello: Terminal) -> None:
    result = hello.run("delete", "cluster", "hello")
    assert result.exit_code == 1
    assert "--yes" in str(result.exception) + result.stderr
    assert hello.run("delete", "cluster", "hello", "--yes").stdout == "cluster/hello is being deleted\n"


def test_delete_by_file_leaves_what_is_in_use(hello: Terminal) -> None:
    result = hello.run("delete", "-f", hello.file(QUICKSTART), "--yes")
    assert result.exit_code == 0
    assert "account/sandbox stays" in result.stderr


def test_wait_ends_when_a_cluster_is_ready_or_the_time_is_over(hello: Terminal) -> None:
    late = hello.run("wait", "cluster/hello", "--timeout", "0s")
    assert late.exit_code == 1
    assert "not ready yet" in str(late.exception)
    with hello.served.stage.core.change() as connection:
        row = clusters.get(connection, "hello")
        ready = Condition(type="Ready", status=True, reason="AsWanted", since=1.0)
        status = Status(phase=Phase.DEGRADED, conditions=(ready,))  # as when a permission is missing
        clusters.finish(connection, row.uid, status, observed=1, look_at=0.0)
    assert hello.run("wait", "cluster/hello", "--timeout", "20s").stdout == "cluster/hello is ready\n"
    followed = hello.run("cluster", "watch", "hello")
    assert "create of cluster hello was asked for" in followed.stdout
    assert "cluster/hello is ready" in followed.stdout


def test_the_small_commands(hello: Terminal, tmp_path: Path) -> None:
    assert hello.run("cluster", "approve", "hello").exit_code == 0
    assert "STATE" in hello.run("cluster", "tasks", "hello").stdout
    assert "has no endpoint yet" in str(hello.run("cluster", "kubeconfig", "hello").exception)
    policy = json.loads(hello.run("account", "trust-policy", "sandbox").stdout)
    assert policy["Statement"][0]["Action"] == "sts:AssumeRole"
    assert hello.run("version").stdout.strip()


def test_login_remembers_server_and_token(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    assert terminal.run("login").exit_code == 0
    monkeypatch.delenv("CLUSTERWRIGHT_TOKEN")
    monkeypatch.delenv("CLUSTERWRIGHT_SERVER")
    assert terminal.run("get", "clusters").exit_code == 0
    (file,) = (terminal.directory / "xdg_config_home").rglob("login.json")
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_server_is_not_exposed_by_accident(terminal: Terminal) -> None:
    result = terminal.run("server", "--host", "0.0.0.0")
    assert result.exit_code == 1
    assert "--insecure-listen" in str(result.exception)


def test_wrong_usage_exits_with_2(terminal: Terminal) -> None:
    for words in (["get", "pods"], ["delete"], ["wait", "account/x"], ["apply"], ["nonsense"]):
        assert terminal.run(*words).exit_code == 2


def test_no_traceback_reaches_people(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["clusterwright", "--server", "http://127.0.0.1:9", "get", "clusters"])
    with pytest.raises(SystemExit) as ended:
        main.run()
    told = capsys.readouterr().err
    assert (ended.value.code, told.startswith("error: No server answers")) == (1, True)
    assert "clusterwright server" in told
    assert "Traceback" not in told


def test_every_command_has_an_example() -> None:
    command = typer.main.get_command(app)
    groups = [command, *(one for one in vars(command)["commands"].values() if "commands" in vars(one))]
    leaves = [
        one for group in groups for one in vars(group)["commands"].values() if "commands" not in vars(one)
    ]
    assert len(leaves) >= 15
    assert [one.name for one in leaves if "Example:" not in (one.help or "")] == []


def test_help_imports_nothing_heavy() -> None:
    import subprocess

    code = "import sys, clusterwright.cli.main; print(*sys.modules)"
    environment = {**os.environ}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    loaded = set(done.stdout.split())
    heavy = {"httpx", "pydantic", "sqlalchemy", "fastapi", "boto3", "yaml", "rich.console", "rich.live"}
    assert loaded & heavy == set()
