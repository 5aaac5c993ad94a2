"""Who is let in at all: codes by service, clocks, tokens, and requests without a signature.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""

import datetime
import time
import urllib.error
import urllib.request
from typing import Any
from unittest.mock import patch

import botocore.auth
import pytest
from botocore.session import Session
from botocore.signers import RequestSigner
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from clusterwright.sandbox.iam import principals

from ..tenant import refused
from .people import Account, Keys, allow

UNKNOWN = {"aws_access_key_id": "AKIAQQQQQQQQQQQQQQQQ", "aws_secret_access_key": "x" * 40}
QUERY = ("InvalidClientTokenId", "SignatureDoesNotMatch", "SignatureDoesNotMatch")
JSON = ("UnrecognizedClientException", "InvalidSignatureException", "InvalidSignatureException")
CALLS = [
    ("ec2", "describe_vpcs", ("AuthFailure", "AuthFailure", "RequestExpired")),
    ("iam", "list_roles", QUERY),
    ("sts", "get_caller_identity", QUERY),
    ("autoscaling", "describe_tags", QUERY),
    ("eks", "list_clusters", JSON),
    ("logs", "describe_log_groups", JSON),
]
"""The codes for an unknown key, a wrong secret and a wrong time."""


def _admin(account: Account) -> Keys:
    given = account.tenant.credentials
    return {"aws_access_key_id": given["accessKeyId"], "aws_secret_access_key": given["secretAccessKey"]}


@pytest.mark.parametrize(("service", "operation", "codes"), CALLS)
def test_each_service_has_its_codes(
    account: Account, service: str, operation: str, codes: tuple[str, str, str]
) -> None:
    unknown, wrong, late = codes
    keys = _admin(account)
    assert account.tries(keys, service, operation) == "ok"
    assert account.tries(UNKNOWN, service, operation) == unknown
    assert account.tries(keys | {"aws_secret_access_key": "x" * 40}, service, operation) == wrong
    past = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(minutes=20)
    with patch.object(botocore.auth, "get_current_datetime", return_value=past):
        assert account.tries(keys, service, operation) == late


def test_a_key_that_is_off_is_unknown(account: Account) -> None:
    keys = account.user(allow("*"))
    name = account.client("sts", keys).get_caller_identity()["Arn"].rpartition("/")[2]
    key = keys["aws_access_key_id"]
    account.iam.update_access_key(UserName=name, AccessKeyId=key, Status="Inactive")
    assert account.tries(keys, "eks", "list_clusters") == "UnrecognizedClientException"
    account.iam.update_access_key(UserName=name, AccessKeyId=key, Status="Active")
    assert account.tries(keys, "eks", "list_clusters") == "ok"
    account.iam.delete_access_key(UserName=name, AccessKeyId=key)
    assert account.tries(keys, "eks", "list_clusters") == "UnrecognizedClientException"


def test_a_token_belongs_to_its_key(account: Account) -> None:
    role = account.role(allow("eks:*"))
    one, other = account.enter(role), account.enter(role)
    swapped = one | {"aws_session_token": other["aws_session_token"]}
    assert account.tries(swapped, "eks", "list_clusters") == "UnrecognizedClientException"
    without = {name: value for name, value in one.items() if name != "aws_session_token"}
    assert account.tries(without, "sts", "get_caller_identity") == "InvalidClientTokenId"


def test_sessions_expire_by_the_real_clock() -> None:
    """moto dates them so, and clients trust that date."""
    account = "888877776666"
    iam = iam_backends[account]["aws"]
    role = iam.create_role("r", "{}", "/", None, "", [], "3600")
    given: dict[str, Any] = {"region_name": "us-east-1", "role_session_name": "me", "role_arn": role.arn}
    session = sts_backends[account]["aws"].assume_role(**given, policy="", duration=900, external_id="")
    who = principals.find(session.access_key_id, account, "aws")
    assert who is not None
    assert 890 < who.expires - time.time() < 901


def test_a_presigned_question_is_answered(account: Account) -> None:
    """As in the tokens of `aws eks get-token`."""
    keys = account.enter(account.role())
    session = Session()
    session.set_credentials(*keys.values())
    model = session.get_service_model("sts")
    signer = RequestSigner(
        model.service_id,
        "us-east-1",
        "sts",
        "v4",
        session.get_credentials(),
        session.get_component("event_emitter"),
    )
    url = f"{account.tenant.url}/?Action=GetCallerIdentity&Version=2011-06-15"
    request = {"method": "GET", "url": url, "body": {}, "headers": {}, "context": {}}
    signed = signer.generate_presigned_url(request, region_name="us-east-1", expires_in=60, operation_name="")
    with urllib.request.urlopen(signed) as answer:
        assert f"arn:aws:sts::{account.id}:assumed-role/role-".encode() in answer.read()
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(signed[:-4] + "0000")
    assert caught.value.code == 403
    assert b"SignatureDoesNotMatch" in caught.value.read()
    caught.value.close()


def test_nothing_goes_without_a_signature(account: Account) -> None:
    url = f"{account.tenant.url}/?Action=DescribeVpcs&Version=2016-11-15"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url)
    assert caught.value.code == 403
    assert b"MissingAuthenticationToken" in caught.value.read()
    caught.value.close()


def test_the_wrong_words_are_those_of_aws(account: Account) -> None:
    keys = _admin(account) | {"aws_secret_access_key": "x" * 40}
    with refused("SignatureDoesNotMatch", "The request signature we calculated does not match"):
        account.client("sts", keys).get_caller_identity()
