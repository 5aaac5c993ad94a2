"""CloudFormation may do what its caller may, or what the role may that it was given."""

import json
from typing import Any

import pytest

from ..tenant import refused, trust
from .people import Account, allow

GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
BODY = json.dumps(
    {"Resources": {"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}}}
)


def end_of(account: Account, client: Any) -> tuple[str, str]:
    """How the stack ended, and all the reasons in its events."""
    account.tenant.advance(120)
    events = client.describe_stack_events(StackName="mine")["StackEvents"]
    reasons = " ".join(one.get("ResourceStatusReason", "") for one in events)
    return str(client.describe_stacks(StackName="mine")["Stacks"][0]["StackStatus"]), reasons


@pytest.mark.documented(f"{GUIDE}/control-access-with-iam.html")
def test_a_stack_fails_on_what_its_creator_may_not_do(account: Account) -> None:
    client = account.client("cloudformation", account.user(allow("cloudformation:*")))
    client.create_stack(StackName="mine", TemplateBody=BODY)
    status, reasons = end_of(account, client)
    assert status == "ROLLBACK_COMPLETE"
    assert "not authorized to perform: ec2:CreateVpc" in reasons


@pytest.mark.documented(f"{GUIDE}/control-access-with-iam.html")
def test_a_stack_of_another_name_than_the_policy_says_is_denied(account: Account) -> None:
    mine = f"arn:aws:cloudformation:us-east-1:{account.id}:stack/mine/*"
    client = account.client("cloudformation", account.user(allow("cloudformation:CreateStack", mine)))
    client.create_stack(StackName="mine", TemplateBody=BODY)
    with refused("AccessDenied", "cloudformation:CreateStack", "stack/other/*"):
        client.create_stack(StackName="other", TemplateBody=BODY)


@pytest.mark.documented(f"{GUIDE}/using-iam-servicerole.html")
def test_a_role_must_be_passed(account: Account) -> None:
    made = account.iam.create_role(
        RoleName="builder", AssumeRolePolicyDocument=trust("cloudformation.amazonaws.com")
    )
    client = account.client("cloudformation", account.user(allow("cloudformation:*")))
    with refused("AccessDenied", "iam:PassRole"):
        client.create_stack(StackName="mine", TemplateBody=BODY, RoleARN=made["Role"]["Arn"])


@pytest.mark.documented(f"{GUIDE}/using-iam-servicerole.html")
def test_a_role_may_do_what_its_user_may_not(account: Account) -> None:
    made = account.iam.create_role(
        RoleName="builder", AssumeRolePolicyDocument=trust("cloudformation.amazonaws.com")
    )
    arn = made["Role"]["Arn"]
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow("ec2:*")]})
    account.iam.put_role_policy(RoleName="builder", PolicyName="network", PolicyDocument=document)
    keys = account.user(allow("cloudformation:*"), allow("iam:PassRole", arn))
    client = account.client("cloudformation", keys)
    client.create_stack(StackName="mine", TemplateBody=BODY, RoleARN=arn)
    assert end_of(account, client)[0] == "CREATE_COMPLETE"
