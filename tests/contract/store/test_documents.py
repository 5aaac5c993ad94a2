"""Accounts with their secrets, profiles with their versions, records of resources."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clusterwright.errors import Conflict, Missing
from clusterwright.spec.account import AccessKey
from clusterwright.store import accounts, clusters, profiles, resources
from clusterwright.store.database import Database
from clusterwright.store.rows import ResourceRow, Stage
from clusterwright.store.secrets import SecretBox, SecretUnreadable
from clusterwright.store.tables import accounts as accounts_table
from tests.contract.store.documents import SECRET, SESSION, account, cluster, profile

BOX = SecretBox(Fernet.generate_key())


def stored_text(database: Database) -> str:
    with database.transaction() as connection:
        return str([tuple(row) for row in connection.execute(select(accounts_table))])


@pytest.mark.parametrize(
    "credentials",
    [
        {"type": "accessKey", "accessKeyId": "AKIAIOSFODNN7EXAMPLE", "secretAccessKey": SECRET},
        {
            "type": "accessKey", "accessKeyId": "ASIAIOSFODNN7EXAMPLE", "secretAccessKey": SECRET,
            "sessionToken": SESSION,
        },
        {"type": "assumeRole", "roleArn": "arn:aws:iam::111122223333:role/ClusterwrightRole"},
    ],
    ids=["key", "session", "role"],
)  # fmt: skip
def test_an_account_comes_back_whole_and_its_secret_is_nowhere_to_be_read(
    database: Database, credentials: dict[str, str]
) -> None:
    row = account("prod", **credentials)
    with database.transaction() as connection:
        accounts.insert(connection, row, BOX)
        assert accounts.get(connection, "prod", BOX) == row
        assert accounts.page(connection, BOX) == [row]
    text = stored_text(database)
    assert "prod" in text
    assert SECRET not in text
    assert SESSION not in text


def test_a_secret_of_another_key_cannot_be_read(database: Database) -> None:
    with database.transaction() as connection:
        accounts.insert(connection, account("prod"), BOX)
    other = SecretBox(Fernet.generate_key())
    with pytest.raises(SecretUnreadable, match="another key") as caught, database.transaction() as connection:
        accounts.get(connection, "prod", other)
    assert SECRET not in str(caught.value)


def test_a_new_key_takes_over_and_the_old_one_is_not_needed_any_more(database: Database) -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    both = SecretBox(new + b"\n" + old)
    row, lost = account("prod"), account("lost")
    with database.transaction() as connection:
        accounts.insert(connection, row, SecretBox(old))
        accounts.insert(connection, lost, BOX)
        assert accounts.reseal(connection, both) == 1
        assert accounts.reseal(connection, both) == 0
        assert accounts.get(connection, "prod", SecretBox(new)) == row
        assert accounts.get(connection, "lost", BOX) == lost


def test_a_changed_account_keeps_its_external_id_and_forgets_the_old_secret(database: Database) -> None:
    row = account("prod")
    changed = account("prod", type="accessKey", accessKeyId="AKIAIOSFODNN7EXAMPLE", secretAccessKey="new")
    with database.transaction() as connection:
        accounts.insert(connection, row, BOX)
        accounts.replace(connection, row, changed.document, BOX)
        after = accounts.get(connection, "prod", BOX)
    assert (after.version, after.external_id, after.uid) == (2, row.external_id, row.uid)
    assert isinstance(after.document.spec.credentials, AccessKey)
    assert after.document.spec.credentials.secret_access_key.get_secret_value() == "new"


def test_a_role_in_the_place_of_a_key_leaves_no_secret(database: Database) -> None:
    row = account("prod")
    role = account("prod", type="assumeRole", roleArn="arn:aws:iam::111122223333:role/R").document
    with database.transaction() as connection:
        accounts.insert(connection, row, BOX)
        accounts.replace(connection, row, role, BOX)
        assert connection.execute(select(accounts_table.c.secret)).scalar_one() is None
        assert accounts.get(connection, "prod", BOX).document == role


def test_of_two_changes_of_an_account_one_is_refused(database: Database) -> None:
    row = account("prod")
    with database.transaction() as connection:
        accounts.insert(connection, row, BOX)
        accounts.replace(connection, row, row.document, BOX)
    with pytest.raises(Conflict, match="prod"), database.transaction() as connection:
        accounts.replace(connection, row, row.document, BOX)


def test_accounts_are_listed_by_name_and_a_removed_one_is_missing(database: Database) -> None:
    with database.transaction() as connection:
        for name in ("b", "a"):
            accounts.insert(connection, account(name), BOX)
        assert [row.name for row in accounts.page(connection, BOX)] == ["a", "b"]
        accounts.remove(connection, "a")
        assert accounts.find(connection, "a", BOX) is None
        with pytest.raises(Missing, match="'a'"):
            accounts.get(connection, "a", BOX)


ORDER = (
    "0.9.9", "0.10.0-1", "0.10.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
    "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.2.0", "1.10.0", "2.0.0",
)  # fmt: skip
"""The example of semver.org, item 11, among others."""


def test_versions_go_by_semver_precedence(database: Database) -> None:
    with database.transaction() as connection:
        for version in sorted(ORDER):
            profiles.insert(connection, profile("p", version), 1.0)
        listed = [row.document.spec.version for row in profiles.versions(connection, "p")]
    assert listed == list(reversed(ORDER))


def test_the_newest_version_is_used_where_none_is_named(database: Database) -> None:
    with database.transaction() as connection:
        for number, (older, newer) in enumerate(pairwise(ORDER)):
            name = f"p{number}"
            profiles.insert(connection, profile(name, newer), 1.0)
            profiles.insert(connection, profile(name, older), 1.0)
            assert profiles.get(connection, name, None).document == profile(name, newer)
            assert profiles.get(connection, name, older).document == profile(name, older)


def test_a_missing_version_names_those_that_there_are(database: Database) -> None:
    with database.transaction() as connection:
        for version in ("1.0.0", "1.1.0"):
            profiles.insert(connection, profile("p", version), 1.0)
        with pytest.raises(Missing, match=r"no version 9\.9\.9.*1\.1\.0, 1\.0\.0"):
            profiles.get(connection, "p", "9.9.9")
        with pytest.raises(Missing, match="no profile 'q'"):
            profiles.get(connection, "q", None)


def test_a_published_version_cannot_be_published_again(database: Database) -> None:
    with database.transaction() as connection:
        profiles.insert(connection, profile("p", "1.0.0"), 1.0)
    with pytest.raises(IntegrityError), database.transaction() as connection:
        profiles.insert(connection, profile("p", "1.0.0"), 2.0)


def test_profiles_are_named_once_and_removed_by_version(database: Database) -> None:
    with database.transaction() as connection:
        for name, version in (("q", "1.0.0"), ("p", "1.0.0"), ("p", "2.0.0")):
            profiles.insert(connection, profile(name, version), 1.0)
        assert profiles.names(connection) == ["p", "q"]
        profiles.remove(connection, "p", "2.0.0")
        assert profiles.get(connection, "p", None).document.spec.version == "1.0.0"


VPC = ResourceRow(
    "vpc/vpc",
    Stage.MADE,
    {"kind": "vpc", "tags": [["a", "b"]]},
    "vpc-1",
    {"url": "u"},
    2,
    1.5,
    3,
    9.5,
    "quota",
)
INTENT = ResourceRow("subnet/a", Stage.INTENT, None, None, {}, 0, 0.0)


@pytest.fixture
def records(database: Database) -> Database:
    with database.transaction() as connection:
        for name in ("a", "b"):
            clusters.insert(connection, f"uid-{name}", cluster(name), 1.0)
        for row in (VPC, INTENT):
            resources.put(connection, "uid-a", row)
        resources.put(connection, "uid-b", VPC)
    return database


def test_records_come_back_as_written_each_with_its_cluster(records: Database) -> None:
    with records.transaction() as connection:
        assert resources.of(connection, "uid-a") == {"vpc/vpc": VPC, "subnet/a": INTENT}
        assert resources.of(connection, "uid-b") == {"vpc/vpc": VPC}


def test_a_record_is_written_over_and_no_other_with_it(records: Database) -> None:
    gone = ResourceRow("vpc/vpc", Stage.GONE, None, None, {}, 3, 0.0)
    with records.transaction() as connection:
        resources.put(connection, "uid-a", gone)
        assert resources.of(connection, "uid-a") == {"vpc/vpc": gone, "subnet/a": INTENT}
        assert resources.of(connection, "uid-b") == {"vpc/vpc": VPC}


def test_forgiving_forgets_the_failures_of_one_cluster_and_nothing_else(records: Database) -> None:
    with records.transaction() as connection:
        resources.forgive(connection, "uid-a")
        assert resources.of(connection, "uid-a")["vpc/vpc"] == replace(VPC, failures=0, retry_at=0.0)
        assert resources.of(connection, "uid-b")["vpc/vpc"] == VPC
