"""The 44 probes by which emulators were compared (emulators.md, section 3), each with AWS's page."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import botocore.session
import pytest

from clusterwright.sandbox.server import Running

from ..tenant import Tenant
from .people import DENIED, Account, allow
from .stage import Stage, bounded, in_session, tagged

IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
AUTH = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
EKS = AUTH + "list_amazonelastickubernetesservice.html"
EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
RESOURCE = IAM + "reference_policies_elements_resource.html"
LOGIC = IAM + "reference_policies_evaluation-logic_policy-eval-denyallow.html"
CONDITION = IAM + "reference_policies_condition-keys.html"
PASS = IAM + "id_roles_use_passrole.html"
LINKED = IAM + "id_roles_create-service-linked-role.html"
EXTERNAL = IAM + "id_roles_common-scenarios_third-party.html"
PRINCIPAL = IAM + "reference_policies_elements_principal.html"
ASSUME = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
ERRORS = "https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html"
EKS_ERRORS = "https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html"
WHO = "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"

ALLOWED = "allowed"
CLUSTER_POLICY = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
NODE_POLICY = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
AMI = "/aws/service/eks/optimized-ami/1.31/amazon-linux-2023/x86_64/standard/recommended/image_id"
OTHER_AMI = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


@dataclass(frozen=True)
class Probe:
    row: str
    name: str
    page: str
    expected: str
    run: Callable[[Stage], str]


UNKNOWN = {"aws_access_key_id": "AKIAQQQQQQQQQQQQQQQQ", "aws_secret_access_key": "x" * 40}
EKS_DENIED, EC2_DENIED, DENIED_BY_IAM = "AccessDeniedException", "UnauthorizedOperation", "AccessDenied"

CREATES = "user with only the seed Controller policy: eks:CreateCluster"
DESCRIBES = "same user: eks:DescribeCluster"
OUTSIDE = "same user: outside policy"
EC2_CODE = "EC2 denial code"
SCOPING = "resource scoping"
DENY = "explicit Deny wins"
CONDITIONS = "identity-policy Condition (aws:RequestedRegion)"
PASSING = "iam:PassedToService / iam:PassRole on CreateCluster"
SERVICE_NAME = "iam:AWSServiceName on CreateServiceLinkedRole"
WRONG_ID = "assume_role: wrong ExternalId"
NO_ID = "assume_role: ExternalId missing"
ROOT = "assume_role: trust principal = account root"
OTHER_ROLES = "assume_role: role of another account, role that does not exist"
SIGNED = "signature, tampered token, unknown key"

PROBES = (
    Probe(CREATES, "controller creates a cluster", EKS, ALLOWED, lambda s: s.create_cluster(s.controller)),
    Probe(
        DESCRIBES,
        "describes it",
        EKS,
        ALLOWED,
        lambda s: s.as_controller("eks", "describe_cluster", name="one"),
    ),
    Probe(DESCRIBES, "lists clusters", EKS, ALLOWED, lambda s: s.as_controller("eks", "list_clusters")),
    Probe(
        OUTSIDE,
        "not node groups",
        EKS,
        EKS_DENIED,
        lambda s: s.as_controller("eks", "list_nodegroups", clusterName="one"),
    ),
    Probe(
        OUTSIDE,
        "not updates",
        EKS,
        EKS_DENIED,
        lambda s: s.as_controller("eks", "describe_update", name="one", updateId="u"),
    ),
    Probe(
        OUTSIDE,
        "nor access entries",
        EKS,
        EKS_DENIED,
        lambda s: s.as_controller(
            "eks", "create_access_entry", clusterName="one", principalArn=s.cluster_role
        ),
    ),
    Probe(
        OUTSIDE,
        "nor buckets",
        AUTH + "list_amazons3.html",
        DENIED_BY_IAM,
        lambda s: s.as_controller("s3", "create_bucket", Bucket="probe-bucket"),
    ),
    Probe(
        OUTSIDE,
        "nor users",
        ERRORS,
        DENIED_BY_IAM,
        lambda s: s.as_controller("iam", "create_user", UserName="x"),
    ),
    Probe(
        CREATES,
        "adds add-ons",
        EKS,
        ALLOWED,
        lambda s: s.as_controller("eks", "list_addons", clusterName="one"),
    ),
    Probe(
        CREATES,
        "deletes node groups",
        EKS,
        ALLOWED,
        lambda s: s.as_controller("eks", "delete_nodegroup", clusterName="one", nodegroupName="n"),
    ),
    Probe(
        CREATES,
        "makes networks",
        EC2,
        ALLOWED,
        lambda s: s.as_controller("ec2", "create_vpc", CidrBlock="10.0.0.0/16"),
    ),
    Probe(
        EC2_CODE,
        "but not key pairs",
        EC2,
        EC2_DENIED,
        lambda s: s.as_controller("ec2", "create_key_pair", KeyName="k"),
    ),
    Probe(
        EC2_CODE, "nor types", EC2, EC2_DENIED, lambda s: s.as_controller("ec2", "describe_instance_types")
    ),
    Probe(
        SCOPING,
        "one policy",
        RESOURCE,
        ALLOWED,
        lambda s: s.as_controller("iam", "get_policy", PolicyArn=CLUSTER_POLICY),
    ),
    Probe(
        SCOPING,
        "only one",
        RESOURCE,
        DENIED_BY_IAM,
        lambda s: s.as_controller("iam", "get_policy", PolicyArn=NODE_POLICY),
    ),
    Probe(
        SCOPING, "EKS images", RESOURCE, ALLOWED, lambda s: s.as_controller("ssm", "get_parameter", Name=AMI)
    ),
    Probe(
        SCOPING,
        "only those",
        RESOURCE,
        EKS_DENIED,
        lambda s: s.as_controller("ssm", "get_parameter", Name=OTHER_AMI),
    ),
    Probe(
        SCOPING,
        "its secrets",
        RESOURCE,
        ALLOWED,
        lambda s: s.as_controller(
            "secretsmanager", "create_secret", Name="aws.cluster.x-k8s.io/a", SecretString="x"
        ),
    ),
    Probe(
        SCOPING,
        "only its own",
        RESOURCE,
        EKS_DENIED,
        lambda s: s.as_controller("secretsmanager", "create_secret", Name="other", SecretString="x"),
    ),
    Probe(
        DENY,
        "explicit deny, EC2",
        LOGIC,
        EC2_DENIED,
        lambda s: s.call(s.denying, "ec2", "delete_vpc", VpcId="vpc-1"),
    ),
    Probe(
        DENY,
        "explicit deny, EKS",
        LOGIC,
        EKS_DENIED,
        lambda s: s.call(s.denying, "eks", "delete_cluster", name="one"),
    ),
    Probe(DENY, "the rest of it", LOGIC, ALLOWED, lambda s: s.call(s.denying, "ec2", "describe_vpcs")),
    Probe(
        CONDITIONS, "in the region", CONDITION, ALLOWED, lambda s: s.call(s.regional, "ec2", "describe_vpcs")
    ),
    Probe(
        CONDITIONS,
        "not elsewhere",
        CONDITION,
        EC2_DENIED,
        lambda s: s.call(s.regional, "ec2", "describe_vpcs", "eu-west-1"),
    ),
    Probe(CONDITIONS, "a tag as wanted", IAM + "access_tags.html", ALLOWED, lambda s: tagged(s, "us")),
    Probe(CONDITIONS, "another tag", IAM + "access_tags.html", DENIED_BY_IAM, lambda s: tagged(s, "them")),
    Probe(
        CONDITIONS,
        "within a boundary",
        IAM + "access_policies_boundaries.html",
        ALLOWED,
        lambda s: bounded(s, True),
    ),
    Probe(
        CONDITIONS,
        "beyond it",
        IAM + "access_policies_boundaries.html",
        EC2_DENIED,
        lambda s: bounded(s, False),
    ),
    Probe(
        CONDITIONS,
        "within a session policy",
        IAM + "access_policies.html",
        ALLOWED,
        lambda s: in_session(s, True),
    ),
    Probe(
        CONDITIONS, "beyond it too", IAM + "access_policies.html", EC2_DENIED, lambda s: in_session(s, False)
    ),
    Probe(PASSING, "eks:* without PassRole", PASS, EKS_DENIED, lambda s: s.create_cluster(s.without_pass)),
    Probe(
        PASSING, "PassRole to another service", PASS, EKS_DENIED, lambda s: s.create_cluster(s.pass_to_ec2)
    ),
    Probe(
        SERVICE_NAME,
        "service role of the statement",
        LINKED,
        ALLOWED,
        lambda s: s.linked("spot.amazonaws.com"),
    ),
    Probe(SERVICE_NAME, "of another service", LINKED, DENIED_BY_IAM, lambda s: s.linked("lex.amazonaws.com")),
    Probe(
        WRONG_ID, "right external id", EXTERNAL, ALLOWED, lambda s: s.assume(s.guarded, ExternalId=s.secret)
    ),
    Probe(
        WRONG_ID,
        "wrong external id",
        EXTERNAL,
        DENIED_BY_IAM,
        lambda s: s.assume(s.guarded, ExternalId="wrong"),
    ),
    Probe(NO_ID, "no external id", EXTERNAL, DENIED_BY_IAM, lambda s: s.assume(s.guarded)),
    Probe(ROOT, "root as principal", PRINCIPAL, ALLOWED, lambda s: s.assume(s.open)),
    Probe(
        OTHER_ROLES,
        "another account's user",
        ASSUME,
        ALLOWED,
        lambda s: s.assume(s.shared, s.neighbour(allow("sts:AssumeRole"))),
    ),
    Probe(
        OTHER_ROLES, "a role that is not there", ASSUME, DENIED_BY_IAM, lambda s: s.assume(s.open + "-ghost")
    ),
    Probe(
        SIGNED,
        "unknown key",
        ERRORS,
        "InvalidClientTokenId",
        lambda s: s.call(UNKNOWN, "sts", "get_caller_identity"),
    ),
    Probe(
        SIGNED,
        "wrong secret",
        EKS_ERRORS,
        "InvalidSignatureException",
        lambda s: s.tampered("aws_secret_access_key", "eks", "list_clusters"),
    ),
    Probe(
        SIGNED,
        "tampered token",
        EKS_ERRORS,
        "UnrecognizedClientException",
        lambda s: s.tampered("aws_session_token", "eks", "list_clusters"),
    ),
    Probe(
        SIGNED,
        "everybody is somebody",
        WHO,
        ALLOWED,
        lambda s: s.call(s.home.user(), "sts", "get_caller_identity"),
    ),
)


@pytest.fixture(scope="module")
def stage(sandbox: Running, shared_session: botocore.session.Session) -> Iterator[Stage]:
    homes = [Tenant(sandbox.url, shared_session, number) for number in ("333344445555", "333344446666")]
    accounts = [Account(one) for one in homes]
    yield Stage(*accounts)
    for one in accounts:
        one.close()


def test_there_are_as_many_as_there_were() -> None:
    assert len(PROBES) == 44


@pytest.mark.parametrize(
    "probe",
    [
        pytest.param(probe, id=probe.name, marks=pytest.mark.documented(probe.page, row=probe.row))
        for probe in PROBES
    ],
)
def test_the_answer_is_that_of_aws(stage: Stage, probe: Probe) -> None:
    found = probe.run(stage)
    if probe.expected is not ALLOWED:
        assert found == probe.expected, probe.page
    else:
        assert found not in DENIED | {"InvalidClientTokenId", "SignatureDoesNotMatch", "AuthFailure"}, (
            probe.page
        )


def test_the_books_say_which_statement_it_was(stage: Stage) -> None:
    keys = stage.home.user(allow("ec2:DescribeVpcs", Sid="Networks"))
    stage.call(keys, "ec2", "describe_vpcs")
    (entry,) = (
        one for one in stage.home.tenant.get("calls") if one["accessKey"] == keys["aws_access_key_id"]
    )
    assert json.dumps(entry["allowedBy"]) == '"own#Networks"'
