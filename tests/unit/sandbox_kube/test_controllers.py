"""Status as controllers fill it, from the object and its surroundings alone."""

from typing import Any

import pytest

from clusterwright.sandbox.kube.controllers import CONTROLLERS
from clusterwright.sandbox.kube.resources import Kind
from clusterwright.sandbox.kube.store import Key, Stored
from clusterwright.sandbox.kube.surroundings import NamedBalancers, Surroundings
from clusterwright.sandbox.kube.wire import Wire

_DEPLOYMENT = ("apps", "deployments")


def _around(nodes: int, ready: int, *fargate: Wire) -> Surroundings:
    names = tuple(f"n{index}" for index in range(nodes))
    return Surroundings(names, names[:ready], fargate, NamedBalancers("eu-west-1"), "2025-01-01T00:00:00Z")


def _status(kind: Kind, wire: Wire, around: Surroundings) -> Any:
    metadata = {"generation": 1, "uid": "12345678-1234-4234-8234-123456789012"}
    return CONTROLLERS[kind](Stored(Key(*kind, "a", "x"), "", {"metadata": metadata, **wire}), around)


@pytest.mark.parametrize(("ready", "available"), [(0, None), (1, 3)])
def test_a_deployment_runs_where_a_node_is_ready(ready: int, available: int | None) -> None:
    found = _status(_DEPLOYMENT, {"spec": {"replicas": 3}}, _around(2, ready))
    assert found.get("availableReplicas") == available
    assert found["conditions"][0]["status"] == ("True" if ready else "False")


def test_or_where_a_fargate_profile_takes_it() -> None:
    template = {"metadata": {"labels": {"on": "fargate"}}}
    wire = {"spec": {"replicas": 1, "template": template}}
    chosen = _around(0, 0, {"namespace": "a*", "labels": {"on": "fargate"}})
    other = _around(0, 0, {"namespace": "a", "labels": {"on": "ec2"}})
    assert _status(_DEPLOYMENT, wire, chosen)["availableReplicas"] == 1
    assert _status(_DEPLOYMENT, wire, other)["unavailableReplicas"] == 1


def test_daemons_on_the_host_network_need_no_cni() -> None:
    kind = ("apps", "daemonsets")
    on_host = {"spec": {"template": {"spec": {"hostNetwork": True}}}}
    assert _status(kind, on_host, _around(3, 0))["numberReady"] == 3
    assert _status(kind, {"spec": {}}, _around(3, 1))["numberReady"] == 1


def test_pods_and_jobs_wait_or_are_done() -> None:
    pod = {"spec": {"containers": [{"name": "c"}], "restartPolicy": "Never"}}
    assert _status(("", "pods"), pod, _around(1, 0))["phase"] == "Pending"
    assert _status(("", "pods"), pod, _around(1, 1))["phase"] == "Succeeded"
    assert _status(("batch", "jobs"), {"spec": {}}, _around(0, 0))["active"] == 1
    assert _status(("batch", "jobs"), {"spec": {}}, _around(1, 1))["conditions"][-1]["type"] == "Complete"


def test_conditions_keep_the_time_of_their_change() -> None:
    before = _status(_DEPLOYMENT, {"spec": {"replicas": 1}}, _around(1, 1))
    later = Surroundings((), (), (), NamedBalancers("eu-west-1"), "2025-02-02T00:00:00Z")
    after = _status(_DEPLOYMENT, {"spec": {"replicas": 1}, "status": before}, later)
    times = {one["type"]: one["lastTransitionTime"][:10] for one in after["conditions"]}
    assert times == {"Available": "2025-02-02", "Progressing": "2025-01-01"}
