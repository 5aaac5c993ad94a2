"""What calls ask for beyond their own name: tags, roles passed, launches; and whose policies count."""

from typing import Any

import pytest

from ..tenant import refused
from .people import Account, allow, deny, policy

SUBNETS = ["subnet-00000000000000001", "subnet-00000000000000002"]
TAGS = [{"Key": "owner", "Value": "us"}]


def _specification(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": TAGS}]


def test_tags_at_creation_need_create_tags(account: Account) -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"""
    given = {"CidrBlock": "10.0.0.0/16", "TagSpecifications": _specification("vpc")}
    without = account.user(allow("ec2:CreateVpc"))
    with refused("UnauthorizedOperation", "ec2:CreateTags on resource: arn:aws:ec2:us-east-1:", ":vpc/*"):
        account.client("ec2", without).create_vpc(**given)
    only = {"StringEquals": {"ec2:CreateAction": "CreateVpc", "aws:RequestTag/owner": "us"}}
    with_tags = account.user(allow("ec2:CreateVpc"), allow("ec2:CreateTags", Condition=only))
    vpc = account.client("ec2", with_tags).create_vpc(**given)["Vpc"]["VpcId"]
    with refused("UnauthorizedOperation"):
        account.client("ec2", with_tags).create_tags(Resources=[vpc], Tags=TAGS)


def test_the_tags_of_a_resource_count(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html"""
    ec2 = account.tenant.ec2
    ours = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=_specification("vpc"))["Vpc"]["VpcId"]
    theirs = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    keys = account.user(allow("ec2:DeleteVpc", Condition={"StringEquals": {"aws:ResourceTag/owner": "us"}}))
    assert account.tries(keys, "ec2", "delete_vpc", VpcId=theirs) == "UnauthorizedOperation"
    assert account.tries(keys, "ec2", "delete_vpc", VpcId=ours) == "ok"


def test_every_resource_of_a_call_counts(account: Account) -> None:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html"""
    vpc = account.tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    keys = account.user(allow("ec2:CreateSubnet", "arn:aws:ec2:*:*:subnet/*"))
    with refused("UnauthorizedOperation", f"vpc/{vpc}"):
        account.client("ec2", keys).create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")


def test_clusters_take_more_than_their_name(account: Account) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles.html"""
    role = account.service_role("cluster", "eks.amazonaws.com")
    given = {"name": "one", "roleArn": role, "resourcesVpcConfig": {"subnetIds": SUBNETS}, "tags": {"a": "b"}}
    statements = [allow("eks:CreateCluster")]
    for action in ("eks:TagResource", "iam:PassRole", "iam:CreateServiceLinkedRole"):
        with refused("AccessDeniedException", f"is not authorized to perform: {action} on resource: "):
            account.client("eks", account.user(*statements)).create_cluster(**given)
        statements.append(allow(action))
    with refused("InvalidParameterException"):
        account.client("eks", account.user(*statements)).create_cluster(**given)


def test_a_launch_template_is_tried_in_the_callers_name(account: Account) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/launch-templates.html"""
    role = account.service_role("node", "ec2.amazonaws.com")
    given: dict[str, Any] = {"clusterName": "one", "nodegroupName": "n", "subnets": SUBNETS, "nodeRole": role}
    template = {"id": "lt-0123456789abcdef0", "version": "1"}
    client = account.client("eks", account.user(allow(["eks:*", "iam:*"])))
    with refused("ResourceNotFoundException"):
        client.create_nodegroup(**given)
    with refused(
        "InvalidRequestException", "You are not authorized to launch instances with this launch template"
    ):
        client.create_nodegroup(**given, launchTemplate=template)


def test_groups_boundaries_and_variables(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html"""
    iam = account.iam
    iam.create_group(GroupName="g")
    iam.put_group_policy(
        GroupName="g",
        PolicyName="self",
        PolicyDocument=policy(allow("iam:GetUser", "arn:aws:iam::*:user/${aws:username}")),
    )
    for name in ("ann", "bob"):
        iam.create_user(UserName=name)
    iam.add_user_to_group(GroupName="g", UserName="ann")
    ann = account.key("ann")
    assert account.tries(ann, "iam", "get_user", UserName="ann") == "ok"
    assert account.tries(ann, "iam", "get_user", UserName="bob") == "AccessDenied"
    boundary = account.managed(policy(allow("ec2:*")))
    iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=boundary)
    with refused("AccessDenied", "because no permissions boundary allows the iam:GetUser action"):
        account.client("iam", ann).get_user(UserName="ann")
    iam.delete_user_permissions_boundary(UserName="ann")
    assert account.tries(ann, "iam", "get_user", UserName="ann") == "ok"


