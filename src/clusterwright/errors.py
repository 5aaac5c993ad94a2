"""The exception tree. Every message says where, what, and what to do next.

Error                     anything we raise on purpose; `code` is stable, `remedy` is shown to people
├── Invalid               what the user wrote is wrong; carries every finding at once
├── Missing               the named object does not exist
├── Conflict              the object changed underneath, or the name is taken
├── NotOurs               an AWS object of the wanted name exists and does not carry our tag
├── NeedsApproval         the plan would restart or destroy workloads and nobody agreed yet
├── Unauthorized          no valid token
└── AwsError              what AWS answered, mapped once, in the gateway
    ├── NotFound          the object is gone
    ├── InUse             something still depends on it, or another change is under way
    ├── AlreadyExists     the name or the idempotency token is taken
    ├── Denied            a permission is missing; the action is named
    ├── BadCredentials    AWS does not accept who we say we are: key, secret, token or clock
    ├── Throttled         slow down
    ├── QuotaExceeded     the account's limit is reached
    ├── NotYet            eventual consistency: the same call is expected to work shortly
    ├── Rejected          AWS refuses these parameters; retrying does not help
    └── Unreachable       no answer; the call may or may not have happened
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a document: where it is, what was found there, what to do about it."""

    path: str
    message: str
    remedy: str = ""
    line: int | None = None
    value: str | None = None

    def __str__(self) -> str:
        where = ": ".join(part for part in (f"line {self.line}" if self.line else "", self.path) if part)
        what = f"{where}: {self.message}" if where else self.message
        return f"{what}. {self.remedy}" if self.remedy else what


class Error(Exception):
    """Something went wrong."""

    code = "error"

    def __init__(self, message: str = "", *, remedy: str = "") -> None:
        self.message = message or (self.__doc__ or "").splitlines()[0]
        self.remedy = remedy
        super().__init__(f"{self.message} {remedy}".rstrip())


class Invalid(Error):
    """The document is not valid."""

    code = "invalid"

    def __init__(self, findings: tuple[Finding, ...], message: str = "The document is not valid.") -> None:
        self.findings = findings
        super().__init__(message)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {finding}" for finding in self.findings)])


class Missing(Error):
    """The object does not exist."""

    code = "not-found"


class Conflict(Error):
    """The object changed since it was read."""

    code = "conflict"


class NotOurs(Error):
    """An object of this name exists and is not ours."""

    code = "not-ours"


class NeedsApproval(Error):
    """The change restarts or destroys workloads and was not approved."""

    code = "needs-approval"


class Unauthorized(Error):
    """A valid token is needed."""

    code = "unauthorized"


class AwsError(Error):
    """AWS refused a call."""

    code = "aws"

    def __init__(self, message: str = "", *, action: str = "", aws_code: str = "", remedy: str = "") -> None:
        self.action = action
        self.aws_code = aws_code
        super().__init__(message, remedy=remedy)


class NotFound(AwsError):
    """The AWS object does not exist."""

    code = "aws-not-found"


class InUse(AwsError):
    """Something still uses the AWS object, or another change of it is under way."""

    code = "aws-in-use"


class AlreadyExists(AwsError):
    """An AWS object of this name exists already."""

    code = "aws-already-exists"


class Denied(AwsError):
    """The account lacks a permission."""

    code = "aws-denied"


class BadCredentials(AwsError):
    """AWS does not accept the credentials."""

    code = "aws-credentials"


class Throttled(AwsError):
    """AWS asks us to slow down."""

    code = "aws-throttled"


class QuotaExceeded(AwsError):
    """A quota of the AWS account is reached."""

    code = "aws-quota"


class NotYet(AwsError):
    """AWS does not see a new object yet; the same call is expected to work shortly."""

    code = "aws-not-yet"


class Rejected(AwsError):
    """AWS refuses the parameters of a call."""

    code = "aws-rejected"


class Unreachable(AwsError):
    """AWS did not answer; the call may or may not have happened."""

    code = "aws-unreachable"
