"""What AWS says to those it does not let in, service by service.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html
"""

from enum import StrEnum

from clusterwright.sandbox.call import AwsError
from clusterwright.sandbox.iam import messages
from clusterwright.sandbox.iam.decision import Decision, Kind, Outcome, Request

_AWS_JSON = frozenset({"kms", "logs", "ssm", "secretsmanager", "servicequotas", "tagging", "pricing"})
_REST_JSON = frozenset({"eks"})


class Fault(StrEnum):
    """What is wrong with a signature."""

    MISSING = "missing"
    INCOMPLETE = "incomplete"
    UNKNOWN_KEY = "unknown key"
    MISMATCH = "mismatch"
    SKEWED = "skewed"
    EXPIRED = "expired"


_INVALID = "The security token included in the request is invalid."
_EXPIRED = "The security token included in the request is expired"
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret"
    " Access Key and signing method. Consult the service documentation for details."
)
_INCOMPLETE = (
    "Authorization header requires 'Credential', 'Signature' and 'SignedHeaders' parameters and a date."
)
_MISSING = "Request is missing Authentication Token"
_VALIDATE = "AWS was not able to validate the provided access credentials"

_QUERY: dict[Fault, tuple[str, str, int]] = {
    Fault.MISSING: ("MissingAuthenticationToken", _MISSING, 403),
    Fault.INCOMPLETE: ("IncompleteSignature", _INCOMPLETE, 400),
    Fault.UNKNOWN_KEY: ("InvalidClientTokenId", _INVALID, 403),
    Fault.MISMATCH: ("SignatureDoesNotMatch", _MISMATCH, 403),
    Fault.SKEWED: ("SignatureDoesNotMatch", _MISMATCH, 403),
    Fault.EXPIRED: ("ExpiredToken", _EXPIRED, 403),
}
_EC2: dict[Fault, tuple[str, str, int]] = {
    Fault.MISSING: ("MissingParameter", "The request must contain the parameter AWSAccessKeyId", 400),
    Fault.INCOMPLETE: ("AuthFailure", _VALIDATE, 401),
    Fault.UNKNOWN_KEY: ("AuthFailure", _VALIDATE, 401),
    Fault.MISMATCH: ("AuthFailure", _VALIDATE, 401),
    Fault.SKEWED: ("RequestExpired", "Request has expired.", 400),
    Fault.EXPIRED: ("RequestExpired", "Request has expired.", 400),
}
_S3: dict[Fault, tuple[str, str, int]] = {
    Fault.MISSING: ("AccessDenied", "Access Denied", 403),
    Fault.INCOMPLETE: ("AuthorizationHeaderMalformed", "The authorization header is malformed.", 400),
    Fault.UNKNOWN_KEY: (
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        403,
    ),
    Fault.MISMATCH: ("SignatureDoesNotMatch", _MISMATCH, 403),
    Fault.SKEWED: (
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        403,
    ),
    Fault.EXPIRED: ("ExpiredToken", "The provided token has expired.", 400),
}
_OWN = {"ec2": _EC2, "s3": _S3}
_JSON: dict[Fault, tuple[str, str]] = {
    Fault.MISSING: ("MissingAuthenticationTokenException", "Missing Authentication Token"),
    Fault.INCOMPLETE: ("IncompleteSignatureException", _INCOMPLETE),
    Fault.UNKNOWN_KEY: ("UnrecognizedClientException", _INVALID),
    Fault.MISMATCH: ("InvalidSignatureException", _MISMATCH),
    Fault.SKEWED: ("InvalidSignatureException", _MISMATCH),
    Fault.EXPIRED: ("ExpiredTokenException", _EXPIRED),
}


def unauthenticated(service: str, fault: Fault, words: str = "") -> AwsError:
    """EC2 and S3 have words of their own."""
    if service in _AWS_JSON or service in _REST_JSON:
        code, message = _JSON[fault]
        return AwsError(code, words or message, 403 if service in _REST_JSON else 400)
    code, message, status = _OWN.get(service, _QUERY)[fault]
    return AwsError(code, message if service in _OWN else words or message, status)


def unauthorized(service: str, arn: str, request: Request, decision: Decision) -> AwsError:
    action, resource = request.action, request.resource
    what = f"User: {arn} is not authorized to perform: {action}"
    what += "" if resource == "*" else f" on resource: {resource}"
    message = what + _because(action, decision)
    if service == "ec2":
        more = f"Encoded authorization failure message: {messages.encoded(arn, request, decision)}"
        words = f"You are not authorized to perform this operation. {message}. {more}"
        return AwsError("UnauthorizedOperation", words, 403)
    if service in _AWS_JSON:
        return AwsError("AccessDeniedException", message, 400)
    if service in _REST_JSON:
        return AwsError("AccessDeniedException", message, 403)
    return AwsError("AccessDenied", message, 403)


def _because(action: str, decision: Decision) -> str:
    """Denials by a resource's policy, or across accounts, have no reason."""
    if decision.kind is Kind.RESOURCE and decision.outcome is Outcome.IMPLICIT:
        return ""
    if decision.outcome is Outcome.EXPLICIT:
        article = "an" if decision.kind is Kind.IDENTITY else "a"
        return f" with an explicit deny in {article} {decision.kind}"
    return f" because no {decision.kind} allows the {action} action"
