"""AssumeRoleWithWebIdentity: tokens of OIDC providers, as pods of a cluster have them.

https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
Who signed a token is not checked, for the issuers of the sandbox's clusters publish no keys; all else is.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.iam.models import iam_backends

from clusterwright.sandbox import trust
from clusterwright.sandbox.call import AwsError
from clusterwright.sandbox.iam.patterns import Context

ACTION = "AssumeRoleWithWebIdentity"
_DENIED = AwsError("AccessDenied", f"Not authorized to perform sts:{ACTION}", 403)


def check(form: Mapping[str, str], now: float) -> None:
    """`now` is the real time, by which tokens are dated."""
    role = trust.find_role(form.get("RoleArn", ""))
    if role is None:
        raise _DENIED
    claims = _claims(form.get("WebIdentityToken", ""))
    issuer = str(claims["iss"]).removeprefix("https://")
    provider = _provider(role, issuer)
    _check_times(claims, now)
    if not set(_listed(claims.get("aud"))) & set(provider.client_id_list):
        raise _invalid("Incorrect token audience")
    who = ("Federated", str(provider.arn))
    if not trust.trusts(role, f"sts:{ACTION}", who, _context(form, claims, issuer)):
        raise _DENIED


def _claims(token: str) -> dict[str, Any]:
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        raise _invalid("The ID Token provided is not a valid JWT.") from None
    if not isinstance(claims, dict) or not {"iss", "sub"} <= claims.keys():
        raise _invalid("Missing a required claim: iss, sub")
    return claims


def _provider(role: Any, issuer: str) -> Any:
    arn = f"arn:{role.arn.split(':')[1]}:iam::{role.account_id}:oidc-provider/{issuer}"
    found = iam_backends[role.account_id][role.arn.split(":")[1]].open_id_providers.get(arn)
    if found is None:
        raise _invalid(f"No OpenIDConnect provider found in your account for https://{issuer}")
    return found


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    expires = float(claims.get("exp") or 0)
    if expires < now:
        times = [datetime.fromtimestamp(one, UTC).isoformat(timespec="seconds") for one in (now, expires)]
        raise AwsError(
            "ExpiredTokenException",
            f"Token expired: current date/time {times[0]} must be before the expiration date/time {times[1]}",
        )


def _context(form: Mapping[str, str], claims: Mapping[str, Any], issuer: str) -> Context:
    found = {f"{issuer}:{name}".lower(): tuple(_listed(claims.get(name))) for name in ("aud", "sub")}
    return {**found, "sts:rolesessionname": (form.get("RoleSessionName", ""),)}


def _listed(value: Any) -> list[str]:
    many = value if isinstance(value, list) else [value]
    return [str(one) for one in many if one is not None]


def _invalid(words: str) -> AwsError:
    return AwsError("InvalidIdentityToken", words)
