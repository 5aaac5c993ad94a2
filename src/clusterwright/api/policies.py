"""IAM policies, and what the owner of an AWS account has to do with them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse

from clusterwright.api.context import YAML_BODY, CoreDep, TextDep
from clusterwright.service import onboarding, permissions, policies
from clusterwright.service.onboarding import Means
from clusterwright.service.policies import Format
from clusterwright.service.views import Listing, PermissionsView, PolicyView

router = APIRouter()

As = Annotated[Format, Query(alias="format", description="What `text` is written in.")]
Region = Annotated[str | None, Query(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="Where it is asked.")]
Features = Annotated[
    list[str] | None, Query(alias="feature", description="Of the extra policy; all of them.")
]


@router.get("/policies", tags=["policies"])
def list_policies(format_: As = Format.JSON) -> Listing[PolicyView]:
    """The policies that a cloud account needs, and the extra one."""
    return policies.find_all(format_)


@router.post("/policies/minimal", tags=["policies"], openapi_extra=YAML_BODY)
def minimal_policies(core: CoreDep, text: TextDep, format_: As = Format.JSON) -> Listing[PolicyView]:
    """The least that each cluster of a YAML text needs. Changes nothing."""
    return policies.of_text(core, text, format_)


@router.get("/policies/{name}", tags=["policies"])
def get_policy(name: str, format_: As = Format.JSON, feature: Features = None) -> PolicyView:
    """controller, control-plane, nodes, deployment, or extra."""
    return policies.get(name, format_, tuple(feature or ()))


@router.post("/accounts/{name}/check", tags=["accounts"])
def check_account(core: CoreDep, name: str, region: Region = None) -> PermissionsView:
    """Which permissions the account gives us. Harmless calls, nothing is changed."""
    return permissions.of_account(core, name, region)


@router.get("/accounts/{name}/setup", tags=["accounts"], response_class=PlainTextResponse)
def account_setup(core: CoreDep, name: str, means: Means = Means.CONSOLE) -> str:
    """How to make the role of a cloud account, with its trust policy and its permissions."""
    return onboarding.setup(core, name, means)
