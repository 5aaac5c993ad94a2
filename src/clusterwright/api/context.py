"""What handlers need of the process they run in, and who may call them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from clusterwright.api.metrics import Metrics
from clusterwright.errors import Finding, Invalid, Unauthorized
from clusterwright.service import listing
from clusterwright.service.core import Core


@dataclass(frozen=True)
class Context:
    """`engine_alive`: whether passes are made. `stopping`: ends streams, for which a shutdown would wait."""

    core: Core
    token: str
    engine_alive: Callable[[], bool]
    stopping: threading.Event
    metrics: Metrics


def context(request: Request) -> Context:
    found: Context = request.app.state.context
    return found


def core(request: Request) -> Core:
    return context(request).core


bearer = HTTPBearer(auto_error=False, description="The token that the server wrote at its first start.")


def authorize(
    request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> None:
    token = given.credentials.encode() if given else b""
    if not secrets.compare_digest(token, context(request).token.encode()):
        raise Unauthorized(
            "No valid token came with the request.",
            remedy="Send 'Authorization: Bearer TOKEN'; `clusterwright login` stores the token.",
        )


def asked(
    limit: Annotated[int, Query(ge=1, le=listing.LARGEST_PAGE)] = 100,
    after: Annotated[str | None, Query(alias="continue", description="Token of the next page.")] = None,
    search: Annotated[str | None, Query(description="A part of the name.")] = None,
    selector: Annotated[str | None, Query(alias="labelSelector", description="As env=prod,team=a.")] = None,
    sort: Annotated[str, Query(pattern="^name$")] = "name",
) -> listing.Query:
    return listing.query(limit, after, search, selector)


async def text(request: Request) -> str:
    """The body as text."""
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        finding = Finding("", f"is not UTF-8 at byte {error.start}", "Save the file as UTF-8.")
        raise Invalid((finding,), "The text is not valid.") from error


YAML_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/yaml": {"schema": {"type": "string"}}},
    }
}

CoreDep = Annotated[Core, Depends(core)]
QueryDep = Annotated[listing.Query, Depends(asked)]
TextDep = Annotated[str, Depends(text)]
