"""Accounts and profiles; documents of any kind as text."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response

from clusterwright.api.context import YAML_BODY, CoreDep, QueryDep, TextDep
from clusterwright.service import accounts, documents, planning, preflight, profiles
from clusterwright.service.views import (
    AccountView,
    Action,
    Applied,
    Listing,
    PlanView,
    PreflightView,
    ProfileView,
)

router = APIRouter()

JsonBody = Annotated[dict[str, Any], Body(description="A document, as its YAML would be in JSON.")]
Version = Annotated[str | None, Query(description="A version; the newest when it is not given.")]


def put(core: CoreDep, kind: str, name: str, body: dict[str, Any], response: Response) -> Applied:
    draft = documents.read_body(core, body, kind, name)
    (done,) = documents.apply(core, [draft])
    response.status_code = 201 if done.action is Action.CREATED else 200
    return done


@router.get("/accounts", tags=["accounts"])
def list_accounts(core: CoreDep, query: QueryDep) -> Listing[AccountView]:
    return accounts.find_all(core, query)


@router.get("/accounts/{name}", tags=["accounts"])
def get_account(core: CoreDep, name: str) -> AccountView:
    return accounts.get(core, name)


@router.put("/accounts/{name}", tags=["accounts"])
def put_account(core: CoreDep, name: str, body: JsonBody, response: Response) -> Applied:
    """An access key without its secret keeps the stored one."""
    return put(core, "CloudAccount", name, body, response)


@router.delete("/accounts/{name}", tags=["accounts"])
def delete_account(core: CoreDep, name: str) -> AccountView:
    return accounts.delete(core, name)


@router.get("/profiles", tags=["profiles"])
def list_profiles(core: CoreDep, query: QueryDep) -> Listing[ProfileView]:
    """Every version of every profile; `limit` counts profiles."""
    return profiles.find_all(core, query)


@router.get("/profiles/{name}", tags=["profiles"])
def get_profile(core: CoreDep, name: str, version: Version = None) -> ProfileView:
    return profiles.get(core, name, version)


@router.put("/profiles/{name}", tags=["profiles"])
def put_profile(core: CoreDep, name: str, body: JsonBody, response: Response) -> Applied:
    """Publishes a version. A published one never changes."""
    return put(core, "ClusterProfile", name, body, response)


@router.delete("/profiles/{name}", tags=["profiles"])
def delete_profile(core: CoreDep, name: str, version: Version = None) -> ProfileView:
    return profiles.delete(core, name, version)


@router.post("/apply", tags=["documents"], openapi_extra=YAML_BODY)
def apply(core: CoreDep, text: TextDep) -> Listing[Applied]:
    """Applies all documents of a YAML text, or none when one of them is wrong."""
    return Listing(items=documents.apply(core, documents.read_text(core, text)))


@router.post("/validate", tags=["documents"], openapi_extra=YAML_BODY)
def validate(core: CoreDep, text: TextDep) -> Listing[Applied]:
    """What `apply` would do, and advice. Changes nothing."""
    return Listing(items=documents.validate(core, documents.read_text(core, text)))


@router.post("/plan", tags=["documents"], openapi_extra=YAML_BODY)
def plan(core: CoreDep, text: TextDep) -> Listing[PlanView]:
    """A plan for each cluster of a YAML text. Changes nothing."""
    return Listing(items=planning.of_text(core, text))


@router.post("/preflight", tags=["documents"], openapi_extra=YAML_BODY)
def check_before(core: CoreDep, text: TextDep) -> Listing[PreflightView]:
    """Whether AWS has room for each cluster of a YAML text, and what it wants. Changes nothing."""
    return Listing(items=preflight.of_text(core, text))
