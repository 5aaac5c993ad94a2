"""Partitions, accounts and regions: worlds of their own.

https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
"""

from collections.abc import Callable
from typing import Any

import pytest

from .tenant import Tenant, refused, trust

_ARNS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"
_REGIONS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html"
_PARTITIONS = {"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "eu-west-1": "aws"}

Client = Callable[[str], Any]


def _vpc(client: Client) -> str:
    return str(client("ec2").describe_vpcs()["Vpcs"][0]["VpcId"])


def _subnet(client: Client) -> str:
    return str(client("ec2").describe_subnets()["Subnets"][0]["SubnetArn"])


def _group(client: Client) -> str:
    return str(client("ec2").describe_security_groups()["SecurityGroups"][0]["SecurityGroupArn"])


def _role(client: Client) -> str:
    iam = client("iam")
    made = iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    return str(made["Role"]["Arn"])


def _policy(client: Client) -> str:
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    return str(client("iam").create_policy(PolicyName="p", PolicyDocument=document)["Policy"]["Arn"])


def _key(client: Client) -> str:
    return str(client("kms").create_key()["KeyMetadata"]["Arn"])


def _balancer(client: Client) -> str:
    subnets = [one["SubnetId"] for one in client("ec2").describe_subnets()["Subnets"]]
    made = client("elbv2").create_load_balancer(Name="lb", Type="network", Subnets=subnets[:2])
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def _targets(client: Client) -> str:
    made = client("elbv2").create_target_group(Name="tg", Protocol="HTTP", Port=80, VpcId=_vpc(client))
    return str(made["TargetGroups"][0]["TargetGroupArn"])


def _log_group(client: Client) -> str:
    logs = client("logs")
    logs.create_log_group(logGroupName="g")
    return str(logs.describe_log_groups()["logGroups"][0]["arn"])


def _quota(client: Client) -> str:
    quotas = client("service-quotas")
    return str(quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]["QuotaArn"])


def _parameter(client: Client) -> str:
    name = "/aws/service/eks/optimized-ami/1.33/amazon-linux-2023/x86_64/standard/recommended/image_id"
    return str(client("ssm").get_parameter(Name=name)["Parameter"]["ARN"])


def _template_author(client: Client) -> str:
    made = client("ec2").create_launch_template(
        LaunchTemplateName="base", LaunchTemplateData={"KeyName": "k"}
    )
    return str(made["LaunchTemplate"]["CreatedBy"])


def _scaling_group(client: Client) -> str:
    scaling, ec2 = client("autoscaling"), client("ec2")
    ec2.create_launch_template(LaunchTemplateName="scaled", LaunchTemplateData={"InstanceType": "m5.large"})
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="g",
        MinSize=0,
        MaxSize=0,
        LaunchTemplate={"LaunchTemplateName": "scaled"},
        VPCZoneIdentifier=ec2.describe_subnets()["Subnets"][0]["SubnetId"],
    )
    return str(scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["AutoScalingGroupARN"])


_MADE: tuple[tuple[str, Callable[[Client], str]], ...] = (
    ("a subnet", _subnet),
    ("a security group", _group),
    ("a launch template's author", _template_author),
    ("a role", _role),
    ("a policy", _policy),
    ("a key", _key),
    ("a load balancer", _balancer),
    ("a target group", _targets),
    ("an Auto Scaling group", _scaling_group),
    ("a log group", _log_group),
    ("a quota", _quota),
    ("a public parameter", _parameter),
)


@pytest.mark.parametrize(
    ("region", "make"),
    [
        pytest.param(
            region,
            make,
            marks=pytest.mark.documented(_ARNS),
            id=f"the ARN of {what} in {region} begins with {name}",
        )
        for region, name in _PARTITIONS.items()
        for what, make in _MADE
    ],
)
def test_arns_begin_with_their_partition(reader: Tenant, region: str, make: Callable[[Client], str]) -> None:
    def client(service: str) -> Any:
        return reader.client(service, region)

    assert make(client).startswith(f"arn:{_PARTITIONS[region]}:")


@pytest.mark.documented("https://docs.aws.amazon.com/general/latest/gr/rande.html")
def test_load_balancers_in_china_have_names_there(reader: Tenant) -> None:
    ec2 = reader.client("ec2", "cn-north-1")
    subnets = [one["SubnetId"] for one in ec2.describe_subnets()["Subnets"]][:2]
    made = reader.client("elbv2", "cn-north-1").create_load_balancer(Name="china", Subnets=subnets)
    assert made["LoadBalancers"][0]["DNSName"].endswith(".cn-north-1.elb.amazonaws.com.cn")


@pytest.mark.documented("https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html")
@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_managed_policies_are_in_every_partition(reader: Tenant, region: str) -> None:
    arn = f"arn:{_PARTITIONS[region]}:iam::aws:policy/AmazonEKSClusterPolicy"
    assert reader.client("iam", region).get_policy(PolicyArn=arn)["Policy"]["Arn"] == arn


@pytest.mark.documented(_REGIONS)
def test_regions_have_networks_of_their_own(tenant: Tenant) -> None:
    vpc = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with refused("InvalidVpcID.NotFound"):
        tenant.client("ec2", "eu-west-1").describe_vpcs(VpcIds=[vpc])


@pytest.mark.documented(_REGIONS)
def test_names_are_taken_in_one_region(tenant: Tenant) -> None:
    for region in ("us-east-1", "eu-west-1"):
        tenant.client("ec2", region).create_key_pair(KeyName="k")


@pytest.mark.documented("https://docs.aws.amazon.com/IAM/latest/UserGuide/introduction.html")
def test_roles_are_the_same_in_all_regions(tenant: Tenant) -> None:
    made = tenant.role("everywhere", "ec2.amazonaws.com")
    found = tenant.client("iam", "eu-west-1").get_role(RoleName="everywhere")["Role"]["Arn"]
    assert found == made


def _others(tenant: Tenant, service: str) -> Any:
    """A client of another account."""
    keys = tenant.get("accounts/299999999999/credentials")
    given = {
        "aws_access_key_id": keys["accessKeyId"],
        "aws_secret_access_key": keys["secretAccessKey"],
    }
    return tenant.client(service, **given)


_ACCOUNTS = (
    "https://docs.aws.amazon.com/whitepapers/latest/organizing-your-aws-environment/"
    "benefits-of-using-multiple-aws-accounts.html"
)


@pytest.mark.documented(_ACCOUNTS)
def test_accounts_have_networks_of_their_own(tenant: Tenant) -> None:
    vpc = tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with refused("InvalidVpcID.NotFound"):
        _others(tenant, "ec2").describe_vpcs(VpcIds=[vpc])


@pytest.mark.documented(_ACCOUNTS)
def test_accounts_have_roles_of_their_own(tenant: Tenant) -> None:
    tenant.role("mine", "ec2.amazonaws.com")
    with refused("NoSuchEntity"):
        _others(tenant, "iam").get_role(RoleName="mine")


@pytest.mark.documented(_ACCOUNTS)
def test_accounts_have_groups_of_their_own(tenant: Tenant) -> None:
    with refused("ValidationError"):
        _others(tenant, "autoscaling").set_desired_capacity(AutoScalingGroupName="g", DesiredCapacity=1)


@pytest.mark.documented(_ACCOUNTS)
def test_what_an_account_has_is_its_own(tenant: Tenant) -> None:
    other = _others(tenant, "ec2")
    before = other.describe_vpcs()["Vpcs"]
    tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    assert other.describe_vpcs()["Vpcs"] == before
    assert {one["OwnerId"] for one in before} == {"299999999999"}
