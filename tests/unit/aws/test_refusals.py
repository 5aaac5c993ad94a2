"""The table of AWS's error codes."""

from __future__ import annotations

import pytest

from clusterwright import errors
from clusterwright.aws.refusals import meaning, refused

BAD = errors.BadCredentials

CASES = [
    ("ec2:DescribeVpcs", "InvalidVpcID.NotFound", "", errors.NotFound),
    ("ec2:DeleteNatGateway", "NatGatewayNotFound", "", errors.NotFound),
    ("ec2:DeleteLaunchTemplate", "InvalidLaunchTemplateId.NotFound", "", errors.NotFound),
    ("ec2:DetachInternetGateway", "Gateway.NotAttached", "", errors.NotFound),
    ("iam:GetRole", "NoSuchEntity", "", errors.NotFound),
    ("eks:DescribeCluster", "ResourceNotFoundException", "No cluster found for name: x.", errors.NotFound),
    ("eks:CreateAddon", "ResourceNotFoundException", "No cluster found for name: x.", errors.NotFound),
    ("ec2:CreateRoute", "InvalidNatGatewayID.NotFound", "", errors.NotYet),
    ("ec2:CreateSubnet", "InvalidVpcID.NotFound", "", errors.NotYet),
    ("ec2:AssociateRouteTable", "InvalidSubnetID.NotFound", "", errors.NotYet),
    (
        "eks:CreateCluster",
        "InvalidParameterException",
        "Role with arn: arn:aws:iam::1:role/r, could not be assumed because it does not exist or the trusted "
        "entity is not correct",
        errors.NotYet,
    ),
    (
        "eks:CreateFargateProfile",
        "InvalidParameterException",
        "Misconfigured PodExecutionRole Trust Policy; Please add the eks-fargate-pods.amazonaws.com Service "
        "Principal",
        errors.NotYet,
    ),
    ("iam:CreateRole", "MalformedPolicyDocument", "Invalid principal in policy", errors.NotYet),
    ("iam:CreateRole", "MalformedPolicyDocument", "Syntax errors in policy.", errors.Rejected),
    ("ec2:RunInstances", "InvalidParameterValue", "Invalid IAM Instance Profile name", errors.NotYet),
    ("ec2:DeleteVpc", "DependencyViolation", "", errors.InUse),
    ("iam:DeleteRole", "DeleteConflict", "", errors.InUse),
    ("ec2:ReleaseAddress", "InvalidIPAddress.InUse", "", errors.InUse),
    ("ec2:AssociateRouteTable", "Resource.AlreadyAssociated", "", errors.InUse),
    ("eks:DeleteCluster", "ResourceInUseException", "Cluster has nodegroups attached", errors.InUse),
    (
        "eks:DeleteFargateProfile",
        "InvalidRequestException",
        "Cannot delete because cluster x currently has an update in progress",
        errors.InUse,
    ),
    (
        "eks:CreateCluster",
        "ResourceInUseException",
        "Cluster already exists with name: x",
        errors.AlreadyExists,
    ),
    (
        "eks:CreateAccessEntry",
        "ResourceInUseException",
        "The specified access entry resource is already in use on this cluster.",
        errors.AlreadyExists,
    ),
    (
        "eks:CreateFargateProfile",
        "ResourceInUseException",
        "Cannot create Fargate Profile b because cluster x currently has Fargate profile a in CREATING",
        errors.InUse,
    ),
    ("iam:CreateRole", "EntityAlreadyExists", "", errors.AlreadyExists),
    ("ec2:CreateSecurityGroup", "InvalidGroup.Duplicate", "", errors.AlreadyExists),
    (
        "ec2:CreateLaunchTemplate",
        "InvalidLaunchTemplateName.AlreadyExistsException",
        "",
        errors.AlreadyExists,
    ),
    ("logs:CreateLogGroup", "ResourceAlreadyExistsException", "", errors.AlreadyExists),
    ("ec2:CreateNatGateway", "IdempotentParameterMismatch", "", errors.AlreadyExists),
    ("ec2:CreateVpc", "UnauthorizedOperation", "", errors.Denied),
    ("eks:CreateCluster", "AccessDeniedException", "", errors.Denied),
    ("sts:AssumeRole", "AccessDenied", "", errors.Denied),
    ("ec2:ReleaseAddress", "AuthFailure", "You do not have permission to access it", errors.Denied),
    ("ec2:DescribeVpcs", "AuthFailure", "was not able to validate the provided access credentials", BAD),
    ("sts:GetCallerIdentity", "InvalidClientTokenId", "", BAD),
    ("eks:DescribeCluster", "UnrecognizedClientException", "", BAD),
    ("ec2:DescribeVpcs", "RequestExpired", "Request has expired.", BAD),
    ("sts:GetCallerIdentity", "ExpiredToken", "The security token included in the request is expired", BAD),
    ("ec2:DescribeVpcs", "RequestLimitExceeded", "", errors.Throttled),
    ("eks:DescribeCluster", "ThrottlingException", "", errors.Throttled),
    ("iam:GetRole", "Throttling", "", errors.Throttled),
    ("ec2:CreateVpc", "VpcLimitExceeded", "", errors.QuotaExceeded),
    ("ec2:AllocateAddress", "AddressLimitExceeded", "", errors.QuotaExceeded),
    ("eks:CreateCluster", "ResourceLimitExceededException", "", errors.QuotaExceeded),
    ("iam:CreateRole", "LimitExceeded", "", errors.QuotaExceeded),
    ("ec2:DescribeVpcs", "InternalError", "", errors.Unreachable),
    ("eks:CreateCluster", "ServerException", "", errors.Unreachable),
    ("ec2:CreateSubnet", "InvalidParameterValue", "Value (x) is invalid", errors.Rejected),
    ("eks:CreateNodegroup", "InvalidParameterException", "instance types do not exist", errors.Rejected),
]


