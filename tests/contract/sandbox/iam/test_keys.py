"""Condition keys and resources of single actions, as the Service Authorization Reference lists them.

A call that is let through ends in some other error, or in none: nothing that it names is there.
"""

from typing import Any

import pytest

from ..tenant import refused
from .people import DENIED, Account, allow

REFERENCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/"
EKS = REFERENCE + "list_amazonelastickubernetesservice.html"
EC2 = REFERENCE + "list_amazonec2.html"
IAM = REFERENCE + "list_awsidentityandaccessmanagementiam.html"
SCALING = REFERENCE + "list_amazonec2autoscaling.html"
LOGS = REFERENCE + "list_amazoncloudwatchlogs.html"
SECRETS = REFERENCE + "list_awssecretsmanager.html"
PASSING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html"
POLICY = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
PRINCIPAL = "arn:aws:iam::111122223333:role/somebody"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1"

CLUSTER: dict[str, Any] = {"name": "one", "roleArn": PRINCIPAL, "resourcesVpcConfig": {"subnetIds": []}}
ENTRY = {"clusterName": "one", "principalArn": PRINCIPAL}
NAMESPACED = {**ENTRY, "policyArn": POLICY, "accessScope": {"type": "namespace", "namespaces": ["a", "b"]}}
PROVIDER = {
    "clusterName": "one",
    "oidc": {"identityProviderConfigName": "p", "issuerUrl": "https://id.example.com", "clientId": "kube"},
}


def _eks(key: str, value: str, operation: str, given: dict[str, Any], operator: str = "StringEquals") -> Any:
    name = f"{key.removeprefix('eks:')}-{operation}"
    condition = {operator: {key: value}}
    return pytest.param(operation, given, condition, id=name, marks=pytest.mark.documented(EKS))


CASES = [
    _eks(
        "eks:authenticationMode",
        "API",
        "create_cluster",
        {**CLUSTER, "accessConfig": {"authenticationMode": "API"}},
    ),
    _eks(
        "eks:bootstrapClusterCreatorAdminPermissions",
        "false",
        "create_cluster",
        {**CLUSTER, "accessConfig": {"bootstrapClusterCreatorAdminPermissions": False}},
        "Bool",
    ),
    _eks(
        "eks:bootstrapSelfManagedAddons",
        "false",
        "create_cluster",
        {**CLUSTER, "bootstrapSelfManagedAddons": False},
        "Bool",
    ),
    _eks(
        "eks:supportType",
        "STANDARD",
        "create_cluster",
        {**CLUSTER, "upgradePolicy": {"supportType": "STANDARD"}},
    ),
    _eks(
        "eks:computeConfigEnabled",
        "false",
        "create_cluster",
        {**CLUSTER, "computeConfig": {"enabled": False}},
        "Bool",
    ),
    _eks(
        "eks:endpointPublicAccess",
        "false",
        "create_cluster",
        {**CLUSTER, "resourcesVpcConfig": {"subnetIds": [], "endpointPublicAccess": False}},
        "Bool",
    ),
    _eks("eks:kubernetesVersion", "1.33", "create_cluster", {**CLUSTER, "version": "1.33"}),
    _eks("eks:kubernetesVersion", "1.33", "update_cluster_version", {"name": "one", "version": "1.33"}),
    _eks(
        "eks:loggingType/audit",
        "true",
        "create_cluster",
        {**CLUSTER, "logging": {"clusterLogging": [{"types": ["audit"], "enabled": True}]}},
        "Bool",
    ),
    _eks(
        "eks:encryptionConfigProviderKeyArns",
        KEY,
        "create_cluster",
        {**CLUSTER, "encryptionConfig": [{"resources": ["secrets"], "provider": {"keyArn": KEY}}]},
        "ForAnyValue:StringEquals",
    ),
    _eks(
        "eks:supportType",
        "STANDARD",
        "update_cluster_config",
        {"name": "one", "upgradePolicy": {"supportType": "STANDARD"}},
    ),
    _eks("eks:principalArn", PRINCIPAL, "create_access_entry", ENTRY, "ArnEquals"),
    _eks("eks:accessEntryType", "EC2_LINUX", "create_access_entry", {**ENTRY, "type": "EC2_LINUX"}),
    _eks("eks:username", "ann", "create_access_entry", {**ENTRY, "username": "ann"}),
    _eks(
        "eks:kubernetesGroups",
        "dev",
        "create_access_entry",
        {**ENTRY, "kubernetesGroups": ["dev"]},
        "ForAllValues:StringEquals",
    ),
    _eks("eks:policyArn", POLICY, "associate_access_policy", NAMESPACED, "ArnEquals"),
    _eks("eks:accessScope", "namespace", "associate_access_policy", NAMESPACED),
    _eks("eks:namespaces", "?", "associate_access_policy", NAMESPACED, "ForAllValues:StringLike"),
    _eks("eks:issuerUrl", "https://id.example.com", "associate_identity_provider_config", PROVIDER),
    _eks("eks:clientId", "kube", "associate_identity_provider_config", PROVIDER),
    _eks("aws:RequestTag/a", "b", "create_cluster", {**CLUSTER, "tags": {"a": "b"}}),
    _eks("aws:TagKeys", "a", "create_cluster", {**CLUSTER, "tags": {"a": "b"}}, "ForAllValues:StringEquals"),
]


