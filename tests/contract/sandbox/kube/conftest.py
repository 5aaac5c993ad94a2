"""Two servers under one suite: a cluster of the sandbox and, where one was built, a real control plane.

`api`, `namespace` and `server` are of both: what a test with them says holds for Kubernetes, and so for the
sandbox. Tests with `cluster` and `cluster_api` are about what EKS adds, and about nodes: they have no real
server to be compared with. `make conformance` runs all of it.
"""

import itertools
import os
from collections.abc import Iterator

import botocore.session
import httpx
import pytest

from clusterwright.sandbox.server import Running
from tests.conformance.apiserver import control_plane
from tests.conformance.differences import DIFFERENCES, REAL, SANDBOX
from tests.conformance.endpoint import Endpoint

from ..tenant import Tenant
from .client import Cluster, add_nodes, make

_numbers = itertools.count(1)
_SERVERS = (SANDBOX, REAL) if os.environ.get("CLUSTERWRIGHT_CONFORMANCE") else (SANDBOX,)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A known difference must still be one: what passes although it is listed fails."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        server = callspec.params.get("server") if callspec else None
        reason = DIFFERENCES.get((getattr(item, "originalname", ""), server)) if server else None
        if reason:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.fixture(scope="session")
def cluster(sandbox: Running, shared_session: botocore.session.Session) -> Iterator[Cluster]:
    """With two nodes, for all tests that do not change it."""
    tenant = Tenant(sandbox.url, shared_session, "300000000001")
    made = make(tenant)
    add_nodes(made, labels={"role": "general"})
    yield made
    tenant.close()


@pytest.fixture(scope="session", params=_SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    if request.param == SANDBOX:
        cluster: Cluster = request.getfixturevalue("cluster")
        yield cluster.endpoint()
        return
    with control_plane(tmp_path_factory.mktemp("control-plane")) as real:
        yield real


@pytest.fixture(scope="session")
def shared_api(server: Endpoint) -> Iterator[httpx.Client]:
    with server.client() as client:
        yield client


@pytest.fixture(scope="session")
def shared_cluster_api(cluster: Cluster) -> Iterator[httpx.Client]:
    with cluster.client() as client:
        yield client


@pytest.fixture
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever clients send, the sandbox itself must not fail."""
    yield
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


@pytest.fixture
def api(shared_api: httpx.Client, quiet: None) -> httpx.Client:
    return shared_api


@pytest.fixture
def cluster_api(shared_cluster_api: httpx.Client, quiet: None) -> httpx.Client:
    return shared_cluster_api


@pytest.fixture
def namespace(api: httpx.Client) -> str:
    return _new_namespace(api)


@pytest.fixture
def cluster_namespace(cluster_api: httpx.Client) -> str:
    return _new_namespace(cluster_api)


def _new_namespace(api: httpx.Client) -> str:
    name = f"t{next(_numbers)}"
    wire = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    made = api.post("/api/v1/namespaces", json=wire)
    assert made.status_code == 201, made.text
    return name
