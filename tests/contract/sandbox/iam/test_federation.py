"""Roles that are entered with a token of an OIDC provider, as pods with a service account's role do."""

import base64
import json
import time
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.config import Config

from ..tenant import refused
from .people import Account, allow, policy

PAGE = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html"
PODS = "https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html"
ISSUER = "oidc.eks.us-east-1.amazonaws.com/id/ABCDEF"
SUBJECT = "system:serviceaccount:kube-system:aws-node"


def _token(**claims: Any) -> str:
    given = {
        "iss": f"https://{ISSUER}",
        "sub": SUBJECT,
        "aud": ["sts.amazonaws.com"],
        "exp": time.time() + 600,
    }
    parts = ({"alg": "RS256"}, given | claims)
    texts = (base64.urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts)
    return ".".join((*texts, "c2ln"))


class Pods:
    """A provider, a role for one service account, and a client without keys."""

    def __init__(self, account: Account) -> None:
        self.account = account
        made = account.iam.create_open_id_connect_provider(
            Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"]
        )
        entry = {
            "Effect": "Allow",
            "Principal": {"Federated": made["OpenIDConnectProviderArn"]},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {"StringEquals": {f"{ISSUER}:sub": SUBJECT, f"{ISSUER}:aud": "sts.amazonaws.com"}},
        }
        made = account.iam.create_role(RoleName="pods", AssumeRolePolicyDocument=policy(entry))
        self.role = made["Role"]["Arn"]
        document = policy(allow("ec2:DescribeVpcs"))
        account.iam.put_role_policy(RoleName="pods", PolicyName="own", PolicyDocument=document)
        account.tenant.advance(60)
        self.sts = account.tenant.session.create_client(
            "sts",
            region_name="us-east-1",
            endpoint_url=account.tenant.url,
            config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
        )

    def enter(self, token: str, role: str = "") -> Any:
        given = {"RoleArn": role or self.role, "RoleSessionName": "pod", "WebIdentityToken": token}
        return self.sts.assume_role_with_web_identity(**given)["Credentials"]


@pytest.fixture
def pods(account: Account) -> Pods:
    return Pods(account)


@pytest.mark.documented(PODS)
def test_a_pod_does_what_its_role_may(pods: Pods) -> None:
    made = pods.enter(_token())
    keys = {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
    }
    assert pods.account.tries(keys, "ec2", "describe_vpcs") == "ok"
    assert pods.account.tries(keys, "ec2", "describe_subnets") == "UnauthorizedOperation"


@pytest.mark.documented(PODS)
def test_another_service_account_is_not_let_in(pods: Pods) -> None:
    with refused("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"):
        pods.enter(_token(sub="system:serviceaccount:default:default"))


@pytest.mark.documented(PAGE)
def test_a_role_that_trusts_no_provider_is_not_entered(pods: Pods) -> None:
    with refused("AccessDenied"):
        pods.enter(_token(), pods.account.role())


@pytest.mark.documented(PAGE)
@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": "https://id.example.com"}, "InvalidIdentityToken"),
        ({"aud": "somebody-else"}, "InvalidIdentityToken"),
        ({"exp": 1_000_000_000}, "ExpiredTokenException"),
    ],
    ids=["another issuer", "another audience", "expired"],
)
def test_a_token_has_to_be_good(pods: Pods, claims: dict[str, Any], code: str) -> None:
    with refused(code):
        pods.enter(_token(**claims))


@pytest.mark.documented(PAGE)
def test_a_token_has_to_be_one(pods: Pods) -> None:
    with refused("InvalidIdentityToken"):
        pods.enter("nonsense")
