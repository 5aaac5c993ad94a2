"""IAM and CloudWatch Logs, as far as a cluster needs them (moto's, pinned here)."""

import json

import pytest

from .tenant import Tenant, refused, trust

API = "https://docs.aws.amazon.com/IAM/latest/APIReference/"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/"
MANAGED = "https://docs.aws.amazon.com/eks/latest/userguide/security-iam-awsmanpol.html"
LINKED = "https://docs.aws.amazon.com/eks/latest/userguide/using-service-linked-roles.html"
LINKING = f"{API}API_CreateServiceLinkedRole.html"
_TAGS = [{"Key": "owner", "Value": "us"}]
_ISSUER = "https://oidc.eks.us-east-1.amazonaws.com/id/ABCDEF"
_GROUP = "/aws/eks/one/cluster"


@pytest.mark.documented(MANAGED, row="AWS-managed EKS policies")
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
    tenant.role("r", "eks.amazonaws.com")
    arn = f"arn:aws:iam::aws:policy/{policy}"
    tenant.iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    attached = tenant.iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
    assert [one["PolicyArn"] for one in attached] == [arn]


@pytest.mark.documented(f"{API}API_AttachRolePolicy.html")
def test_a_policy_that_is_not_there_is_not_attached(tenant: Tenant) -> None:
    tenant.role("r", "eks.amazonaws.com")
    with refused("NoSuchEntity"):
        tenant.iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/AmazonEKSGhostPolicy")


@pytest.mark.documented(f"{API}API_DeleteRole.html")
def test_a_role_with_a_policy_attached_is_not_deleted(tenant: Tenant) -> None:
    tenant.role("r", "eks.amazonaws.com")
    arn = "arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    tenant.iam.attach_role_policy(RoleName="r", PolicyArn=arn)
    with refused("DeleteConflict"):
        tenant.iam.delete_role(RoleName="r")
    tenant.iam.detach_role_policy(RoleName="r", PolicyArn=arn)
    tenant.iam.delete_role(RoleName="r")


@pytest.mark.documented(f"{API}API_DeleteRole.html")
def test_a_role_of_an_instance_profile_is_not_deleted(tenant: Tenant) -> None:
    tenant.role("r", "ec2.amazonaws.com")
    tenant.iam.create_instance_profile(InstanceProfileName="p")
    tenant.iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
    with refused("DeleteConflict"):
        tenant.iam.delete_role(RoleName="r")


@pytest.mark.documented(f"{API}API_CreateRole.html")
def test_a_name_is_taken_once(tenant: Tenant) -> None:
    tenant.role("r", "eks.amazonaws.com")
    with refused("EntityAlreadyExists"):
        tenant.role("r", "eks.amazonaws.com")


@pytest.mark.documented(f"{API}API_CreateRole.html")
def test_a_trust_policy_has_to_be_one(tenant: Tenant) -> None:
    with refused("MalformedPolicyDocument"):
        tenant.iam.create_role(RoleName="r", AssumeRolePolicyDocument='{"Version": "2012-10-17"}')


@pytest.mark.documented(f"{API}API_GetRole.html")
def test_a_role_that_is_not_there_is_not_found(tenant: Tenant) -> None:
    with refused("NoSuchEntity"):
        tenant.iam.get_role(RoleName="ghost")


@pytest.mark.documented(f"{API}API_Role.html")
def test_a_role_lasts_an_hour_at_a_time_unless_told(tenant: Tenant) -> None:
    tenant.role("r", "eks.amazonaws.com")
    assert tenant.iam.get_role(RoleName="r")["Role"]["MaxSessionDuration"] == 3600


@pytest.mark.documented(f"{API}API_PutRolePolicy.html")
def test_a_policy_without_a_resource_is_malformed(tenant: Tenant) -> None:
    tenant.role("r", "eks.amazonaws.com")
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ec2:*"}]})
    with refused("MalformedPolicyDocument"):
        tenant.iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=document)


@pytest.mark.documented(f"{API}API_GetRole.html")
def test_roles_keep_their_tags(tenant: Tenant) -> None:
    document = trust("eks.amazonaws.com")
    tenant.iam.create_role(RoleName="r", AssumeRolePolicyDocument=document, Tags=_TAGS)
    assert tenant.iam.get_role(RoleName="r")["Role"]["Tags"] == _TAGS
    assert [one["tags"] for one in tenant.objects("role")] == [{"owner": "us"}]


