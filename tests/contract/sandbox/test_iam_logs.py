"""IAM and CloudWatch Logs, as far as a cluster needs them (moto's, pinned here)."""

import pytest

from .tenant import Tenant, refused, trust

_TAGS = [{"Key": "owner", "Value": "us"}]


@pytest.mark.parametrize(
    "policy",
    [
        "AmazonEKSClusterPolicy",
        "AmazonEKSWorkerNodePolicy",
        "AmazonEKS_CNI_Policy",
        "AmazonEC2ContainerRegistryPullOnly",
        "AmazonEC2ContainerRegistryReadOnly",
        "AmazonEKSFargatePodExecutionRolePolicy",
        "AmazonEKSVPCResourceController",
        "service-role/AmazonEBSCSIDriverPolicy",
        "AmazonSSMManagedInstanceCore",
        "CloudWatchAgentServerPolicy",
    ],
)
def test_aws_managed_policies_can_be_attached(tenant: Tenant, policy: str) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html"""
    tenant.role("r", "eks.amazonaws.com")
    arn = f"arn:aws:iam::aws:policy/{policy}"
    tenant.iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    attached = tenant.iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    assert [one["PolicyArn"] for one in attached] == [arn]


def test_roles_keep_their_tags(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html"""
    document = trust("eks.amazonaws.com")
    tenant.iam.create_role(RoleName="r", AssumeRolePolicyDocument=document, Tags=_TAGS)
    assert tenant.iam.get_role(RoleName="r")["Role"]["Tags"] == _TAGS
    assert [one["tags"] for one in tenant.objects("role")] == [{"owner": "us"}]


def test_oidc_providers_keep_their_tags(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html"""
    issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/ABCDEF"
    made = tenant.iam.create_open_id_connect_provider(
        Url=issuer, ClientIDList=["sts.amazonaws.com"], ThumbprintList=["0" * 40], Tags=_TAGS
    )
    arn = made["OpenIDConnectProviderArn"]
    listed = tenant.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert [one["Arn"] for one in listed] == [arn]
    provider = tenant.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert provider["Tags"] == _TAGS
    assert provider["ClientIDList"] == ["sts.amazonaws.com"]
    assert [one["id"] for one in tenant.objects("oidc-provider")] == [arn]


def test_an_oidc_provider_needs_no_thumbprint(tenant: Tenant) -> None:
    """Thumbprints are optional since 2024: API_CreateOpenIDConnectProvider, ThumbprintList."""
    issuer = "https://oidc.eks.us-east-1.amazonaws.com/id/ABCDEF"
    made = tenant.iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["sts.amazonaws.com"])
    assert made["OpenIDConnectProviderArn"].endswith("oidc.eks.us-east-1.amazonaws.com/id/ABCDEF")
    with refused("EntityAlreadyExists"):
        tenant.iam.create_open_id_connect_provider(Url=issuer, ClientIDList=["sts.amazonaws.com"])


def test_service_linked_roles_have_their_names(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles.html"""
    services = {
        "eks.amazonaws.com": "AWSServiceRoleForAmazonEKS",
        "eks-nodegroup.amazonaws.com": "AWSServiceRoleForAmazonEKSNodegroup",
        "eks-fargate.amazonaws.com": "AWSServiceRoleForAmazonEKSForFargate",
        "autoscaling.amazonaws.com": "AWSServiceRoleForAutoScaling",
    }
    for service, name in services.items():
        made = tenant.iam.create_service_linked_role(AWSServiceName=service)["Role"]
        assert (made["RoleName"], made["Path"]) == (name, f"/aws-service-role/{service}/")
        with refused("InvalidInput", "has been taken in this account"):
            tenant.iam.create_service_linked_role(AWSServiceName=service)
    assert tenant.objects() == []


def test_log_groups_keep_tags_and_retention(tenant: Tenant) -> None:
    """https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"""
    logs = tenant.client("logs")
    logs.create_log_group(logGroupName="/aws/eks/one/cluster", tags={"owner": "us"})
    logs.create_log_group(logGroupName="/other")
    logs.put_retention_policy(logGroupName="/aws/eks/one/cluster", retentionInDays=30)
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/eks/one")["logGroups"]
    assert group["retentionInDays"] == 30
    arn = group["arn"].removesuffix(":*")
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {"owner": "us"}
    with refused("ResourceAlreadyExistsException"):
        logs.create_log_group(logGroupName="/other")
    names = {one["name"]: one["tags"] for one in tenant.objects("log-group")}
    assert names == {"/aws/eks/one/cluster": {"owner": "us"}, "/other": {}}
