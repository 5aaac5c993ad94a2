"""Clusters, their operations and events."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from clusterwright.api.context import CoreDep, QueryDep, context
from clusterwright.api.objects import JsonBody, put
from clusterwright.api.watch import stream
from clusterwright.service import clusters, events, operations, planning
from clusterwright.service.kubeconfig import kubeconfig
from clusterwright.service.views import (
    Applied,
    ClusterView,
    EventView,
    Listing,
    OperationBrief,
    OperationView,
    PlanView,
)

router = APIRouter()

Limit = Annotated[int, Query(ge=1, le=500)]
OfCluster = Annotated[str | None, Query(description="Only of the cluster of this name.")]


@router.get("/clusters", tags=["clusters"])
def list_clusters(core: CoreDep, query: QueryDep) -> Listing[ClusterView]:
    return clusters.find_all(core, query)


@router.get("/clusters/{name}", tags=["clusters"])
def get_cluster(core: CoreDep, name: str) -> ClusterView:
    return clusters.get(core, name)


@router.put("/clusters/{name}", tags=["clusters"])
def put_cluster(core: CoreDep, name: str, body: JsonBody, response: Response) -> Applied:
    """Creates or changes a cluster; with metadata.resourceVersion only if it is still at that version."""
    return put(core, "Cluster", name, body, response)


@router.delete("/clusters/{name}", tags=["clusters"], status_code=202)
def delete_cluster(core: CoreDep, name: str) -> ClusterView:
    return clusters.delete(core, name)


@router.post("/clusters/{name}/approve", tags=["clusters"])
def approve(core: CoreDep, name: str) -> ClusterView:
    """Agrees to what the present generation replaces or restarts."""
    return clusters.approve(core, name)


@router.post("/clusters/{name}/plan", tags=["clusters"])
def plan(core: CoreDep, name: str) -> PlanView:
    """What is left to do, drift included. Changes nothing."""
    return planning.of_cluster(core, name)


@router.get("/clusters/{name}/tasks", tags=["clusters"])
def tasks(core: CoreDep, name: str) -> OperationView:
    """The latest operation with its tasks; it stays when the cluster is gone."""
    return operations.of_cluster(core, name)


@router.get("/clusters/{name}/kubeconfig", tags=["clusters"], response_class=PlainTextResponse)
def get_kubeconfig(core: CoreDep, name: str) -> Response:
    return Response(kubeconfig(core, name), media_type="text/yaml")


@router.get("/clusters/{name}/watch", tags=["clusters"], response_class=StreamingResponse)
def watch(
    request: Request,
    name: str,
    last: Annotated[int | None, Header(alias="Last-Event-ID", description="Resume after this.")] = None,
) -> Response:
    """Server-sent events: `task`, `status`, `event`, and `end` when the cluster is gone."""
    here = context(request)
    first = events.look(here.core, name, last)
    return StreamingResponse(
        stream(here, name, first),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get("/operations", tags=["operations"])
def list_operations(core: CoreDep, cluster: OfCluster = None, limit: Limit = 100) -> Listing[OperationBrief]:
    """The newest first."""
    return operations.find_all(core, cluster, limit)


@router.get("/operations/{id}", tags=["operations"])
def get_operation(core: CoreDep, id: str) -> OperationView:
    return operations.get(core, id)


@router.get("/events", tags=["events"])
def list_events(
    core: CoreDep,
    cluster: OfCluster = None,
    after: Annotated[int | None, Query(description="Only events after this sequence number.")] = None,
    limit: Limit = 100,
) -> Listing[EventView]:
    """The newest, oldest of them first."""
    return events.find_all(core, cluster, after, limit)
