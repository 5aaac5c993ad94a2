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
from botocore.exceptions import ClientError
from botocore.session import Session
from botocore.signers import RequestSigner
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from clusterwright.sandbox.iam import principals

from ..tenant import refused
from .people import Account, Keys, allow

SIGNING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html"
EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
IAM = "https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html"
STS = "https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html"
SCALING = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html"
EKS = "https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html"
KEYS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html"
TEMPORARY = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_use-resources.html"

UNKNOWN = {"aws_access_key_id": "AKIAQQQQQQQQQQQQQQQQ", "aws_secret_access_key": "x" * 40}
OPERATIONS = {
    "ec2": "describe_vpcs",
    "iam": "list_roles",
    "sts": "get_caller_identity",
    "autoscaling": "describe_tags",
    "eks": "list_clusters",
    "logs": "describe_log_groups",
}


def _admin(account: Account) -> Keys:
    given = account.tenant.credentials
    return {"aws_access_key_id": given["accessKeyId"], "aws_secret_access_key": given["secretAccessKey"]}


def _case(service: str, code: str, page: str) -> Any:
    return pytest.param(service, code, id=service, marks=pytest.mark.documented(page))


@pytest.mark.parametrize(
    ("service", "code"),
    [
        _case("ec2", "AuthFailure", EC2),
        _case("iam", "InvalidClientTokenId", IAM),
        _case("sts", "InvalidClientTokenId", STS),
        _case("autoscaling", "InvalidClientTokenId", SCALING),
        _case("eks", "UnrecognizedClientException", EKS),
        _case("logs", "UnrecognizedClientException", LOGS),
    ],
)
def test_a_key_that_nobody_has_is_refused(account: Account, service: str, code: str) -> None:
    assert account.tries(_admin(account), service, OPERATIONS[service]) == "ok"
    assert account.tries(UNKNOWN, service, OPERATIONS[service]) == code


@pytest.mark.parametrize(
    ("service", "code"),
    [
        _case("ec2", "AuthFailure", EC2),
        _case("iam", "SignatureDoesNotMatch", SIGNING),
        _case("sts", "SignatureDoesNotMatch", SIGNING),
        _case("autoscaling", "SignatureDoesNotMatch", SIGNING),
        _case("eks", "InvalidSignatureException", SIGNING),
        _case("logs", "InvalidSignatureException", SIGNING),
    ],
)
def test_a_wrong_secret_is_refused(account: Account, service: str, code: str) -> None:
    keys = _admin(account) | {"aws_secret_access_key": "x" * 40}
    assert account.tries(keys, service, OPERATIONS[service]) == code


def _refused_at(account: Account, service: str, minutes: int) -> dict[str, str]:
    """What a client is told whose clock is off."""
    client = account.client(service, _admin(account))
    then = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + datetime.timedelta(minutes=minutes)
    with (
        patch.object(botocore.auth, "get_current_datetime", return_value=then),
        pytest.raises(ClientError) as caught,
    ):
        getattr(client, OPERATIONS[service])()
    return dict(caught.value.response["Error"])


@pytest.mark.parametrize(
    ("service", "code"),
    [
        _case("ec2", "RequestExpired", EC2),
        _case("iam", "SignatureDoesNotMatch", SIGNING),
        _case("sts", "SignatureDoesNotMatch", SIGNING),
        _case("eks", "InvalidSignatureException", SIGNING),
        _case("logs", "InvalidSignatureException", SIGNING),
    ],
)
def test_a_clock_that_is_20_minutes_late_is_refused(account: Account, service: str, code: str) -> None:
    error = _refused_at(account, service, -20)
    assert error["Code"] == code
    assert error["Message"].startswith("Request has expired" if service == "ec2" else "Signature expired: ")


@pytest.mark.documented(SIGNING)
def test_a_clock_that_is_20_minutes_ahead_is_refused(account: Account) -> None:
    words = _refused_at(account, "sts", 20)["Message"]
    assert words.startswith("Signature not yet current: ")
    assert " is still later than " in words