@pytest.mark.parametrize(("operation", "given", "condition"), CASES)
def test_a_request_to_eks_has_its_keys(
    account: Account, operation: str, given: dict[str, Any], condition: dict[str, Any]
) -> None:
    (operator, tested), *_ = condition.items()
    others = allow(["eks:TagResource", "iam:*"])
    name = operation.title().replace("_", "")
    matching = account.user(others, allow(f"eks:{name}", Condition=condition))
    assert account.tries(matching, "eks", operation, **given) not in DENIED
    elsewise = {operator: {key: _other(value) for key, value in tested.items()}}
    differing = account.user(others, allow(f"eks:{name}", Condition=elsewise))
    assert account.tries(differing, "eks", operation, **given) == "AccessDeniedException"


def _other(value: str) -> str:
    return {"true": "false", "false": "true", "?": "c"}.get(value, f"{value}-not")


def _about(operation: str, resource: str, **given: Any) -> Any:
    return pytest.param(operation, resource, given, id=operation, marks=pytest.mark.documented(EKS))


@pytest.mark.parametrize(
    ("operation", "resource", "given"),
    [
        _about("describe_cluster", "cluster/one", name="one"),
        _about(
            "create_nodegroup",
            "cluster/one",
            clusterName="one",
            nodegroupName="n",
            subnets=[],
            nodeRole=PRINCIPAL,
        ),
        _about("describe_nodegroup", "nodegroup/one/n/*", clusterName="one", nodegroupName="n"),
        _about("list_nodegroups", "cluster/one", clusterName="one"),
        _about("create_addon", "cluster/one", clusterName="one", addonName="coredns"),
        _about("delete_addon", "addon/one/coredns/*", clusterName="one", addonName="coredns"),
        _about("delete_fargate_profile", "fargateprofile/one/f/*", clusterName="one", fargateProfileName="f"),
        _about("delete_access_entry", "access-entry/one/role/111122223333/somebody/*", **ENTRY),
        _about("describe_update", "cluster/one", name="one", updateId="u"),
        _about("list_insights", "cluster/one", clusterName="one"),
        _about("associate_identity_provider_config", "cluster/one", **PROVIDER),
        _about(
            "describe_identity_provider_config",
            "identityproviderconfig/one/oidc/p/*",
            clusterName="one",
            identityProviderConfig={"type": "oidc", "name": "p"},
        ),
        _about(
            "delete_pod_identity_association",
            "podidentityassociation/one/a-1",
            clusterName="one",
            associationId="a-1",
        ),
    ],
)
def test_an_action_of_eks_is_about_its_resource(
    account: Account, operation: str, resource: str, given: dict[str, Any]
) -> None:
    arn = f"arn:aws:eks:us-east-1:{account.id}:{resource}"
    name = operation.title().replace("_", "")
    keys = account.user(allow(f"eks:{name}", arn), allow("iam:*"))
    assert account.tries(keys, "eks", operation, **given) not in DENIED
    other = arn.replace("/one", "/two")
    keys = account.user(allow(f"eks:{name}", other), allow("iam:*"))
    assert account.tries(keys, "eks", operation, **given) == "AccessDeniedException"


@pytest.mark.documented(EKS)
def test_an_update_of_a_node_group_is_about_the_group_too(account: Account) -> None:
    cluster = f"arn:aws:eks:us-east-1:{account.id}:cluster/one"
    keys = account.user(allow("eks:DescribeUpdate", cluster))
    given = {"name": "one", "updateId": "u"}
    assert account.tries(keys, "eks", "describe_update", **given) not in DENIED
    with refused("AccessDeniedException", "nodegroup/one/n/*"):
        account.client("eks", keys).describe_update(**given, nodegroupName="n")


@pytest.mark.documented(PASSING)
@pytest.mark.parametrize(("cluster", "passes"), [("one", True), ("two", False)])
def test_a_role_is_passed_for_a_resource(account: Account, cluster: str, passes: bool) -> None:
    condition = {"ArnEquals": {"iam:AssociatedResourceArn": f"arn:aws:eks:*:{account.id}:cluster/{cluster}"}}
    given = [allow(["eks:*", "iam:CreateServiceLinkedRole"]), allow("iam:PassRole", Condition=condition)]
    found = account.tries(account.user(*given), "eks", "create_cluster", **CLUSTER)
    assert (found not in DENIED) is passes


