"""Cloud accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy import Connection

from clusterwright.errors import Conflict, Finding, Invalid
from clusterwright.service import listing, present
from clusterwright.service.core import Core
from clusterwright.service.drafts import Draft
from clusterwright.service.listing import Query
from clusterwright.service.views import AccountView, Action, Listing
from clusterwright.service.world import World, check_version
from clusterwright.spec.account import AccessKey, AssumeRole, CloudAccount
from clusterwright.spec.document import to_json
from clusterwright.store import accounts, clusters
from clusterwright.store.rows import AccountRow


def get(core: Core, name: str) -> AccountView:
    with core.look() as connection:
        row = accounts.get(connection, name, core.tools.box)
        users = clusters.using_account(connection, name)
    return present.account(core, row, users)


def find_all(core: Core, query: Query) -> Listing[AccountView]:
    with core.look() as connection:
        rows = accounts.page(connection, core.tools.box)
        items, after = listing.page(rows, query, lambda row: row.name, lambda row: row.document.metadata)
        users = {row.name: clusters.using_account(connection, row.name) for row in items}
    shown = tuple(present.account(core, row, users[row.name]) for row in items)
    return Listing(items=shown, following=after)


def delete(core: Core, name: str) -> AccountView:
    with core.change() as connection:
        row = accounts.get(connection, name, core.tools.box)
        users = clusters.using_account(connection, name)
        if users:
            raise Conflict(
                f"Cloud account {name} is used by {', '.join(users)}.", remedy="Delete these clusters first."
            )
        accounts.remove(connection, name)
    core.identity.forget(row)
    return present.account(core, row)


def stored_secret(core: Core, name: str) -> Mapping[str, str]:
    """The secrets of an access key, for a document of it that leaves them out."""
    with core.look() as connection:
        row = accounts.find(connection, name, core.tools.box)
    return secret_fields(row.document) if row else {}


def secret_fields(document: CloudAccount) -> dict[str, str]:
    credentials = document.spec.credentials
    if not isinstance(credentials, AccessKey):
        return {}
    token: SecretStr | None = credentials.session_token
    session = {"sessionToken": token.get_secret_value()} if token else {}
    secret = credentials.secret_access_key.get_secret_value()
    return {"accessKeyId": credentials.access_key_id, "secretAccessKey": secret} | session


@dataclass(frozen=True)
class AccountChange:
    draft: Draft
    row: AccountRow
    before: AccountRow | None
    action: Action

    def commit(self, core: Core, connection: Connection) -> None:
        if self.action is Action.CREATED:
            accounts.insert(connection, self.row, core.tools.box)
        elif self.action is Action.CONFIGURED and self.before:
            accounts.replace(connection, self.before, self.row.document, core.tools.box)
            core.identity.forget(self.before)

    def view(self, core: Core) -> AccountView:
        return get(core, self.draft.name)


def prepare(core: Core, world: World, draft: Draft) -> AccountChange:
    before, row = world.stored_accounts.get(draft.name), world.accounts[draft.name]
    check_version(draft, before.version if before else None)
    if before is None:
        return AccountChange(draft, row, None, Action.CREATED)
    if same(before.document, row.document):
        return AccountChange(draft, row, before, Action.UNCHANGED)
    with core.look() as connection:
        users = clusters.using_account(connection, draft.name)
    findings = tuple(moved(before.document, row.document, users))
    if findings:
        raise Invalid(findings)
    return AccountChange(draft, row, before, Action.CONFIGURED)


def same(one: CloudAccount, other: CloudAccount) -> bool:
    return to_json(one) == to_json(other) and secret_fields(one) == secret_fields(other)


def moved(before: CloudAccount, after: CloudAccount, users: list[str]) -> list[Finding]:
    """Clusters stay in the AWS account that they were made in."""
    if not users or number(before) in ("", number(after)):
        return []
    message = f"{', '.join(users)} use this account, so it cannot become another AWS account"
    remedy = f"Name a role in {number(before)}, or add a second cloud account."
    return [Finding("spec.credentials", message, remedy)]


def number(document: CloudAccount) -> str:
    """The AWS account, where the document tells it."""
    credentials = document.spec.credentials
    return credentials.role_arn.split(":")[4] if isinstance(credentials, AssumeRole) else ""
