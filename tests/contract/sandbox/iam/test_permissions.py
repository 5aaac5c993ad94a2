"""What calls ask for beyond their own name: tags, roles passed, launches; and whose policies count."""

import json
from typing import Any

import pytest

from ..tenant import refused
from .people import Account, allow, deny, policy

GUIDE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
TAGGING = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"
EC2 = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"
EKS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelastickubernetesservice.html"
LINKED = "https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles.html"
TEMPLATES = "https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html"
DENIED = GUIDE + "troubleshoot_access-denied.html"
DECODE = "https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html"
BOUNDARIES = GUIDE + "access_policies_boundaries.html"
TAGS = GUIDE + "access_tags.html"
INLINE = GUIDE + "access_policies_managed-vs-inline.html"

SUBNETS = ["subnet-00000000000000001", "subnet-00000000000000002"]
ADD = [{"Key": "owner", "Value": "us"}]


def _specification(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": ADD}]


VPC: dict[str, Any] = {"CidrBlock": "10.0.0.0/16", "TagSpecifications": _specification("vpc")}


@pytest.mark.documented(TAGGING)
def test_tags_at_creation_need_create_tags(account: Account) -> None:
    keys = account.user(allow("ec2:CreateVpc"))
    with refused("UnauthorizedOperation", "ec2:CreateTags on resource: arn:aws:ec2:us-east-1:", ":vpc/*"):
        account.client("ec2", keys).create_vpc(**VPC)


@pytest.mark.documented(TAGGING)
def test_tags_may_be_allowed_at_creation_only(account: Account) -> None:
    only = {"StringEquals": {"ec2:CreateAction": "CreateVpc"}}
    keys = account.user(allow("ec2:CreateVpc"), allow("ec2:CreateTags", Condition=only))
    vpc = account.client("ec2", keys).create_vpc(**VPC)["Vpc"]["VpcId"]
    with refused("UnauthorizedOperation"):
        account.client("ec2", keys).create_tags(Resources=[vpc], Tags=ADD)


@pytest.mark.documented(TAGS)
@pytest.mark.parametrize(("owner", "expected"), [("us", "ok"), ("them", "UnauthorizedOperation")])
def test_tags_of_a_request_count(account: Account, owner: str, expected: str) -> None:
    keys = account.user(allow("ec2:*", Condition={"StringEquals": {"aws:RequestTag/owner": owner}}))
    assert account.tries(keys, "ec2", "create_vpc", **VPC) == expected


@pytest.mark.documented(TAGS)
def test_tags_of_a_resource_count(account: Account) -> None:
    ec2 = account.tenant.ec2
    ours = ec2.create_vpc(**VPC)["Vpc"]["VpcId"]
    theirs = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    keys = account.user(allow("ec2:DeleteVpc", Condition={"StringEquals": {"aws:ResourceTag/owner": "us"}}))
    assert account.tries(keys, "ec2", "delete_vpc", VpcId=theirs) == "UnauthorizedOperation"
    assert account.tries(keys, "ec2", "delete_vpc", VpcId=ours) == "ok"


@pytest.mark.documented(EC2)
def test_every_resource_of_a_call_counts(account: Account) -> None:
    vpc = account.tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    keys = account.user(allow("ec2:CreateSubnet", "arn:aws:ec2:*:*:subnet/*"))
    with refused("UnauthorizedOperation", f"vpc/{vpc}"):
        account.client("ec2", keys).create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")


@pytest.mark.documented(EC2)
def test_what_describes_has_no_resource(account: Account) -> None:
    keys = account.user(allow("ec2:DescribeVpcs", "arn:aws:ec2:*:*:vpc/*"))
    assert account.tries(keys, "ec2", "describe_vpcs") == "UnauthorizedOperation"


# What EKS asks for.

NEEDS = ("eks:CreateCluster", "eks:TagResource", "iam:PassRole", "iam:CreateServiceLinkedRole")


@pytest.mark.parametrize(
    "missing",
    [
        pytest.param(need, id=need, marks=pytest.mark.documented(page))
        for need, page in zip(NEEDS, (EKS, EKS, GUIDE + "id_roles_use_passrole.html", LINKED), strict=True)
    ],
)
def test_a_cluster_takes(account: Account, missing: str) -> None:
    role = account.service_role("cluster", "eks.amazonaws.com")
    given = {"name": "one", "roleArn": role, "resourcesVpcConfig": {"subnetIds": SUBNETS}, "tags": {"a": "b"}}
    with refused("AccessDeniedException", f"is not authorized to perform: {missing} on resource: "):
        keys = account.user(*(allow(need) for need in NEEDS if need != missing))
        account.client("eks", keys).create_cluster(**given)
    with refused("InvalidParameterException"):
        account.client("eks", account.user(*map(allow, NEEDS))).create_cluster(**given)


GROUP: dict[str, Any] = {"clusterName": "one", "nodegroupName": "n", "subnets": SUBNETS}


@pytest.mark.documented(TEMPLATES)
def test_a_launch_template_is_tried_in_the_callers_name(account: Account) -> None:
    role = account.service_role("node", "ec2.amazonaws.com")
    template = {"id": "lt-0123456789abcdef0", "version": "1"}
    client = account.client("eks", account.user(allow(["eks:*", "iam:*"])))
    with refused("ResourceNotFoundException"):
        client.create_nodegroup(**GROUP, nodeRole=role)
    words = "You are not authorized to launch instances with this launch template"
    with refused("InvalidRequestException", words):
        client.create_nodegroup(**GROUP, nodeRole=role, launchTemplate=template)


# What is said.


@pytest.mark.documented(DENIED)
def test_a_refusal_says_who_may_not_do_what_to_what_and_why(account: Account) -> None:
    keys = account.user()
    who = account.client("sts", keys).get_caller_identity()["Arn"]
    arn = f"arn:aws:eks:us-east-1:{account.id}:cluster/one"
    because = "because no identity-based policy allows the eks:DescribeCluster action"
    words = f"User: {who} is not authorized to perform: eks:DescribeCluster on resource: {arn} {because}"
    with refused("AccessDeniedException", words):
        account.client("eks", keys).describe_cluster(name="one")


@pytest.mark.documented(DENIED)
def test_a_refusal_says_that_it_is_explicit(account: Account) -> None:
    keys = account.user(allow("*"), deny("eks:*"))
    with refused("AccessDeniedException", "with an explicit deny in an identity-based policy"):
        account.client("eks", keys).list_clusters()


@pytest.mark.documented(DENIED)
def test_a_refusal_names_the_boundary(account: Account) -> None:
    keys = account.user(allow("*"), boundary=account.managed(policy(allow("ec2:*"))))
    with refused(
        "AccessDeniedException", "because no permissions boundary allows the eks:ListClusters action"
    ):
        account.client("eks", keys).list_clusters()


@pytest.mark.documented(DENIED)
def test_a_refusal_names_the_session_policy(account: Account) -> None:
    keys = account.enter(account.role(allow("*")), Policy=policy(allow("ec2:*")))
    with refused("AccessDeniedException", "because no session policy allows the eks:ListClusters action"):
        account.client("eks", keys).list_clusters()


def _encoded(account: Account, *statements: dict[str, Any]) -> str:
    client = account.client("ec2", account.user(*statements))
    with pytest.raises(client.exceptions.ClientError) as caught:
        client.delete_vpc(VpcId="vpc-0123456789abcdef0")
    message: str = caught.value.response["Error"]["Message"]
    return message.partition("Encoded authorization failure message: ")[2]


@pytest.mark.documented(DECODE)
def test_what_ec2_says_encoded_can_be_decoded(account: Account) -> None:
    message = _encoded(account, allow("*"), deny("ec2:DeleteVpc", Sid="Never"))
    found = account.client("sts").decode_authorization_message(EncodedMessage=message)
    decoded = json.loads(found["DecodedMessage"])
    assert (decoded["allowed"], decoded["explicitDeny"]) == (False, True)
    assert decoded["context"]["action"] == "ec2:DeleteVpc"
    assert decoded["context"]["resource"].endswith(":vpc/vpc-0123456789abcdef0")
    assert [one["statementId"] for one in decoded["matchedStatements"]["items"]] == ["Never"]


@pytest.mark.documented(DECODE)
def test_decoding_takes_a_permission(account: Account) -> None:
    message = _encoded(account)
    with refused("AccessDenied", "sts:DecodeAuthorizationMessage"):
        account.client("sts", account.user()).decode_authorization_message(EncodedMessage=message)


@pytest.mark.documented(DECODE)
def test_what_was_never_encoded_is_not_decoded(account: Account) -> None:
    with refused("InvalidAuthorizationMessageException"):
        account.client("sts").decode_authorization_message(EncodedMessage="nonsense")


# Whose policies count.


@pytest.mark.documented(GUIDE + "id_groups.html")
def test_the_policies_of_a_users_groups_count(account: Account) -> None:
    iam = account.iam
    iam.create_group(GroupName="g")
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=policy(allow("eks:ListClusters")))
    iam.create_user(UserName="ann")
    ann = account.key("ann")
    assert account.tries(ann, "eks", "list_clusters") == "AccessDeniedException"
    iam.add_user_to_group(GroupName="g", UserName="ann")
    assert account.tries(ann, "eks", "list_clusters") == "ok"


