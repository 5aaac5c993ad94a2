"""What the seed's four policies let the product do, and what of it they do not."""

import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from clusterwright.aws.registry import actions
from clusterwright.sandbox.iam.documents import parse
from clusterwright.sandbox.server import Running

from ..tenant import Tenant
from .people import DENIED, SEED, Account, Keys, policy

NAMES = ("controller", "control-plane", "nodes", "deployment")

NOT_GRANTED = frozenset(
    {
        "eks:AssociateAccessPolicy",
        "eks:CreateAccessEntry",
        "eks:DeleteAccessEntry",
        "eks:DescribeAccessEntry",
        "eks:DisassociateAccessPolicy",
        "eks:ListAssociatedAccessPolicies",
        "iam:GetOpenIDConnectProvider",
        "iam:TagOpenIDConnectProvider",
        "iam:UntagOpenIDConnectProvider",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "logs:CreateLogGroup",
        "logs:DeleteLogGroup",
        "logs:DescribeLogGroups",
        "logs:ListTagsForResource",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
    }
)
"""Of the actions that the product's kinds declare; DESIGN.md 6.7: these degrade instead of failing."""

VPC, SUBNET, GROUP, TABLE = (
    "vpc-0123456789abcdef0",
    "subnet-0123456789abcdef0",
    "sg-0123456789abcdef0",
    "rtb-01234567",
)
TAG = {"Key": "clusterwright.dev/cluster-id", "Value": "u"}
CHILD: dict[str, Any] = {"clusterName": "one"}
TEMPLATE = {"id": "lt-0123456789abcdef0", "version": "1"}
ISSUER = "https://oidc.eks.us-east-1.amazonaws.com/id/A"
OIDC = "arn:aws:iam::{account}:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/A"
CLUSTER = "arn:aws:eks:us-east-1:{account}:cluster/one"
TRUST = policy({"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"})


def specification(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [TAG]}]