class Site:
    """A network with a subnet, a group and a table in it, all tagged."""

    def __init__(self, account: Account) -> None:
        ec2 = account.tenant.ec2
        self.account = account
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=_tags("vpc"))["Vpc"]["VpcId"]
        self.vpc_arn = f"arn:aws:ec2:us-east-1:{account.id}:vpc/{self.vpc}"
        made = ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.0.0.0/24", AvailabilityZone="us-east-1b")
        self.subnet = made["Subnet"]["SubnetId"]
        self.table = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self.group = ec2.create_security_group(GroupName="g", Description="d", VpcId=self.vpc)["GroupId"]

    def may(self, action: str, condition: dict[str, Any], operation: str, **given: Any) -> bool:
        keys = self.account.user(allow(f"ec2:{action}", Condition=condition))
        return self.account.tries(keys, "ec2", operation, **given) not in DENIED


def _tags(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "owner", "Value": "us"}]}]


@pytest.fixture
def site(account: Account) -> Site:
    return Site(account)


@pytest.mark.documented(EC2)
@pytest.mark.parametrize(("owner", "allowed"), [("us", True), ("them", False)])
def test_ec2_has_a_key_of_its_own_for_tags(site: Site, owner: str, allowed: bool) -> None:
    condition = {"StringEquals": {"ec2:ResourceTag/owner": owner}}
    given = {"VpcId": site.vpc, "EnableDnsSupport": {"Value": True}}
    assert site.may("ModifyVpcAttribute", condition, "modify_vpc_attribute", **given) is allowed


@pytest.mark.documented(EC2)
@pytest.mark.parametrize("kind", ["subnet", "route table", "security group"])
def test_what_is_in_a_vpc_says_so(site: Site, kind: str) -> None:
    action, operation, given = {
        "subnet": ("DeleteSubnet", "delete_subnet", {"SubnetId": site.subnet}),
        "route table": ("DeleteRouteTable", "delete_route_table", {"RouteTableId": site.table}),
        "security group": ("DeleteSecurityGroup", "delete_security_group", {"GroupId": site.group}),
    }[kind]
    elsewhere = {"ArnEquals": {"ec2:Vpc": site.vpc_arn[:-3] + "000"}}
    assert not site.may(action, elsewhere, operation, **given)
    assert site.may(action, {"ArnEquals": {"ec2:Vpc": site.vpc_arn}}, operation, **given)


@pytest.mark.documented(EC2)
@pytest.mark.parametrize(("zone", "allowed"), [("us-east-1b", True), ("us-east-1a", False)])
def test_a_subnet_says_its_zone(site: Site, zone: str, allowed: bool) -> None:
    condition = {"StringEquals": {"ec2:AvailabilityZone": zone}}
    assert site.may("DeleteSubnet", condition, "delete_subnet", SubnetId=site.subnet) is allowed


@pytest.mark.documented(EC2)
@pytest.mark.parametrize(("region", "allowed"), [("us-east-1", True), ("eu-west-1", False)])
def test_ec2_says_the_region(site: Site, region: str, allowed: bool) -> None:
    assert site.may("DescribeVpcs", {"StringEquals": {"ec2:Region": region}}, "describe_vpcs") is allowed


@pytest.mark.documented(EC2)
@pytest.mark.parametrize(("kind", "allowed"), [("m5.large", True), ("m5.*", True), ("c5.*", False)])
def test_instances_are_allowed_by_type(site: Site, kind: str, allowed: bool) -> None:
    condition = {"StringLikeIfExists": {"ec2:InstanceType": kind}}
    given = {"ImageId": "ami-12c6146b", "InstanceType": "m5.large", "MinCount": 1, "MaxCount": 1}
    assert site.may("RunInstances", condition, "run_instances", **given, SubnetId=site.subnet) is allowed


@pytest.mark.documented(EC2)
def test_a_subnet_is_made_in_a_vpc_that_is_allowed(site: Site) -> None:
    condition = {"ArnEqualsIfExists": {"ec2:Vpc": site.vpc_arn}}
    given = {"CidrBlock": "10.0.9.0/24"}
    assert site.may("CreateSubnet", condition, "create_subnet", VpcId=site.vpc, **given)
    other = site.account.tenant.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    assert not site.may("CreateSubnet", condition, "create_subnet", VpcId=other, **given)