@pytest.mark.documented(INLINE)
def test_attached_and_inline_policies_add_up(account: Account) -> None:
    iam = account.iam
    iam.create_user(UserName="ann")
    ann = account.key("ann")
    iam.attach_user_policy(UserName="ann", PolicyArn=account.managed(policy(allow("eks:ListClusters"))))
    iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=policy(allow("ec2:DescribeVpcs")))
    assert account.tries(ann, "eks", "list_clusters") == "ok"
    assert account.tries(ann, "ec2", "describe_vpcs") == "ok"


@pytest.mark.documented(BOUNDARIES)
def test_a_boundary_gives_nothing(account: Account) -> None:
    keys = account.user(boundary=account.managed(policy(allow("*"))))
    assert account.tries(keys, "eks", "list_clusters") == "AccessDeniedException"


@pytest.mark.documented(BOUNDARIES)
def test_a_role_has_a_boundary_too(account: Account) -> None:
    role = account.role(allow("*"))
    arn = account.managed(policy(allow("ec2:*")))
    name = role.rpartition("/")[2]
    account.iam.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=arn)
    assert account.tries(account.enter(role), "eks", "list_clusters") == "AccessDeniedException"
    account.iam.delete_role_permissions_boundary(RoleName=name)
    assert account.tries(account.enter(role), "eks", "list_clusters") == "ok"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPermissionsBoundary.html"
)
def test_a_boundary_can_be_taken_away(account: Account) -> None:
    account.iam.create_user(UserName="ann")
    account.iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=policy(allow("*")))
    ann, boundary = account.key("ann"), account.managed(policy(allow("ec2:*")))
    account.iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=boundary)
    assert account.tries(ann, "eks", "list_clusters") == "AccessDeniedException"
    account.iam.delete_user_permissions_boundary(UserName="ann")
    assert account.tries(ann, "eks", "list_clusters") == "ok"


