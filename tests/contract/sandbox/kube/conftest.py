"""One cluster with two nodes for all tests that do not change it, each in a namespace of its own."""

import itertools
from collections.abc import Iterator

import botocore.session
import httpx
import pytest

from clusterwright.sandbox.server import Running

from ..tenant import Tenant
from .client import Cluster, add_nodes, make

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def cluster(sandbox: Running, shared_session: botocore.session.Session) -> Iterator[Cluster]:
    tenant = Tenant(sandbox.url, shared_session, "300000000001")
    made = make(tenant)
    add_nodes(made, labels={"role": "general"})
    yield made
    tenant.close()


@pytest.fixture(scope="session")
def shared_api(cluster: Cluster) -> Iterator[httpx.Client]:
    with cluster.client() as client:
        yield client


@pytest.fixture
def api(shared_api: httpx.Client, caplog: pytest.LogCaptureFixture) -> Iterator[httpx.Client]:
    yield shared_api
    assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


@pytest.fixture
def namespace(api: httpx.Client) -> str:
    name = f"t{next(_numbers)}"
    made = api.post(
        "/api/v1/namespaces", json={"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    )
    assert made.status_code == 201, made.text
    return name
