"""Every error as an RFC 9457 problem document. The one table from our errors to HTTP is here."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clusterwright import errors
from clusterwright.errors import Error, Finding, Invalid
from clusterwright.service.views import FindingView, Shape

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
LARGEST_BODY = 1024 * 1024


class TooLarge(Error):
    """The request is larger than 1 MiB."""

    code = "too-large"


STATUSES: tuple[tuple[type[Error], int], ...] = (
    (errors.Invalid, 422),
    (errors.Missing, 404),
    (errors.Conflict, 409),
    (errors.NotOurs, 409),
    (errors.NeedsApproval, 409),
    (errors.Unauthorized, 401),
    (TooLarge, 413),
    (errors.Throttled, 503),
    (errors.Unreachable, 504),
    (errors.AwsError, 502),
    (errors.Error, 500),
)
"""The first that matches counts."""

HTTP_CODES = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


class Problem(Shape):
    """What an error looks like. `code` is stable, `remedy` says what to do next."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    remedy: str = ""
    findings: tuple[FindingView, ...] = ()


def problem(error: Error) -> Problem:
    findings = error.findings if isinstance(error, Invalid) else ()
    return Problem(
        type=f"urn:clusterwright:problem:{error.code}",
        title=(type(error).__doc__ or "").splitlines()[0],
        status=next(status for kind, status in STATUSES if isinstance(error, kind)),
        detail=error.message,
        code=error.code,
        remedy=error.remedy,
        findings=tuple(FindingView.of(finding) for finding in findings),
    )


def answer(shown: Problem) -> JSONResponse:
    headers = {"WWW-Authenticate": "Bearer"} if shown.status == 401 else None
    body = shown.model_dump(mode="json", by_alias=True)
    return JSONResponse(body, shown.status, headers, MEDIA_TYPE)


async def on_error(request: Request, error: Exception) -> JSONResponse:
    return answer(problem(error if isinstance(error, Error) else Error()))


async def on_request(request: Request, error: Exception) -> JSONResponse:
    """FastAPI's own findings about a request, in our words."""
    details = error.errors() if isinstance(error, RequestValidationError) else ()
    findings = tuple(
        Finding(".".join(str(part) for part in item["loc"][1:]), str(item["msg"]), "See /api/docs.")
        for item in details
    )
    return answer(problem(Invalid(findings, "The request is not valid.")))


async def on_http(request: Request, error: Exception) -> JSONResponse:
    """What the framework refuses: unknown addresses, wrong methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    title = str(error.detail) if isinstance(error, HTTPException) else "Error"
    code = HTTP_CODES.get(status, "http")
    detail = f"{request.method} {request.url.path}: {title}."
    remedy = "The addresses are listed at /api/docs."
    shown = Problem(
        type=f"urn:clusterwright:problem:{code}",
        title=title,
        status=status,
        detail=detail,
        code=code,
        remedy=remedy,
    )
    return answer(shown)


def defect(error: Exception) -> Problem:
    """What we did not expect: details go to the log only."""
    away = isinstance(error, OperationalError)
    code = "database" if away else "defect"
    return Problem(
        type=f"urn:clusterwright:problem:{code}",
        title="The database does not answer" if away else "Clusterwright has a defect",
        status=503 if away else 500,
        detail="The request was not completed.",
        code=code,
        remedy="Try again in a moment." if away else "The server's log has the details; please report them.",
    )


class Guard:
    """The outermost edge: nothing unexpected reaches a user as a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def note(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, note)
        except Exception as error:
            if scope["type"] != "http":
                raise
            log.exception("request failed", path=scope.get("path"))
            if not begun:
                await answer(defect(error))(scope, receive, send)


class BodyLimit:
    """Refuses large requests while they arrive, whatever length they claim."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > LARGEST_BODY:
                raise TooLarge(remedy="Split it into several requests.")
            return message

        await self.app(scope, counted, send)


def install(app: FastAPI) -> None:
    app.add_middleware(BodyLimit)
    app.add_middleware(Guard)
    app.add_exception_handler(Error, on_error)
    app.add_exception_handler(RequestValidationError, on_request)
    app.add_exception_handler(HTTPException, on_http)