@pytest.mark.documented("https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html")
def test_s3_has_a_code_of_its_own_for_clocks(account: Account) -> None:
    client = account.client("s3", _admin(account))
    past = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(minutes=20)
    with (
        patch.object(botocore.auth, "get_current_datetime", return_value=past),
        refused("RequestTimeTooSkewed"),
    ):
        client.list_buckets()


@pytest.mark.documented(SIGNING)
def test_a_region_that_is_none_is_not_signed_for(account: Account) -> None:
    with refused("InvalidSignatureException", "Credential should be scoped to a valid region"):
        account.client("eks", _admin(account), "mars-north-1").list_clusters()


@pytest.mark.documented(IAM)
def test_a_signature_without_its_parts_is_incomplete(account: Account) -> None:
    request = urllib.request.Request(f"{account.tenant.url}/?Action=ListRoles&Version=2010-05-08")
    request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=AKIAQQQQQQQQQQQQQQQQ, Signature=0")
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 400
    assert b"<Code>IncompleteSignature</Code>" in caught.value.read()
    caught.value.close()


@pytest.mark.documented(KEYS)
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


@pytest.mark.documented(TEMPORARY)
def test_a_token_belongs_to_its_key(account: Account) -> None:
    role = account.role(allow("eks:*"))
    one, other = account.enter(role), account.enter(role)
    swapped = one | {"aws_session_token": other["aws_session_token"]}
    assert account.tries(swapped, "eks", "list_clusters") == "UnrecognizedClientException"


@pytest.mark.documented(TEMPORARY)
def test_a_temporary_key_is_nothing_without_its_token(account: Account) -> None:
    keys = account.enter(account.role())
    del keys["aws_session_token"]
    assert account.tries(keys, "sts", "get_caller_identity") == "InvalidClientTokenId"


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


def _presigned(account: Account, keys: Keys | None = None) -> str:
    """As in the tokens of `aws eks get-token`, good for a minute."""
    keys = keys or account.enter(account.role())
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
    return str(
        signer.generate_presigned_url(request, region_name="us-east-1", expires_in=60, operation_name="")
    )


PRESIGNED = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html"


@pytest.mark.documented(PRESIGNED)
def test_a_presigned_question_is_answered(account: Account) -> None:
    with urllib.request.urlopen(_presigned(account)) as answer:
        assert f"arn:aws:sts::{account.id}:assumed-role/role-".encode() in answer.read()


def _refusal(url: str) -> tuple[int, bytes]:
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url)
    content = caught.value.read()
    caught.value.close()
    return caught.value.code, content


@pytest.mark.documented(PRESIGNED)
def test_a_presigned_question_is_not_to_be_changed(account: Account) -> None:
    status, content = _refusal(_presigned(account)[:-4] + "0000")
    assert status == 403
    assert b"<Code>SignatureDoesNotMatch</Code>" in content


@pytest.mark.documented(PRESIGNED)
def test_a_presigned_question_expires(account: Account) -> None:
    keys = account.enter(account.role())
    past = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) - datetime.timedelta(minutes=2)
    with patch.object(botocore.auth, "get_current_datetime", return_value=past):
        url = _presigned(account, keys)
    status, content = _refusal(url)
    assert status == 403
    assert b"Signature expired: " in content


@pytest.mark.documented("https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html")
def test_nothing_goes_without_a_signature(account: Account) -> None:
    status, content = _refusal(f"{account.tenant.url}/?Action=ListRoles&Version=2010-05-08")
    assert status == 403
    assert b"MissingAuthenticationToken" in content


@pytest.mark.documented(SIGNING)
def test_the_words_for_a_wrong_signature_are_those_of_aws(account: Account) -> None:
    keys = _admin(account) | {"aws_secret_access_key": "x" * 40}
    with refused("SignatureDoesNotMatch", "The request signature we calculated does not match"):
        account.client("sts", keys).get_caller_identity()