def test_roles_may_be_made_only_with_a_boundary(account: Account) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html (delegation)"""
    boundary = account.managed(policy(allow("ec2:*")))
    limited = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    one_policy = {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"}}
    keys = account.user(
        allow("iam:CreateRole", Condition=limited), allow("iam:AttachRolePolicy", Condition=one_policy)
    )
    document = policy({"Effect": "Allow", "Principal": {"AWS": account.id}, "Action": "sts:AssumeRole"})
    given = {"RoleName": "made", "AssumeRolePolicyDocument": document}
    assert account.tries(keys, "iam", "create_role", **given) == "AccessDenied"
    assert account.tries(keys, "iam", "create_role", **given, PermissionsBoundary=boundary) == "ok"
    for name, expected in (("AmazonEKSClusterPolicy", "ok"), ("AdministratorAccess", "AccessDenied")):
        arn = f"arn:aws:iam::aws:policy/{name}"
        assert account.tries(keys, "iam", "attach_role_policy", RoleName="made", PolicyArn=arn) == expected


def test_a_new_default_version_counts(account: Account) -> None:
    keys = account.user()
    name = account.client("sts", keys).get_caller_identity()["Arn"].rpartition("/")[2]
    arn = account.managed(policy(allow("eks:ListClusters")))
    account.iam.attach_user_policy(UserName=name, PolicyArn=arn)
    assert account.tries(keys, "eks", "list_clusters") == "ok"
    document = policy(deny("eks:*"))
    account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=document, SetAsDefault=True)
    assert account.tries(keys, "eks", "list_clusters") == "AccessDeniedException"
    account.iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    assert account.tries(keys, "eks", "list_clusters") == "ok"


BIG = policy(*(allow("ec2:DescribeVpcs", f"arn:aws:ec2:*:*:vpc/vpc-{number:08}") for number in range(200)))


@pytest.mark.parametrize(("kind", "limit"), [("user", 2048), ("role", 10240), ("group", 5120)])
def test_inline_policies_have_a_size_in_all(account: Account, kind: str, limit: int) -> None:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    trust = {"AssumeRolePolicyDocument": policy(allow("sts:AssumeRole", Principal={"AWS": account.id}))}
    name = {f"{kind.title()}Name": "big"}
    getattr(account.iam, f"create_{kind}")(**name, **(_without_resource(trust) if kind == "role" else {}))
    put = getattr(account.iam, f"put_{kind}_policy")
    half = policy(allow("a:" + "b" * (limit // 2 - 95)))
    put(**name, PolicyName="one", PolicyDocument=half + " " * 5000)
    put(**name, PolicyName="one", PolicyDocument=half)
    put(**name, PolicyName="two", PolicyDocument=half)
    with refused("LimitExceeded", f"Maximum policy size of {limit} bytes exceeded for {kind} big"):
        put(**name, PolicyName="three", PolicyDocument=half)


def _without_resource(given: dict[str, str]) -> dict[str, str]:
    return {name: text.replace('"Resource": "*", ', "") for name, text in given.items()}


def test_managed_policies_have_a_size(account: Account) -> None:
    assert len(BIG) > 6144
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"):
        account.managed(BIG)
    arn = account.managed(policy(allow("ec2:*")) + " " * 9000)
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144"):
        account.iam.create_policy_version(PolicyArn=arn, PolicyDocument=BIG)