@pytest.mark.documented(EC2)
def test_an_association_is_about_table_and_subnet(site: Site) -> None:
    made = site.account.tenant.ec2.associate_route_table(RouteTableId=site.table, SubnetId=site.subnet)
    where = f"arn:aws:ec2:us-east-1:{site.account.id}:"
    one = site.account.user(allow("ec2:DisassociateRouteTable", f"{where}route-table/{site.table}"))
    given = {"AssociationId": made["AssociationId"]}
    with refused("UnauthorizedOperation", f"subnet/{site.subnet}"):
        site.account.client("ec2", one).disassociate_route_table(**given)
    both = site.account.user(
        allow("ec2:DisassociateRouteTable", [f"{where}route-table/*", f"{where}subnet/*"])
    )
    assert site.account.tries(both, "ec2", "disassociate_route_table", **given) == "ok"


@pytest.mark.documented(IAM)
@pytest.mark.parametrize("key", ["iam:ResourceTag/owner", "aws:ResourceTag/owner"])
def test_roles_have_two_keys_for_tags(account: Account, key: str) -> None:
    role = account.role().rpartition("/")[2]
    keys = account.user(allow("iam:GetRole", Condition={"StringEquals": {key: "us"}}))
    assert account.tries(keys, "iam", "get_role", RoleName=role) == "AccessDenied"
    account.iam.tag_role(RoleName=role, Tags=[{"Key": "owner", "Value": "us"}])
    assert account.tries(keys, "iam", "get_role", RoleName=role) == "ok"


@pytest.mark.documented(IAM)
def test_a_role_is_deleted_only_with_the_boundary_that_is_asked_for(account: Account) -> None:
    boundary = account.managed(
        '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'
    )
    keys = account.user(
        allow("iam:DeleteRole", Condition={"StringEquals": {"iam:PermissionsBoundary": boundary}})
    )
    role = account.role().rpartition("/")[2]
    assert account.tries(keys, "iam", "delete_role", RoleName=role) == "AccessDenied"
    account.iam.put_role_permissions_boundary(RoleName=role, PermissionsBoundary=boundary)
    assert account.tries(keys, "iam", "delete_role", RoleName=role) == "ok"


@pytest.mark.documented(SCALING)
@pytest.mark.parametrize("key", ["autoscaling:ResourceTag/owner", "aws:ResourceTag/owner"])
def test_groups_have_two_keys_for_tags(account: Account, key: str) -> None:
    ec2, scaling = account.tenant.ec2, account.tenant.client("autoscaling")
    ec2.create_launch_template(
        LaunchTemplateName="plain", LaunchTemplateData={"ImageId": "ami-12c6146b", "InstanceType": "m5.large"}
    )
    for name in ("us", "them"):
        scaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            LaunchTemplate={"LaunchTemplateName": "plain"},
            MinSize=0,
            MaxSize=0,
            AvailabilityZones=["us-east-1a"],
            Tags=[{"Key": "owner", "Value": name, "PropagateAtLaunch": False}],
        )
    keys = account.user(allow("autoscaling:DeleteAutoScalingGroup", Condition={"StringEquals": {key: "us"}}))
    for name, expected in (("them", "AccessDenied"), ("us", "ok")):
        found = account.tries(keys, "autoscaling", "delete_auto_scaling_group", AutoScalingGroupName=name)
        assert found == expected


@pytest.mark.documented(LOGS)
def test_a_log_group_is_named_with_its_streams(account: Account) -> None:
    arn = f"arn:aws:logs:us-east-1:{account.id}:log-group:/aws/eks/one/cluster:*"
    keys = account.user(allow("logs:CreateLogGroup", arn))
    assert account.tries(keys, "logs", "create_log_group", logGroupName="/aws/eks/one/cluster") == "ok"
    assert account.tries(keys, "logs", "create_log_group", logGroupName="/other") == "AccessDeniedException"


@pytest.mark.documented(LOGS)
def test_the_tags_of_a_log_group_count(account: Account) -> None:
    logs = account.tenant.client("logs")
    logs.create_log_group(logGroupName="us", tags={"owner": "us"})
    logs.create_log_group(logGroupName="them")
    keys = account.user(
        allow("logs:DeleteLogGroup", Condition={"StringEquals": {"aws:ResourceTag/owner": "us"}})
    )
    assert account.tries(keys, "logs", "delete_log_group", logGroupName="them") == "AccessDeniedException"
    assert account.tries(keys, "logs", "delete_log_group", logGroupName="us") == "ok"


@pytest.mark.documented(SECRETS)
def test_a_secret_is_made_with_the_tags_that_are_asked_for(account: Account) -> None:
    only = {"StringEquals": {"aws:RequestTag/owner": "us"}}
    keys = account.user(allow(["secretsmanager:CreateSecret", "secretsmanager:TagResource"], Condition=only))
    for owner, expected in (("them", "AccessDeniedException"), ("us", "ok")):
        tags = [{"Key": "owner", "Value": owner}]
        given: dict[str, Any] = {"Name": f"secret-{owner}", "SecretString": "x", "Tags": tags}
        assert account.tries(keys, "secretsmanager", "create_secret", **given) == expected