@pytest.mark.parametrize(
    ("code", "text", "words"),
    [
        ("SignatureDoesNotMatch", "Signature expired: 20261125T1000Z is now earlier than", "clock"),
        ("SignatureDoesNotMatch", "Signature not yet current: 20261125T1000Z is still later than", "clock"),
        ("RequestTimeTooSkewed", "The difference ... is too large: skewed", "clock"),
        ("SignatureDoesNotMatch", "The request signature we calculated does not match", "secret does not"),
        ("ExpiredToken", "The security token included in the request is expired", "past their end"),
        (
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            "no such access key",
        ),
    ],
)
def test_each_flaw_of_credentials_has_its_own_remedy(code: str, text: str, words: str) -> None:
    error = refused("sts:GetCallerIdentity", code, text)
    assert isinstance(error, errors.BadCredentials)
    assert words in error.remedy


@pytest.mark.parametrize(("action", "code", "text", "means"), CASES, ids=[f"{c[0]} {c[1]}" for c in CASES])
def test_codes(action: str, code: str, text: str, means: type[errors.AwsError]) -> None:
    assert meaning(action, code, text) is means


def test_an_unknown_code_with_a_server_status_is_no_answer() -> None:
    assert meaning("ec2:CreateVpc", "502", "Bad Gateway", status=502) is errors.Unreachable


def test_a_refusal_says_where_what_and_what_next() -> None:
    error = refused("ec2:CreateVpc", "UnauthorizedOperation", "You are not authorized.")
    assert error.message == "ec2:CreateVpc: You are not authorized. (UnauthorizedOperation)"
    assert error.remedy == "Allow ec2:CreateVpc in the policies of the cloud account's role or user."
    assert (error.action, error.aws_code) == ("ec2:CreateVpc", "UnauthorizedOperation")


def test_encoded_messages_are_left_out() -> None:
    said = "You are not authorized. Encoded authorization failure message: AAAABBBB"
    assert "AAAA" not in str(refused("ec2:CreateVpc", "UnauthorizedOperation", said))
