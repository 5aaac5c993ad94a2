"""`--no-iam`: everybody may do everything, but roles still say who may enter them."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from ..tenant import Tenant
from .people import Account, policy

NOBODY = {"aws_access_key_id": "AKIAQQQQQQQQQQQQQQQQ", "aws_secret_access_key": "x" * 40}


@pytest.fixture(scope="module")
def open_account(shared_session: botocore.session.Session) -> Iterator[Account]:
    command = [sys.executable, "-m", "clusterwright.sandbox", "--speed", "0", "--no-iam"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        one = Account(Tenant(process.stdout.readline().split()[-1], shared_session, "111122223333"))
        yield one
        one.close()
        process.terminate()


def test_everybody_may_do_everything(open_account: Account) -> None:
    for keys in (NOBODY, open_account.user()):
        assert open_account.tries(keys, "eks", "list_clusters") == "ok"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html",
    row="assume_role with auth off: wrong ExternalId, ghost role",
)
@pytest.mark.parametrize(
    ("suffix", "given", "expected"),
    [
        ("", {"ExternalId": "right"}, "ok"),
        ("", {"ExternalId": "wrong"}, "AccessDenied"),
        ("", {}, "AccessDenied"),
        ("-ghost", {"ExternalId": "right"}, "AccessDenied"),
    ],
    ids=["right", "wrong", "none", "ghost"],
)
def test_a_role_still_asks_for_its_external_id(
    open_account: Account, suffix: str, given: dict[str, Any], expected: str
) -> None:
    role = open_account.role(Condition={"StringEquals": {"sts:ExternalId": "right"}}) + suffix
    keys = open_account.user()
    found = open_account.tries(keys, "sts", "assume_role", RoleArn=role, RoleSessionName="me", **given)
    assert found == expected


def test_a_role_still_says_who_is_let_in(open_account: Account) -> None:
    role = open_account.role(principal="arn:aws:iam::444455556666:root")
    given = {"RoleArn": role, "RoleSessionName": "me"}
    assert open_account.tries(open_account.user(), "sts", "assume_role", **given) == "AccessDenied"
    entry = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
    name = role.rpartition("/")[2]
    open_account.iam.update_assume_role_policy(RoleName=name, PolicyDocument=policy(entry))
    assert open_account.tries(open_account.user(), "sts", "assume_role", **given) == "ok"
