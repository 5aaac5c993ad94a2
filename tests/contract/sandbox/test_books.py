"""What the books tell of all calls: sums, the actions that were used, and a trail like CloudTrail's."""

from .tenant import Tenant, refused


def test_the_summary_counts_calls_and_errors(tenant: Tenant) -> None:
    for _ in range(3):
        tenant.ec2.describe_vpcs()
    with refused("ResourceNotFoundException"):
        tenant.eks.describe_cluster(name="none")
    summary = tenant.get("calls/summary")
    mine = {one["action"]: one for one in summary["calls"] if one["account"] == tenant.account}
    assert (mine["DescribeVpcs"]["count"], mine["DescribeVpcs"]["errors"]) == (3, {})
    assert mine["DescribeCluster"]["errors"] == {"ResourceNotFoundException": 1}
    assert (mine["DescribeCluster"]["service"], mine["DescribeCluster"]["region"]) == ("eks", "us-east-1")
    assert summary["total"] >= 4
    assert summary["dropped"] == 0


def test_the_actions_used_are_named_as_iam_names_them(tenant: Tenant) -> None:
    tenant.ec2.describe_vpcs()
    tenant.eks.list_clusters()
    tenant.client("elbv2").describe_load_balancers()
    assert tenant.get(f"actions?account={tenant.account}") == [
        "ec2:DescribeVpcs",
        "eks:ListClusters",
        "elasticloadbalancing:DescribeLoadBalancers",
    ]


def test_a_call_tells_who_made_it_and_how_long_it_took(tenant: Tenant) -> None:
    tenant.ec2.describe_vpcs()
    latest = [one for one in tenant.get("calls") if one["account"] == tenant.account][-1]
    assert latest["caller"] == f"arn:aws:iam::{tenant.account}:user/sandbox-administrator"
    assert 0 < latest["milliseconds"] < 60_000


def test_the_trail_remembers_who_is_gone(tenant: Tenant) -> None:
    tenant.iam.create_user(UserName="ann")
    made = tenant.iam.create_access_key(UserName="ann")["AccessKey"]
    keys = {"aws_access_key_id": made["AccessKeyId"], "aws_secret_access_key": made["SecretAccessKey"]}
    tenant.client("sts", **keys).get_caller_identity()
    tenant.iam.delete_access_key(UserName="ann", AccessKeyId=made["AccessKeyId"])
    tenant.iam.delete_user(UserName="ann")
    records = tenant.get("trail?service=sts")["Records"]
    mine = [one for one in records if one["recipientAccountId"] == tenant.account]
    assert [one["userIdentity"]["userName"] for one in mine] == ["ann"]


def test_the_trail_reads_like_cloudtrail(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html"""
    since = max((one["seq"] for one in tenant.get("calls")), default=0)
    tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    with refused("ResourceNotFoundException"):
        tenant.eks.describe_cluster(name="none")
    made, missing = tenant.get(f"trail?since={since}")["Records"]
    assert (made["eventSource"], made["eventName"], made["readOnly"]) == (
        "ec2.amazonaws.com",
        "CreateVpc",
        False,
    )
    assert made["requestParameters"]["CidrBlock"] == "10.0.0.0/16"
    assert made["userIdentity"]["arn"] == f"arn:aws:iam::{tenant.account}:user/sandbox-administrator"
    assert (made["userIdentity"]["type"], made["userIdentity"]["userName"]) == (
        "IAMUser",
        "sandbox-administrator",
    )
    assert "errorCode" not in made
    assert (missing["errorCode"], missing["readOnly"]) == ("ResourceNotFoundException", True)
    assert made["eventID"] != missing["eventID"]
    assert made["eventTime"].endswith("Z")


def test_secrets_are_not_in_the_books(tenant: Tenant) -> None:
    template = {"UserData": "c2VjcmV0LXdvcmQ="}
    tenant.ec2.create_launch_template(LaunchTemplateName="one", LaunchTemplateData=template)
    mine = [one for one in tenant.get("calls") if one["account"] == tenant.account]
    assert "c2VjcmV0" not in str(mine[-1]["params"])