@pytest.mark.documented("https://docs.aws.amazon.com/IAM/latest/APIReference/API_User.html")
def test_a_user_shows_its_boundary(account: Account) -> None:
    arn = account.managed(policy(allow("*")))
    made = account.iam.create_user(UserName="ann", PermissionsBoundary=arn)["User"]
    shown = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": arn}
    assert made["PermissionsBoundary"] == shown
    assert account.iam.get_user(UserName="ann")["User"]["PermissionsBoundary"] == shown


@pytest.mark.documented(BOUNDARIES)
def test_roles_may_be_made_only_with_a_boundary(account: Account) -> None:
    boundary = account.managed(policy(allow("ec2:*")))
    limited = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    keys = account.user(allow("iam:CreateRole", Condition=limited))
    document = policy({"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"})
    given = {"RoleName": "made", "AssumeRolePolicyDocument": document}
    assert account.tries(keys, "iam", "create_role", **given) == "AccessDenied"
    assert account.tries(keys, "iam", "create_role", **given, PermissionsBoundary=boundary) == "ok"


@pytest.mark.documented(GUIDE + "reference_policies_iam-condition-keys.html")
def test_policies_may_be_attached_by_name(account: Account) -> None:
    one_policy = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"}}
    keys = account.user(allow("iam:AttachRolePolicy", Condition=one_policy))
    role = account.role().rpartition("/")[2]
    for name, expected in (("AmazonEKSClusterPolicy", "ok"), ("AdministratorAccess", "AccessDenied")):
        arn = f"arn:aws:iam::aws:policy/{name}"
        assert account.tries(keys, "iam", "attach_role_policy", RoleName=role, PolicyArn=arn) == expected


@pytest.mark.documented(GUIDE + "access_policies_managed-versioning.html")
def test_the_default_version_counts(account: Account) -> None:
    account.iam.create_user(UserName="ann")
    ann, arn = account.key("ann"), account.managed(policy(allow("eks:ListClusters")))
    account.iam.attach_user_policy(UserName="ann", PolicyArn=arn)
    account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=policy(deny("eks:*")), SetAsDefault=True)
    assert account.tries(ann, "eks", "list_clusters") == "AccessDeniedException"
    account.iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert account.tries(ann, "eks", "list_clusters") == "ok"


@pytest.mark.documented(GUIDE + "access_tags.html")
def test_tags_of_a_user_are_those_of_who_asks(account: Account) -> None:
    account.iam.create_user(UserName="ann", Tags=[{"Key": "team", "Value": "us"}])
    mine = {"StringEquals": {"aws:PrincipalTag/team": "us"}}
    document = policy(allow("eks:ListClusters", Condition=mine))
    account.iam.put_user_policy(UserName="ann", PolicyName="p", PolicyDocument=document)
    ann = account.key("ann")
    assert account.tries(ann, "eks", "list_clusters") == "ok"
    account.iam.untag_user(UserName="ann", TagKeys=["team"])
    assert account.tries(ann, "eks", "list_clusters") == "AccessDeniedException"
