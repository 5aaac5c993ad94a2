"""Accounts: which one an access key belongs to, who the caller is, and an administrator for any account.

An account exists as soon as somebody asks for its administrator or assumes a role in it.
"""

import json
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

ADMINISTRATOR = "sandbox-administrator"
TEST_KEY, TEST_SECRET = "test", "test"
"""The administrator's of moto's default account, as people are used to from other local AWSs."""
_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def account_of(access_key: str) -> str:
    """Keys that nobody made belong to moto's default account, so that `test`/`test` works.

    moto's own search makes an IAM for each account and partition that it looks into; this one only looks.
    """
    for account in list(iam_backends):
        partitions = dict.__getitem__(iam_backends, account)
        if any(access_key in iam.access_keys for iam in dict.values(partitions)):
            return str(account)
    return str(DEFAULT_ACCOUNT_ID)


def administrator(account: str, partition: str = "aws") -> dict[str, str]:
    """The credentials of the account's administrator, who is made when first asked for."""
    iam = iam_backends[account][partition]
    if ADMINISTRATOR not in iam.users:
        iam.create_user(_REGIONS[partition], ADMINISTRATOR)
        iam.put_user_policy(ADMINISTRATOR, "everything", json.dumps(_EVERYTHING))
        iam.create_access_key(ADMINISTRATOR)
        if account == DEFAULT_ACCOUNT_ID:
            _make_test_key(iam)
    key = iam.users[ADMINISTRATOR].access_keys[0]
    return {"accessKeyId": key.access_key_id, "secretAccessKey": key.secret_access_key}


def _make_test_key(iam: Any) -> None:
    key = iam.create_access_key(ADMINISTRATOR)
    del iam.access_keys[key.access_key_id]
    key.access_key_id, key.secret_access_key = TEST_KEY, TEST_SECRET
    iam.access_keys[TEST_KEY] = key


def caller_arn(access_key: str, account: str, partition: str) -> str:
    """The caller as `GetCallerIdentity` names it; root for a key that nobody made."""
    role = sts_backends[account][partition].get_assumed_role_from_access_key(access_key)
    if role:
        return str(role.arn)
    user = iam_backends[account][partition].get_user_from_access_key_id(access_key)
    return str(user.arn) if user else f"arn:{partition}:iam::{account}:root"


def principal_arn(access_key: str, account: str, partition: str) -> str:
    """The caller as a trust policy or an EKS access entry names it: the role itself, not its session."""
    role = sts_backends[account][partition].get_assumed_role_from_access_key(access_key)
    return str(role.role_arn) if role else caller_arn(access_key, account, partition)


def service_session(role_arn: str, region: str, name: str) -> tuple[str, str, str]:
    """Key, secret and token with which a service acts as a role; that it may is for the caller to check."""
    sts = sts_backends[role_arn.split(":")[4]][role_arn.split(":")[1]]
    made = sts.assume_role(region, name, role_arn, policy="", duration=3600, external_id="")
    return made.access_key_id, made.secret_access_key, made.session_token
