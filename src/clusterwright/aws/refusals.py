"""What AWS's error codes mean to us: one table, read from the top.

docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html and the Errors section of each EKS, IAM
and CloudWatch Logs operation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from clusterwright import errors
from clusterwright.errors import AwsError


@dataclass(frozen=True)
class Rule:
    """Calls whose name (`ec2:CreateRoute`), code and text match mean this error."""

    means: type[AwsError]
    code: str
    text: str = ""
    action: str = ""

    def holds(self, action: str, code: str, text: str) -> bool:
        return (
            re.fullmatch(self.code, code) is not None
            and re.search(self.text, text, re.IGNORECASE) is not None
            and re.search(self.action, action) is not None
        )


PARAMETERS = "InvalidParameter.*|InvalidRequest.*|ValidationError|ValidationException|ClientException"
UNSEEN_ROLE = (
    "cannot be assumed|could not be assumed|unable to assume|trusted entity|trust policy|trust relationship"
    "|doesn't have the Amazon EKS Managed Policies|role .*does not exist|invalid principal"
)
BUSY = (
    "in progress|currently (being|has|updating)|is being (created|updated|deleted)|not in (an )?active"
    "|status is (creating|updating|deleting)|cannot (be )?(performed|delete|update).* while"
)
MAKES = ":(Create|Attach|Associate|Authorize|Modify|Run)"
DENIALS = r".*UnauthorizedOperation|AccessDenied(Exception)?|AuthFailure|OptInRequired|NotAuthorized"
CREDENTIALS = (
    r"UnrecognizedClientException|InvalidClientTokenId|SignatureDoesNotMatch|InvalidSignatureException"
    r"|ExpiredToken(Exception)?|MissingAuthenticationToken|IncompleteSignature|InvalidAccessKeyId"
    r"|RequestExpired|RequestTimeTooSkewed"
)
THROTTLES = (
    r"Throttling(Exception)?|ThrottledException|RequestThrottled(Exception)?|RequestLimitExceeded"
    r"|TooManyRequests(Exception)?|EC2ThrottledException|BandwidthLimitExceeded|SlowDown"
    r"|PriorRequestNotComplete"
)
QUOTAS = r".*LimitExceeded(Exception)?|.*QuotaExceeded(Exception)?|LimitExceeded.*|ResourceCountExceeded"
SILENCES = r"InternalError|InternalFailure|Server(Exception|.InternalError)|ServiceUnavailable.*|Unavailable"

RULES = (
    Rule(errors.Throttled, THROTTLES),
    Rule(errors.BadCredentials, CREDENTIALS),
    Rule(errors.BadCredentials, "AuthFailure", "validate the provided access credentials"),
    Rule(errors.Denied, DENIALS),
    # Eventual consistency: a role or an object that was made a moment ago is not seen everywhere.
    Rule(errors.NotYet, f"{PARAMETERS}|MalformedPolicyDocument", UNSEEN_ROLE),
    Rule(errors.NotYet, "InvalidParameterValue", "instance profile"),
    Rule(errors.NotYet, "ResourcePropagationDelay(Exception)?"),
    Rule(errors.NotYet, r"(Invalid\w+\.|NatGateway)NotFound(Exception)?", action="ec2" + MAKES),
    Rule(errors.AlreadyExists, "ResourceInUse(Exception)?", "already (exists|in use)", ":Create"),
    Rule(errors.AlreadyExists, PARAMETERS, "already exists", ":Create"),
    Rule(errors.InUse, PARAMETERS, BUSY),
    Rule(errors.InUse, r"ResourceInUse(Exception)?|DependencyViolation|DeleteConflict|.*InUse"),
    Rule(errors.InUse, r"Resource\.AlreadyAssociated|Incorrect\w*State|InvalidState(Exception)?"),
    Rule(errors.InUse, r"ConcurrentModification(Exception)?|OperationAborted(Exception)?"),
    Rule(errors.InUse, r"EntityTemporarilyUnmodifiable(Exception)?"),
    Rule(errors.NotFound, r".*NotFound(Exception)?|NoSuchEntity(Exception)?|Gateway\.NotAttached"),
    Rule(errors.AlreadyExists, r"EntityAlreadyExists|.*\.Duplicate|.*AlreadyExists(Exception)?"),
    Rule(errors.AlreadyExists, r"IdempotentParameterMismatch|InvalidSubnet\.Conflict"),
    Rule(errors.QuotaExceeded, QUOTAS),
    Rule(errors.Unreachable, SILENCES),
)

REMEDIES: dict[type[AwsError], str] = {
    errors.Denied: "Allow {action} in the policies of the cloud account's role or user.",
    errors.Throttled: "Nothing to do: the call is made again, more slowly.",
    errors.QuotaExceeded: "Ask for more in the Service Quotas console, or remove what nobody needs.",
    errors.NotYet: "Nothing to do: the call is made again when AWS has caught up.",
    errors.InUse: "Wait until the other change is done, or remove what still uses it.",
    errors.AlreadyExists: "Choose another name, or remove that object yourself if nobody needs it.",
    errors.Unreachable: "Check the network between here and AWS; the call is made again.",
    errors.Rejected: "Change what AWS names; making the same call again does not help.",
}


FLAWS: tuple[tuple[str, str, str], ...] = (
    (
        ".*",
        r"signature expired|not yet current|skewed|request has expired",
        "The clock of this server differs from AWS's by minutes: set it by NTP.",
    ),
    (
        r"SignatureDoesNotMatch|InvalidSignatureException",
        "",
        "The secret does not belong to the access key: copy both anew and apply the account again.",
    ),
    (
        r"ExpiredToken(Exception)?",
        "",
        "The temporary credentials are past their end: apply the account with new ones, or use a role.",
    ),
    (
        ".*",
        "",
        "AWS knows no such access key: it was deleted or switched off, is mistyped, is of another partition, "
        "or its session token is missing.",
    ),
)
"""What is wrong with credentials, by code and text; the first that fits.

docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
"""


def flaw(code: str, text: str) -> str:
    return next(
        remedy
        for codes, words, remedy in FLAWS
        if re.fullmatch(codes, code) and re.search(words, text, re.IGNORECASE)
    )


def meaning(action: str, code: str, text: str, status: int = 400) -> type[AwsError]:
    """The error that this refusal is to us."""
    for rule in RULES:
        if rule.holds(action, code, text):
            return rule.means
    return errors.Unreachable if status >= 500 else errors.Rejected


def refused(action: str, code: str, text: str, status: int = 400) -> AwsError:
    """The error to raise, in words for people: where, what AWS said, what to do next."""
    means = meaning(action, code, text, status)
    words = text.partition(" Encoded authorization failure message:")[0].strip()
    said = f"{action}: {words} ({code})" if words else f"{action}: {code}"
    remedy = REMEDIES.get(means, "").format(action=action)
    if means is errors.BadCredentials:
        remedy = flaw(code, text)
    return means(said, action=action, aws_code=code, remedy=remedy)
