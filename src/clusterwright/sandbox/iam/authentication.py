"""What is wrong with how a request was signed, if anything is. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html
"""

from collections.abc import Collection
from datetime import UTC, datetime

from clusterwright.sandbox.iam import signature
from clusterwright.sandbox.iam.principals import Principal
from clusterwright.sandbox.iam.refusing import Fault
from clusterwright.sandbox.iam.signature import SKEW, Signed

Flaw = tuple[Fault, str]
"""The words are empty where those of the fault will do."""

_UNSIGNED_HOST = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."
_OTHER_DATE = (
    "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{}',"
    " from '{}'."
)


def flaw(signed: Signed, who: Principal | None, now: float, regions: Collection[str]) -> Flaw | None:
    if "host" not in dict(signed.headers):
        return Fault.MISMATCH, _UNSIGNED_HOST
    if who is None or who.token != signed.token:
        return Fault.UNKNOWN_KEY, ""
    if who.expires <= now:
        return Fault.EXPIRED, ""
    out_of_scope = _out_of_scope(signed, regions) or _untimely(signed, now)
    if out_of_scope is not None:
        return out_of_scope
    return None if signature.is_signed_by(signed, who.secret) else (Fault.MISMATCH, "")


def _out_of_scope(signed: Signed, regions: Collection[str]) -> Flaw | None:
    date, region, *_ = signed.scope.split("/")
    if date != signed.time[:8]:
        return Fault.MISMATCH, _OTHER_DATE.format(date, signed.time[:8], signed.time)
    if region not in regions:
        return Fault.MISMATCH, f"Credential should be scoped to a valid region, not '{region}'."
    return None


def _untimely(signed: Signed, now: float) -> Flaw | None:
    """A presigned request is good for as long as it says, any other for as long as clocks may differ."""
    lasts = signed.expires or SKEW
    if now - signed.at > lasts:
        earliest = f"{_stamp(now - lasts)} ({_stamp(now)} - {_span(lasts)})"
        return Fault.SKEWED, f"Signature expired: {signed.time} is now earlier than {earliest}"
    if signed.at - now > SKEW:
        latest = f"{_stamp(now + SKEW)} ({_stamp(now)} + {_span(SKEW)})"
        return Fault.SKEWED, f"Signature not yet current: {signed.time} is still later than {latest}"
    return None


def _stamp(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%SZ")


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min." if seconds >= 60 else f"{seconds:.0f} sec."
