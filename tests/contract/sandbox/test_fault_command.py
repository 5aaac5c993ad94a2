"""`clusterwright sandbox fault`: the same levers, by hand."""

from typer.testing import CliRunner

from clusterwright.cli.main import app

from .tenant import Tenant, refused


def told(tenant: Tenant, *words: str) -> str:
    done = CliRunner().invoke(app, ["sandbox", "fault", *words, "--url", tenant.url])
    assert done.exit_code == 0, (done.output, done.exception)
    return done.output


def test_a_fault_is_added_listed_and_cleared(tenant: Tenant) -> None:
    added = told(tenant, "add", "error", "--account", tenant.account, "--action", "eks:*", "--times", "1")
    number = added.split()[0]
    assert f"error action=eks:* account={tenant.account}" in added
    with refused("InternalFailure"):
        tenant.eks.list_clusters()
    listed = told(tenant, "list")
    assert f"{number} error" in listed
    assert "acted 1 times (over)" in listed
    assert "eks:ListClusters" in listed
    told(tenant, "clear", number)
    assert f"{number} error action" not in told(tenant, "list")


def test_a_sandbox_that_is_not_there_is_an_error_with_a_remedy() -> None:
    done = CliRunner().invoke(app, ["sandbox", "fault", "list", "--url", "http://127.0.0.1:1"])
    assert done.exit_code != 0
    assert "There is no sandbox at http://127.0.0.1:1" in str(done.exception)
