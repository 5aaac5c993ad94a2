"""EKS bearer tokens: a presigned `GetCallerIdentity`, which only its signer can have made for this cluster.

The cluster's name is a signed header that is not in the URL: whoever verifies adds it, so a token for another
cluster has another signature. https://github.com/kubernetes-sigs/aws-iam-authenticator/blob/master/pkg/token/token.go
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from clusterwright.sandbox import accounts
from clusterwright.sandbox.call import partition_of
from clusterwright.sandbox.iam import signature

_PREFIX = "k8s-aws-v1."
_LIFE = 15 * 60
_SKEW = 5 * 60
_HOST = re.compile(r"sts(?:-fips)?(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?|127\.0\.0\.1|localhost|\[::1\]")


class BadToken(Exception):
    """For the log; the client is told `Unauthorized` and no more."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`principal` is the user or role itself, `session` the last part of a role session's ARN."""

    principal: str
    arn: str
    account: str
    session: str


def identify(token: str, cluster_name: str, now: float) -> Caller:
    """`now` is real time, as the signer's clock is: the sandbox's own may run at any speed."""
    url = _url(token)
    query = dict(parse_qsl(url.query, keep_blank_values=True))
    if not _HOST.fullmatch(url.hostname or "") or url.path not in ("", "/"):
        raise BadToken(f"{url.netloc}{url.path} is not STS")
    if query.get("Action") != "GetCallerIdentity":
        raise BadToken("the URL does not ask who calls")
    _check_time(query, now)
    key, _, region, _ = _scope(query)
    secret, session_token = _secrets(key, partition_of(region))
    if session_token and query.get("X-Amz-Security-Token") != session_token:
        raise BadToken("the session token is another one")
    if not _is_signed(url, cluster_name, secret):
        raise BadToken("the signature does not match: other secret, or another cluster's token")
    return _caller(key, partition_of(region))


def _url(token: str) -> SplitResult:
    if not token.startswith(_PREFIX):
        raise BadToken(f"the token does not begin with {_PREFIX}")
    coded = token.removeprefix(_PREFIX)
    try:
        return urlsplit(base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode())
    except (binascii.Error, ValueError) as error:
        raise BadToken(f"the token cannot be decoded: {error}") from None


def _check_time(query: dict[str, str], now: float) -> None:
    try:
        signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        life = int(query["X-Amz-Expires"])
    except (KeyError, ValueError) as error:
        raise BadToken(f"no time in the URL: {error}") from None
    if life > _LIFE or not signed - _SKEW <= now <= signed + _LIFE:
        raise BadToken("the token has expired")


def _scope(query: dict[str, str]) -> tuple[str, str, str, str]:
    parts = query.get("X-Amz-Credential", "").split("/")
    if len(parts) != 5 or parts[3:] != ["sts", "aws4_request"] or "X-Amz-Signature" not in query:
        raise BadToken("the URL is not signed for STS")
    return parts[0], parts[1], parts[2], parts[3]


def _secrets(key: str, partition: str) -> tuple[str, str]:
    """The secret behind an access key, and the session token where it is a role's."""
    account = accounts.account_of(key)
    role: Any = sts_backends[account][partition].get_assumed_role_from_access_key(key)
    if role is not None:
        return str(role.secret_access_key), str(role.session_token)
    found: Any = iam_backends[account][partition].access_keys.get(key)
    if found is None:
        raise BadToken(f"nobody has the access key {key}")
    return str(found.secret_access_key), ""


def _is_signed(url: SplitResult, cluster_name: str, secret: str) -> bool:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": url.path or "/",
        "QUERY_STRING": url.query,
        "HTTP_HOST": url.netloc,
        "HTTP_X_K8S_AWS_ID": cluster_name,
    }
    signed = signature.read(environ, b"")
    if signed is None or "x-k8s-aws-id" not in dict(signed.headers):
        raise BadToken("the cluster is not among the signed headers")
    return signature.is_signed_by(signed, secret)


def _caller(key: str, partition: str) -> Caller:
    account = accounts.account_of(key)
    arn = accounts.caller_arn(key, account, partition)
    session = arn.rpartition("/")[2] if ":assumed-role/" in arn else ""
    return Caller(accounts.principal_arn(key, account, partition), arn, account, session)