@pytest.mark.documented(f"{API}API_GetOpenIDConnectProvider.html")
def test_oidc_providers_keep_what_they_are_given(tenant: Tenant) -> None:
    given = {"ClientIDList": ["sts.amazonaws.com"], "ThumbprintList": ["0" * 40], "Tags": _TAGS}
    arn = tenant.iam.create_open_id_connect_provider(Url=_ISSUER, **given)["OpenIDConnectProviderArn"]
    provider = tenant.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert {name: provider[name] for name in given} == given
    assert [one["id"] for one in tenant.objects("oidc-provider")] == [arn]


@pytest.mark.documented(f"{API}API_ListOpenIDConnectProviders.html")
def test_oidc_providers_are_listed(tenant: Tenant) -> None:
    arn = tenant.iam.create_open_id_connect_provider(Url=_ISSUER)["OpenIDConnectProviderArn"]
    listed = tenant.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert [one["Arn"] for one in listed] == [arn]


@pytest.mark.documented(f"{API}API_CreateOpenIDConnectProvider.html")
def test_an_oidc_provider_needs_no_thumbprint(tenant: Tenant) -> None:
    made = tenant.iam.create_open_id_connect_provider(Url=_ISSUER, ClientIDList=["sts.amazonaws.com"])
    assert made["OpenIDConnectProviderArn"].endswith(
        ":oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/ABCDEF"
    )


@pytest.mark.documented(f"{API}API_CreateOpenIDConnectProvider.html")
def test_an_issuer_has_one_provider(tenant: Tenant) -> None:
    tenant.iam.create_open_id_connect_provider(Url=_ISSUER)
    with refused("EntityAlreadyExists"):
        tenant.iam.create_open_id_connect_provider(Url=_ISSUER)


@pytest.mark.documented(LINKED, row="service-linked role names")
@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("eks", "AmazonEKS"),
        ("eks-nodegroup", "AmazonEKSNodegroup"),
        ("eks-fargate", "AmazonEKSForFargate"),
        ("eks-connector", "AmazonEKSConnector"),
        ("autoscaling", "AutoScaling"),
        ("elasticloadbalancing", "ElasticLoadBalancing"),
        ("spot", "EC2Spot"),
    ],
)
def test_service_linked_roles_have_their_names(tenant: Tenant, service: str, name: str) -> None:
    made = tenant.iam.create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")["Role"]
    assert made["RoleName"] == f"AWSServiceRoleFor{name}"
    assert made["Path"] == f"/aws-service-role/{service}.amazonaws.com/"
    assert tenant.objects() == []


@pytest.mark.documented(LINKING)
def test_a_service_has_one_role(tenant: Tenant) -> None:
    tenant.iam.create_service_linked_role(AWSServiceName="eks.amazonaws.com")
    with refused("InvalidInput", "has been taken in this account"):
        tenant.iam.create_service_linked_role(AWSServiceName="eks.amazonaws.com")


@pytest.mark.documented(LINKED)
def test_eks_makes_its_role_with_the_first_cluster(tenant: Tenant) -> None:
    role, _, _ = tenant.roles()
    tenant.cluster(tenant.network(), role)
    made = tenant.iam.get_role(RoleName="AWSServiceRoleForAmazonEKS")["Role"]
    assert made["Path"] == "/aws-service-role/eks.amazonaws.com/"


@pytest.mark.documented(f"{LOGS}API_LogGroup.html")
def test_log_groups_keep_their_retention(tenant: Tenant) -> None:
    logs = tenant.client("logs")
    logs.create_log_group(logGroupName=_GROUP)
    logs.put_retention_policy(logGroupName=_GROUP, retentionInDays=30)
    (group,) = logs.describe_log_groups(logGroupNamePrefix="/aws/eks/one")["logGroups"]
    assert group["retentionInDays"] == 30


@pytest.mark.documented(f"{LOGS}API_ListTagsForResource.html")
def test_log_groups_keep_their_tags(tenant: Tenant) -> None:
    logs = tenant.client("logs")
    logs.create_log_group(logGroupName=_GROUP, tags={"owner": "us"})
    (group,) = logs.describe_log_groups(logGroupNamePrefix=_GROUP)["logGroups"]
    assert logs.list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"] == {"owner": "us"}
    assert [one["tags"] for one in tenant.objects("log-group")] == [{"owner": "us"}]


@pytest.mark.documented(f"{LOGS}API_CreateLogGroup.html")
def test_a_log_group_is_made_once(tenant: Tenant) -> None:
    logs = tenant.client("logs")
    logs.create_log_group(logGroupName=_GROUP)
    with refused("ResourceAlreadyExistsException"):
        logs.create_log_group(logGroupName=_GROUP)
