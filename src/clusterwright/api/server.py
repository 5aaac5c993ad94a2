"""The application that answers requests: routes, errors, health."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from sqlalchemy.exc import SQLAlchemyError

from clusterwright.api import clusters, objects, policies, problems
from clusterwright.api.context import Context, authorize, context
from clusterwright.api.problems import Problem
from clusterwright.service.clusters import count_by_phase

health = APIRouter(tags=["health"])


def create(here: Context) -> FastAPI:
    """The explorer at /api/docs loads its scripts from a CDN; offline, read /api/openapi.json instead."""
    app = FastAPI(
        title="Clusterwright",
        version=version("clusterwright"),
        docs_url="/api/docs",
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.state.context = here
    refusals: dict[int | str, dict[str, Any]] = {401: {"model": Problem}, 422: {"model": Problem}}
    for router in (objects.router, clusters.router, policies.router):
        app.include_router(
            router,
            prefix="/api/v1",
            dependencies=[Depends(authorize)],
            responses=refusals,
        )
    app.include_router(health)
    problems.install(app)
    here.metrics.watch(here.core)
    return app


@health.get("/healthz", response_class=PlainTextResponse)
def healthz() -> str:
    """Whether the process lives."""
    return "ok"


@health.get("/readyz", response_class=PlainTextResponse)
def readyz(request: Request, response: Response) -> str:
    """Whether it can serve: the database answers and passes are made."""
    here = context(request)
    missing = [] if here.engine_alive() else ["the engine does not run"]
    try:
        count_by_phase(here.core)
    except SQLAlchemyError:
        missing.append("the database does not answer")
    response.status_code = 503 if missing else 200
    return ", ".join(missing) or "ok"


@health.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    return Response(context(request).metrics.text(), media_type="text/plain; version=1.0.0; charset=utf-8")