# Service, operation, what is given, whether the seed lets it pass.
CALLS: tuple[tuple[str, str, dict[str, Any], bool], ...] = (
    ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16", "TagSpecifications": specification("vpc")}, True),
    ("ec2", "modify_vpc_attribute", {"VpcId": VPC, "EnableDnsSupport": {"Value": True}}, True),
    ("ec2", "describe_vpc_attribute", {"VpcId": VPC, "Attribute": "enableDnsSupport"}, True),
    ("ec2", "create_subnet", {"VpcId": VPC, "CidrBlock": "10.0.0.0/24"}, True),
    ("ec2", "create_internet_gateway", {"TagSpecifications": specification("internet-gateway")}, True),
    ("ec2", "allocate_address", {"TagSpecifications": specification("elastic-ip")}, True),
    ("ec2", "create_nat_gateway", {"SubnetId": SUBNET, "AllocationId": "eipalloc-0123456789abcdef0"}, True),
    ("ec2", "create_route_table", {"VpcId": VPC}, True),
    ("ec2", "create_route", {"RouteTableId": TABLE, "DestinationCidrBlock": "0.0.0.0/0"}, True),
    ("ec2", "delete_route", {"RouteTableId": TABLE, "DestinationCidrBlock": "0.0.0.0/0"}, True),
    ("ec2", "create_security_group", {"GroupName": "g", "Description": "d", "VpcId": VPC}, True),
    ("ec2", "authorize_security_group_ingress", {"GroupId": GROUP, "IpPermissions": []}, True),
    (
        "ec2",
        "create_launch_template",
        {"LaunchTemplateName": "t", "LaunchTemplateData": {"UserData": "x"}},
        True,
    ),
    ("ec2", "create_tags", {"Resources": [SUBNET], "Tags": [TAG]}, True),
    ("ec2", "delete_tags", {"Resources": [SUBNET], "Tags": [TAG]}, True),
    ("ec2", "describe_availability_zones", {}, True),
    ("ec2", "describe_instance_types", {}, False),
    ("ec2", "delete_network_interface", {"NetworkInterfaceId": "eni-0123456789abcdef0"}, False),
    ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": TRUST, "Tags": [TAG]}, True),
    ("iam", "get_role", {"RoleName": "r"}, True),
    ("iam", "update_assume_role_policy", {"RoleName": "r", "PolicyDocument": TRUST}, False),
    ("iam", "untag_role", {"RoleName": "r", "TagKeys": ["a"]}, False),
    ("iam", "delete_role", {"RoleName": "r"}, True),
    ("iam", "list_open_id_connect_providers", {}, True),
    ("iam", "create_open_id_connect_provider", {"Url": ISSUER}, True),
    ("iam", "create_open_id_connect_provider", {"Url": ISSUER, "Tags": [TAG]}, False),
    ("iam", "get_open_id_connect_provider", {"OpenIDConnectProviderArn": OIDC}, False),
    ("iam", "delete_open_id_connect_provider", {"OpenIDConnectProviderArn": OIDC}, True),
    ("iam", "create_service_linked_role", {"AWSServiceName": "eks-fargate.amazonaws.com"}, True),
    ("iam", "simulate_principal_policy", {"PolicySourceArn": CLUSTER, "ActionNames": ["iam:GetRole"]}, False),
    (
        "eks",
        "create_cluster",
        {"name": "one", "roleArn": "{role}", "resourcesVpcConfig": {}, "tags": {"a": "b"}},
        True,
    ),
    ("eks", "update_cluster_config", {"name": "one"}, True),
    ("eks", "update_cluster_version", {"name": "one", "version": "1.33"}, True),
    ("eks", "list_nodegroups", {"clusterName": "one"}, False),
    ("eks", "describe_update", {"name": "one", "updateId": "u"}, False),
    ("eks", "tag_resource", {"resourceArn": CLUSTER, "tags": {"a": "b"}}, True),
    (
        "eks",
        "create_nodegroup",
        {
            **CHILD,
            "nodegroupName": "n",
            "subnets": [SUBNET],
            "nodeRole": "{role}",
            "launchTemplate": TEMPLATE,
        },
        True,
    ),
    ("eks", "update_nodegroup_config", {**CHILD, "nodegroupName": "n"}, True),
    (
        "eks",
        "create_fargate_profile",
        {**CHILD, "fargateProfileName": "f", "podExecutionRoleArn": "{role}"},
        True,
    ),
    ("eks", "delete_fargate_profile", {**CHILD, "fargateProfileName": "f"}, True),
    ("eks", "create_addon", {**CHILD, "addonName": "vpc-cni", "serviceAccountRoleArn": "{role}"}, True),
    ("eks", "describe_addon_versions", {}, True),
    ("eks", "create_access_entry", {**CHILD, "principalArn": "{role}"}, False),
    ("eks", "list_associated_access_policies", {**CHILD, "principalArn": "{role}"}, False),
    ("eks", "describe_cluster_versions", {}, False),
    ("logs", "create_log_group", {"logGroupName": "/aws/eks/one/cluster"}, False),
    ("logs", "describe_log_groups", {"logGroupNamePrefix": "/aws/eks/one"}, False),
    ("sts", "get_caller_identity", {}, True),
)


class Seeded:
    def __init__(self, account: Account) -> None:
        self.account = account
        user = account.seeded(*NAMES)
        self.role = account.role(principal=account.client("sts", user).get_caller_identity()["Arn"])
        for arn in account.iam.list_policies(Scope="Local")["Policies"]:
            account.iam.attach_role_policy(RoleName=self.role.rpartition("/")[2], PolicyArn=arn["Arn"])
        self.keys: Keys = account.enter(self.role, user)

    def filled(self, given: Any) -> Any:
        text = json.dumps(given)
        return json.loads(text.replace("{account}", self.account.id).replace('"{role}"', f'"{self.role}"'))


@pytest.fixture(scope="module")
def seeded(sandbox: Running, shared_session: botocore.session.Session) -> Iterator[Seeded]:
    account = Account(Tenant(sandbox.url, shared_session, "333344447777"))
    yield Seeded(account)
    account.close()


@pytest.mark.parametrize(
    ("service", "operation", "given", "passes"), CALLS, ids=lambda one: one if isinstance(one, str) else ""
)
def test_a_session_of_a_role_with_all_four(
    seeded: Seeded, service: str, operation: str, given: dict[str, Any], passes: bool
) -> None:
    found = seeded.account.tries(seeded.keys, service, operation, **seeded.filled(given))
    assert (found not in DENIED) is passes, found


def test_what_the_product_declares_and_the_seed_does_not_grant() -> None:
    granted = [
        statement.actions
        for name in NAMES
        for statement in parse((SEED / f"{name}.json").read_text()).statements
        if not statement.denies
    ]
    missing = {action for action in actions() if not any(one.cover(action.lower()) for one in granted)}
    assert missing == NOT_GRANTED
