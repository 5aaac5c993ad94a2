"""DryRun: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html"""

import pytest

from .people import Account, allow

_API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_{}.html"


@pytest.mark.documented(_API.format("CreateVpc"))
def test_a_dry_run_tells_who_may(account: Account) -> None:
    keys = account.user(allow("ec2:CreateVpc"))
    assert account.tries(keys, "ec2", "create_vpc", CidrBlock="10.0.0.0/16", DryRun=True) == "DryRunOperation"


@pytest.mark.documented(_API.format("CreateVpc"))
def test_a_dry_run_tells_who_may_not(account: Account) -> None:
    keys = account.user(allow("ec2:DescribeVpcs"))
    tried = account.tries(keys, "ec2", "create_vpc", CidrBlock="10.0.0.0/16", DryRun=True)
    assert tried == "UnauthorizedOperation"


@pytest.mark.documented(
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html"
)
def test_a_dry_run_needs_the_right_to_tag_as_well(account: Account) -> None:
    keys = account.user(allow("ec2:CreateVpc"))
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]
    tried = account.tries(
        keys, "ec2", "create_vpc", DryRun=True, CidrBlock="10.0.0.0/16", TagSpecifications=tags
    )
    assert tried == "UnauthorizedOperation"
