"""Our reading of Signature Version 4 against botocore's writing of it."""

import dataclasses
import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from clusterwright.sandbox.iam.authentication import flaw
from clusterwright.sandbox.iam.principals import Principal
from clusterwright.sandbox.iam.refusing import Fault
from clusterwright.sandbox.iam.signature import SKEW, is_signed_by, read

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
CREDENTIALS = Credentials("AKIDEXAMPLE", SECRET)
TEMPORARY = Credentials("ASIDEXAMPLE", SECRET, "token/with+signs==")
WHO = Principal("User", "a", "a", "111122223333", "aws", "AKIDEXAMPLE", SECRET)
WHO_FOR_NOW = dataclasses.replace(WHO, token="token/with+signs==")
URLS = [
    "http://127.0.0.1:4599/",
    "http://127.0.0.1:4599/clusters/one/node-groups?maxResults=1&nextToken=a%2Fb%3D",
    "http://127.0.0.1:4599/tags/arn%3Aaws%3Aeks%3Aus-east-1%3A111122223333%3Acluster%2Fone?tagKeys=a&tagKeys=b%20c",
    "http://127.0.0.1:4599/?Action=GetCallerIdentity&Version=2011-06-15",
]


def environ(request: Any) -> dict[str, Any]:
    prepared = request.prepare()
    parts = urlsplit(prepared.url)
    found = {
        "REQUEST_METHOD": prepared.method,
        "REQUEST_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "HTTP_HOST": parts.netloc,
    }
    for name, value in prepared.headers.items():
        text = value.decode() if isinstance(value, bytes) else str(value)
        found[f"HTTP_{name.upper().replace('-', '_')}"] = text
    found["CONTENT_TYPE"] = found.pop("HTTP_CONTENT_TYPE", "")
    return found


def signed(
    url: str, auth: type = SigV4Auth, credentials: Credentials = CREDENTIALS, **more: Any
) -> dict[str, Any]:
    body = more.get("data", b"")
    request = AWSRequest(method=more.get("method", "POST"), url=url, data=body, headers={"X-Odd": " a   b "})
    auth(credentials, more.get("service", "eks"), "us-east-1").add_auth(request)
    return environ(request)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("credentials", [CREDENTIALS, TEMPORARY])
def test_a_signed_request_is_recognised(url: str, credentials: Credentials) -> None:
    body = b'{"name": "one"}'
    found = read(signed(url, credentials=credentials, data=body), body)
    assert found is not None
    assert is_signed_by(found, SECRET)
    assert not is_signed_by(found, SECRET + "x")
    other = read(signed(url, credentials=credentials, data=body), body + b" ")
    assert other is not None
    assert not is_signed_by(other, SECRET)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUERY_STRING", "maxResults=2"),
        ("REQUEST_URI", "/clusters/two"),
        ("REQUEST_METHOD", "DELETE"),
        ("HTTP_HOST", "elsewhere"),
        ("HTTP_X_ODD", "c"),
    ],
)
def test_a_tampered_request_is_not(name: str, value: str) -> None:
    found = read(signed(URLS[1]) | {name: value}, b"")
    assert found is not None
    assert not is_signed_by(found, SECRET)


def test_a_presigned_request_is_recognised() -> None:
    url = URLS[3]
    found = read(signed(url, SigV4QueryAuth, TEMPORARY, method="GET", service="sts"), b"")
    assert found is not None
    assert (found.access_key, found.token, found.expires) == ("ASIDEXAMPLE", "token/with+signs==", 3600)
    assert is_signed_by(found, SECRET)
    assert flaw(found, WHO_FOR_NOW, found.at + 3000, ["us-east-1"]) is None
    late = flaw(found, WHO_FOR_NOW, found.at + 3700, ["us-east-1"])
    assert late is not None
    assert late[0] is Fault.SKEWED
    assert late[1].endswith(" - 60 min.)")


def test_s3_signs_its_paths_as_they_are() -> None:
    url = "http://127.0.0.1:4599/bucket/a%20key//b"
    found = read(signed(url, S3SigV4Auth, method="PUT", service="s3", data=b"x"), b"x")
    assert found is not None
    assert is_signed_by(found, SECRET)


def test_the_clocks_may_be_a_quarter_of_an_hour_apart() -> None:
    found = read(signed(URLS[0]), b"")
    assert found is not None
    now = datetime.datetime.now(datetime.UTC).timestamp()
    faults = {
        apart: flaw(found, WHO, now + apart, ["us-east-1"]) for apart in (0, 5 - SKEW, SKEW + 5, -SKEW - 5)
    }
    assert faults[0] is None
    assert faults[5 - SKEW] is None
    for apart, words in ((SKEW + 5, "Signature expired: "), (-SKEW - 5, "Signature not yet current: ")):
        assert (faults[apart] or ("", ""))[1].startswith(words)


def test_a_signature_is_for_a_day_and_a_region() -> None:
    found = read(signed(URLS[0]), b"")
    assert found is not None
    assert flaw(found, WHO, found.at, ["eu-west-1"]) == (
        Fault.MISMATCH,
        "Credential should be scoped to a valid region, not 'us-east-1'.",
    )
    other = dataclasses.replace(found, scope=found.scope.replace(found.time[:8], "20200101"))
    fault, words = flaw(other, WHO, found.at, ["us-east-1"]) or ("", "")
    assert fault is Fault.MISMATCH
    assert words.startswith("Date in Credential scope does not match YYYYMMDD")
    bare = dataclasses.replace(found, headers=tuple(one for one in found.headers if one[0] != "host"))
    assert (flaw(bare, WHO, found.at, ["us-east-1"]) or ("", ""))[1].startswith("'Host'")


def test_what_is_not_signed_like_this_is_not_signed() -> None:
    assert read({"REQUEST_METHOD": "GET", "HTTP_AUTHORIZATION": "Bearer x"}, b"") is None
    half = {"REQUEST_METHOD": "GET", "HTTP_AUTHORIZATION": "AWS4-HMAC-SHA256 Credential=a/b"}
    assert read(half, b"") is None
