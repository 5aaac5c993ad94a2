"""EKS's refusals, in its words where they are known.

https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html and each operation's own Errors section.
"""

from typing import Any

from clusterwright.sandbox.call import AwsError


def not_found(message: str, **members: Any) -> AwsError:
    return AwsError("ResourceNotFoundException", message, 404, **members)


def in_use(message: str, **members: Any) -> AwsError:
    return AwsError("ResourceInUseException", message, 409, **members)


def invalid(message: str, **members: Any) -> AwsError:
    return AwsError("InvalidParameterException", message, 400, **members)


def bad_request(message: str, **members: Any) -> AwsError:
    return AwsError("InvalidRequestException", message, 400, **members)


def limit(message: str, **members: Any) -> AwsError:
    return AwsError("ResourceLimitExceededException", message, 400, **members)


def role_unusable(arn: str, **members: Any) -> AwsError:
    return invalid(
        f"Role with arn: {arn}, could not be assumed because it does not exist or the trusted entity is not "
        "correct",
        **members,
    )
