"""Verbs on clusters that exist, and what people see of them."""

from __future__ import annotations

import pytest
import yaml

from clusterwright.errors import Conflict, Invalid, Missing, Unreachable
from clusterwright.service import accounts, clusters, documents, events, operations, planning, profiles
from clusterwright.service.kubeconfig import kubeconfig
from clusterwright.service.listing import Query, query
from clusterwright.store import clusters as stored
from clusterwright.store import operations as stored_operations
from clusterwright.store.status import Phase, Status, Task, TaskState
from tests.unit.service.fakes import QUICKSTART, Stage


@pytest.fixture
def hello(on: Stage) -> Stage:
    documents.apply(on.core, documents.read_text(on.core, QUICKSTART))
    return on


def add(on: Stage, name: str, labels: str = "{}") -> None:
    cluster = QUICKSTART.split("\n---\n")[2]
    text = cluster.replace("name: hello", f"name: {name}\n  labels: {labels}", 1)
    documents.apply(on.core, documents.read_text(on.core, text))


def test_deleting_twice_is_one_operation(hello: Stage) -> None:
    clusters.delete(hello.core, "hello")
    clusters.delete(hello.core, "hello")
    verbs = [operation.verb for operation in operations.find_all(hello.core, "hello", 10).items]
    assert sorted(verbs) == ["create", "delete"]


def test_a_cluster_that_is_being_deleted_takes_no_changes(hello: Stage) -> None:
    clusters.delete(hello.core, "hello")
    text = QUICKSTART.replace("max: 3", "max: 4")
    with pytest.raises(Conflict, match="being deleted"):
        documents.apply(hello.core, documents.read_text(hello.core, text))


def test_a_protected_cluster_is_not_deleted(hello: Stage) -> None:
    text = QUICKSTART.replace(
        "  region: us-east-1\n", "  region: us-east-1\n  controlPlane: {deletionProtection: true}\n"
    )
    documents.apply(hello.core, documents.read_text(hello.core, text))
    with pytest.raises(Conflict) as caught:
        clusters.delete(hello.core, "hello")
    assert "deletionProtection" in caught.value.remedy


def test_what_a_cluster_uses_is_not_deleted(hello: Stage) -> None:
    with pytest.raises(Conflict, match="used by hello"):
        accounts.delete(hello.core, "sandbox")
    with pytest.raises(Conflict, match="used by hello"):
        profiles.delete(hello.core, "eks-standard", "1.0.0")


def test_approval_is_for_the_present_generation_and_wakes(hello: Stage) -> None:
    clusters.approve(hello.core, "hello")
    with hello.core.look() as connection:
        assert stored.get(connection, "hello").approved == 1
    assert len(hello.engine.woken) == 2


def test_pages_follow_each_other(hello: Stage) -> None:
    for name, labels in (("alpha", "{env: prod}"), ("beta", "{env: prod}"), ("gamma", "{env: dev}")):
        add(hello, name, labels)
    first = clusters.find_all(hello.core, Query(limit=2))
    assert [item.metadata.name for item in first.items] == ["alpha", "beta"]
    second = clusters.find_all(hello.core, query(2, first.following, None, None))
    assert [item.metadata.name for item in second.items] == ["gamma", "hello"]
    assert second.following is None
    prod = clusters.find_all(hello.core, query(1, None, None, "env=prod"))
    assert [item.metadata.name for item in prod.items] == ["alpha"]
    more = clusters.find_all(hello.core, query(1, prod.following, None, "env=prod"))
    assert [item.metadata.name for item in more.items] == ["beta"]
    found = clusters.find_all(hello.core, query(9, None, "amm", None))
    assert [item.metadata.name for item in found.items] == ["gamma"]


@pytest.mark.parametrize(("after", "selector"), [("%%%", None), (None, "env"), (None, "env!=prod")])
def test_a_wrong_query_is_refused(after: str | None, selector: str | None) -> None:
    with pytest.raises(Invalid):
        query(1, after, None, selector)


