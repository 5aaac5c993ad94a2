"""What the expectations cover: enough of AWS, each with a page, and all emulators were found wrong in."""

import subprocess
import sys

import pytest

from .expectations import PAGES

LEAST = 300

HURTS_MOST = """
create_cluster status
create_cluster with missing role / bogus subnets / one AZ / version 1.11 / name -bad name
describe_cluster
clientRequestToken idempotency
update_cluster_config
update_cluster_version, describe/list_updates, update_nodegroup_version
update_nodegroup_config
create_nodegroup desired>max, unknown instance type, version > cluster, missing role
nodegroup -> ASG / EC2 instances
Fargate public subnet / 6 selectors
addons
delete_cluster with nodegroups
delete_cluster with fargate profile
list_nodegroups on a missing cluster
pagination
tags
delete_vpc with subnets
delete_vpc with a non-default SG
delete_subnet with NAT / instances / EKS
delete IGW attached, RT associated
detach IGW with EIPs, release EIP of a NAT, delete SG in use by cluster
NAT gateway
create_launch_template_version SourceVersion
EKS AMI ssm parameters
describe_images amazon-eks-node-*
service quotas
simulate_principal_policy
AWS-managed EKS policies
service-linked role names
instance refresh
classic ELB
pricing
CloudFormation AWS::EKS::*
error body of an unimplemented call
"""
"""The table of that name in which emulators were compared, row by row."""

IAM = """
user with only the seed Controller policy: eks:CreateCluster
same user: eks:DescribeCluster
same user: outside policy
EC2 denial code
resource scoping
explicit Deny wins
identity-policy Condition (aws:RequestedRegion)
iam:PassedToService / iam:PassRole on CreateCluster
iam:AWSServiceName on CreateServiceLinkedRole
assume_role: wrong ExternalId
assume_role: ExternalId missing
assume_role: trust principal = account root
assume_role: role of another account, role that does not exist
assume_role with auth off: wrong ExternalId, ghost role
signature, tampered token, unknown key
"""
"""The table of IAM enforcement, row by row."""


@pytest.fixture(scope="module")
def listed() -> list[str]:
    """As people list them; in a process of its own, since pytest runs badly inside pytest."""
    command = [sys.executable, "-m", "tests.contract.sandbox.expectations"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout.splitlines()[:-1]


def test_there_are_hundreds(listed: list[str]) -> None:
    assert len(listed) >= LEAST


def test_each_names_a_page_that_says_so(listed: list[str]) -> None:
    pages = [line.split("  ")[-2 if line.endswith("]") and "  [" in line else -1] for line in listed]
    assert [page for page in pages if not page.startswith(PAGES)] == []


def test_every_row_in_which_emulators_were_compared_has_an_answer(listed: list[str]) -> None:
    answered = {line.rpartition("  [")[2].removesuffix("]") for line in listed if line.endswith("]")}
    rows = {row for table in (HURTS_MOST, IAM) for row in table.strip().splitlines()}
    assert rows - answered == set()
