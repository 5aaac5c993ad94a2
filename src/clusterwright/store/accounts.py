"""Cloud accounts. Documents are stored without their secrets; those are sealed beside them."""

from __future__ import annotations

import json

from sqlalchemy import Connection, RowMapping, and_, select, update

from clusterwright.errors import Conflict, Missing
from clusterwright.spec.account import AccessKey, CloudAccount
from clusterwright.spec.document import to_json
from clusterwright.spec.model import Reading
from clusterwright.store.rows import AccountRow
from clusterwright.store.secrets import SecretBox, SecretUnreadable
from clusterwright.store.tables import accounts


def read(m: RowMapping, box: SecretBox) -> AccountRow:
    document = json.loads(json.dumps(m["document"]))
    sealed = m["secret"]
    if isinstance(sealed, bytes):
        document["spec"]["credentials"] |= json.loads(box.open(sealed))
    return AccountRow(
        uid=str(m["uid"]),
        document=CloudAccount.model_validate(document, context=Reading.RULES_LATER),
        version=int(str(m["version"])),
        external_id=str(m["external_id"]),
        created_at=float(str(m["created_at"])),
    )


def seal(document: CloudAccount, box: SecretBox) -> bytes | None:
    credentials = document.spec.credentials
    if not isinstance(credentials, AccessKey):
        return None
    secret = {"secretAccessKey": credentials.secret_access_key.get_secret_value()}
    if credentials.session_token:
        secret["sessionToken"] = credentials.session_token.get_secret_value()
    return box.seal(json.dumps(secret))


def find(connection: Connection, name: str, box: SecretBox) -> AccountRow | None:
    row = connection.execute(select(accounts).where(accounts.c.name == name)).one_or_none()
    return read(row._mapping, box) if row else None


def get(connection: Connection, name: str, box: SecretBox) -> AccountRow:
    row = find(connection, name, box)
    if row is None:
        raise Missing(
            f"There is no cloud account {name!r}.", remedy="`clusterwright get accounts` lists them."
        )
    return row


def page(connection: Connection, box: SecretBox) -> list[AccountRow]:
    query = select(accounts).order_by(accounts.c.name)
    return [read(row._mapping, box) for row in connection.execute(query)]


def insert(connection: Connection, row: AccountRow, box: SecretBox) -> None:
    connection.execute(
        accounts.insert().values(
            name=row.name,
            uid=row.uid,
            version=row.version,
            document=to_json(row.document),
            external_id=row.external_id,
            secret=seal(row.document, box),
            created_at=row.created_at,
        )
    )


def replace(connection: Connection, row: AccountRow, document: CloudAccount, box: SecretBox) -> None:
    """A changed document; the external id stays."""
    values = {"document": to_json(document), "secret": seal(document, box), "version": row.version + 1}
    where = and_(accounts.c.uid == row.uid, accounts.c.version == row.version)
    if connection.execute(update(accounts).where(where).values(values)).rowcount == 0:
        raise Conflict(f"Cloud account {row.name} changed since it was read.", remedy="Read it again.")


def reseal(connection: Connection, box: SecretBox) -> int:
    """Seal with the box's first key what an older one sealed; how many there were.

    A secret that changes meanwhile is left to whoever changed it. One that no key opens is left as it is:
    reading its account says so.
    """
    query = select(accounts.c.uid, accounts.c.secret).where(accounts.c.secret.is_not(None))
    return sum(resealed(connection, uid, sealed, box) for uid, sealed in connection.execute(query).all())


def resealed(connection: Connection, uid: str, sealed: bytes, box: SecretBox) -> bool:
    if box.is_current(sealed):
        return False
    try:
        values = {"secret": box.seal(box.open(sealed))}
    except SecretUnreadable:
        return False
    where = and_(accounts.c.uid == uid, accounts.c.secret == sealed)
    return connection.execute(update(accounts).where(where).values(values)).rowcount == 1


def remove(connection: Connection, name: str) -> None:
    connection.execute(accounts.delete().where(accounts.c.name == name))