def test_a_plan_of_a_new_cluster_stores_nothing(on: Stage) -> None:
    (plan,) = planning.of_text(on.core, QUICKSTART)
    assert not plan.empty
    assert "create eks_cluster/control-plane" in plan.text
    assert clusters.find_all(on.core, Query()).items == ()


def test_a_plan_needs_the_account(on: Stage) -> None:
    on.aws.down = Unreachable("no answer")
    with pytest.raises(Unreachable):
        planning.of_text(on.core, QUICKSTART)


def test_a_plan_of_a_cluster_that_is_being_deleted_makes_nothing(hello: Stage) -> None:
    clusters.delete(hello.core, "hello")
    assert planning.of_cluster(hello.core, "hello").empty


def test_the_trust_policy_names_the_server_and_the_external_id(hello: Stage) -> None:
    status = accounts.get(hello.core, "sandbox").status
    assert status.trust_policy
    (statement,) = status.trust_policy["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::444455556666:root"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": status.external_id}}


def test_without_an_own_account_the_status_says_so(hello: Stage) -> None:
    hello.aws.down = Unreachable("no answer")
    status = accounts.get(hello.core, "sandbox").status
    assert status.trust_policy is None
    assert "no answer" in status.message


def test_a_kubeconfig_needs_an_endpoint(hello: Stage) -> None:
    with pytest.raises(Conflict) as caught:
        kubeconfig(hello.core, "hello")
    assert "clusterwright wait" in caught.value.remedy


def test_a_kubeconfig_asks_the_aws_cli_for_tokens(hello: Stage) -> None:
    outputs = {"endpoint": "https://example", "certificate": "Q0E="}
    settle(hello, Status(phase=Phase.RUNNING, outputs=outputs))
    config = yaml.safe_load(kubeconfig(hello.core, "hello"))
    assert config["clusters"][0]["cluster"]["server"] == "https://example"
    arguments = config["users"][0]["user"]["exec"]["args"]
    assert arguments == ["eks", "get-token", "--cluster-name", "hello", "--region", "us-east-1"]


def test_a_running_task_tells_how_long_it_runs_in_aws_seconds(hello: Stage) -> None:
    began = hello.clock.time
    work(
        hello,
        Task(key="+vpc/vpc", verb="create", resource="vpc/vpc", state=TaskState.RUNNING, started_at=began),
    )
    hello.clock.time += 2
    hello.clock.speed = 60
    (task,) = operations.of_cluster(hello.core, "hello").tasks
    assert task.elapsed_seconds == 120


def test_a_watcher_is_told_what_changed_and_nothing_twice(hello: Stage) -> None:
    first = events.look(hello.core, "hello", None)
    assert [news.type for news in events.news(None, first, hello.clock)] == ["status"]
    same = events.look(hello.core, "hello", first.seq)
    assert list(events.news(first, same, hello.clock)) == []
    work(hello, Task(key="+vpc/vpc", verb="create", resource="vpc/vpc", state=TaskState.WAITING))
    clusters.approve(hello.core, "hello")
    then = events.look(hello.core, "hello", first.seq)
    assert [news.type for news in events.news(first, then, hello.clock)] == ["event", "task"]


def test_a_watcher_is_told_of_the_end(hello: Stage) -> None:
    first = events.look(hello.core, "hello", None)
    assert first.row
    with hello.core.change() as connection:
        stored.remove(connection, first.row.uid)
    last = events.look(hello.core, "hello", first.seq, first.row.uid)
    assert [news.type for news in events.news(first, last, hello.clock)] == ["end"]


def test_nobody_watches_what_never_was(on: Stage) -> None:
    with pytest.raises(Missing):
        events.look(on.core, "nobody", None)


def settle(on: Stage, status: Status) -> None:
    with on.core.change() as connection:
        row = stored.get(connection, "hello")
        stored.finish(connection, row.uid, status, observed=1, look_at=0.0)


def work(on: Stage, *tasks: Task) -> None:
    with on.core.change() as connection:
        operation = stored_operations.newest_by_name(connection, "hello")
        assert operation
        stored_operations.save(connection, type(operation)(**{**vars(operation), "tasks": tasks}))
