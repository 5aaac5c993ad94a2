"""Harmless calls that tell whether an action is allowed: EC2's dry runs, and work on what is not there.

None of them can make, change or delete anything: they ask EC2 not to, name objects that do not exist, or give
parameters that no service takes. IAM decides before a service looks at them.
"""

from __future__ import annotations

import json

from clusterwright.aws.calls import Calls, Row
from clusterwright.aws.preflight.needs import SAMPLE
from clusterwright.errors import AwsError, BadCredentials, Denied, Throttled, Unreachable

ZEROS = "00000000000000000"
VPC, SUBNET, TABLE, GATEWAY = f"vpc-{ZEROS}", f"subnet-{ZEROS}", f"rtb-{ZEROS}", f"igw-{ZEROS}"
GROUP, TEMPLATE, ADDRESS, NAT = f"sg-{ZEROS}", f"lt-{ZEROS}", f"eipalloc-{ZEROS}", f"nat-{ZEROS}"
ANYWHERE = "0.0.0.0/0"
RULE = [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]
SAMPLE_TAG = {"Key": SAMPLE, "Value": ""}
DATA = {"MetadataOptions": {"HttpTokens": "required"}}
CHILD = {"clusterName": SAMPLE}
NO_POLICY = "no policy"
ROLE = f"arn:<P>:iam::<A>:role/{SAMPLE}"
CLUSTER = f"arn:<P>:eks:<R>:<A>:cluster/{SAMPLE}"
PROVIDER = f"arn:<P>:iam::<A>:oidc-provider/{SAMPLE}.invalid"

DRY_RUNS: dict[str, Row] = {
    "ec2:AllocateAddress": {"Domain": "vpc"},
    "ec2:AssociateRouteTable": {"RouteTableId": TABLE, "SubnetId": SUBNET},
    "ec2:AttachInternetGateway": {"InternetGatewayId": GATEWAY, "VpcId": VPC},
    "ec2:AuthorizeSecurityGroupIngress": {"GroupId": GROUP, "IpPermissions": RULE},
    "ec2:CreateInternetGateway": {},
    "ec2:CreateLaunchTemplate": {"LaunchTemplateName": SAMPLE, "LaunchTemplateData": DATA},
    "ec2:CreateLaunchTemplateVersion": {"LaunchTemplateId": TEMPLATE, "LaunchTemplateData": DATA},
    "ec2:CreateNatGateway": {"SubnetId": SUBNET, "AllocationId": ADDRESS},
    "ec2:CreateRoute": {"RouteTableId": TABLE, "DestinationCidrBlock": ANYWHERE, "GatewayId": GATEWAY},
    "ec2:CreateRouteTable": {"VpcId": VPC},
    "ec2:CreateSecurityGroup": {"GroupName": SAMPLE, "Description": SAMPLE, "VpcId": VPC},
    "ec2:CreateSubnet": {"VpcId": VPC, "CidrBlock": "10.0.0.0/24"},
    "ec2:CreateTags": {"Resources": [VPC], "Tags": [SAMPLE_TAG]},
    "ec2:CreateVpc": {"CidrBlock": "10.0.0.0/16"},
    "ec2:DeleteInternetGateway": {"InternetGatewayId": GATEWAY},
    "ec2:DeleteLaunchTemplate": {"LaunchTemplateId": TEMPLATE},
    "ec2:DeleteNatGateway": {"NatGatewayId": NAT},
    "ec2:DeleteRoute": {"RouteTableId": TABLE, "DestinationCidrBlock": ANYWHERE},
    "ec2:DeleteRouteTable": {"RouteTableId": TABLE},
    "ec2:DeleteSecurityGroup": {"GroupId": GROUP},
    "ec2:DeleteSubnet": {"SubnetId": SUBNET},
    "ec2:DeleteTags": {"Resources": [VPC], "Tags": [SAMPLE_TAG]},
    "ec2:DeleteVpc": {"VpcId": VPC},
    "ec2:DetachInternetGateway": {"InternetGatewayId": GATEWAY, "VpcId": VPC},
    "ec2:DisassociateRouteTable": {"AssociationId": f"rtbassoc-{ZEROS}"},
    "ec2:ReleaseAddress": {"AllocationId": ADDRESS},
    "ec2:RevokeSecurityGroupIngress": {"GroupId": GROUP, "IpPermissions": RULE},
}

READS: dict[str, Row] = {
    "ec2:DescribeAddresses": {},
    "ec2:DescribeAvailabilityZones": {},
    "ec2:DescribeInternetGateways": {"MaxResults": 5},
    "ec2:DescribeLaunchTemplates": {"MaxResults": 5},
    "ec2:DescribeLaunchTemplateVersions": {"LaunchTemplateId": TEMPLATE},
    "ec2:DescribeNatGateways": {"MaxResults": 5},
    "ec2:DescribeRouteTables": {"MaxResults": 5},
    "ec2:DescribeSecurityGroups": {"MaxResults": 5},
    "ec2:DescribeSubnets": {"MaxResults": 5},
    "ec2:DescribeVpcAttribute": {"VpcId": VPC, "Attribute": "enableDnsSupport"},
    "ec2:DescribeVpcs": {"MaxResults": 5},
    "eks:DescribeAccessEntry": {**CHILD, "principalArn": "arn:aws:iam::000000000000:role/none"},
    "eks:DescribeAddon": {**CHILD, "addonName": SAMPLE},
    "eks:DescribeCluster": {"name": SAMPLE},
    "eks:DescribeFargateProfile": {**CHILD, "fargateProfileName": SAMPLE},
    "eks:DescribeNodegroup": {**CHILD, "nodegroupName": SAMPLE},
    "iam:GetRole": {"RoleName": SAMPLE},
    "iam:ListAttachedRolePolicies": {"RoleName": SAMPLE},
    "iam:ListOpenIDConnectProviders": {},
    "logs:DescribeLogGroups": {"limit": 1},
}

ON_NOTHING: dict[str, Row] = {
    "ec2:ModifySubnetAttribute": {"SubnetId": SUBNET, "MapPublicIpOnLaunch": {"Value": False}},
    "ec2:ModifyVpcAttribute": {"VpcId": VPC, "EnableDnsSupport": {"Value": True}},
    "eks:DeleteAddon": {**CHILD, "addonName": SAMPLE},
    "eks:DeleteCluster": {"name": SAMPLE},
    "eks:DeleteFargateProfile": {**CHILD, "fargateProfileName": SAMPLE},
    "eks:DeleteNodegroup": {**CHILD, "nodegroupName": SAMPLE},
    "eks:UpdateAddon": {**CHILD, "addonName": SAMPLE},
    "eks:UpdateClusterConfig": {"name": SAMPLE},
    "eks:UpdateClusterVersion": {"name": SAMPLE, "version": "1.0"},
    "eks:UpdateNodegroupConfig": {**CHILD, "nodegroupName": SAMPLE},
    "eks:UpdateNodegroupVersion": {**CHILD, "nodegroupName": SAMPLE},
    "eks:CreateAddon": {**CHILD, "addonName": "vpc-cni"},
    "eks:CreateCluster": {"name": SAMPLE, "roleArn": ROLE, "resourcesVpcConfig": {"subnetIds": [SUBNET]}},
    "eks:CreateFargateProfile": {**CHILD, "fargateProfileName": SAMPLE, "podExecutionRoleArn": ROLE},
    "eks:CreateNodegroup": {**CHILD, "nodegroupName": SAMPLE, "subnets": [SUBNET], "nodeRole": ROLE},
    "eks:TagResource": {"resourceArn": CLUSTER, "tags": {SAMPLE: ""}},
    "eks:UntagResource": {"resourceArn": CLUSTER, "tagKeys": [SAMPLE]},
    "iam:AttachRolePolicy": {"RoleName": SAMPLE, "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    "iam:CreateRole": {"RoleName": SAMPLE, "AssumeRolePolicyDocument": NO_POLICY},
    "iam:CreateOpenIDConnectProvider": {"Url": SAMPLE},
    "iam:DeleteOpenIDConnectProvider": {"OpenIDConnectProviderArn": PROVIDER},
    "iam:DeleteRole": {"RoleName": SAMPLE},
    "iam:DetachRolePolicy": {"RoleName": SAMPLE, "PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
    "iam:GetOpenIDConnectProvider": {"OpenIDConnectProviderArn": PROVIDER},
    "iam:TagOpenIDConnectProvider": {"OpenIDConnectProviderArn": PROVIDER, "Tags": [SAMPLE_TAG]},
    "iam:TagRole": {"RoleName": SAMPLE, "Tags": [SAMPLE_TAG]},
    "iam:UntagOpenIDConnectProvider": {"OpenIDConnectProviderArn": PROVIDER, "TagKeys": [SAMPLE]},
    "iam:UntagRole": {"RoleName": SAMPLE, "TagKeys": [SAMPLE]},
    "iam:UpdateAssumeRolePolicy": {"RoleName": SAMPLE, "PolicyDocument": NO_POLICY},
}

ACTIONS = frozenset({*DRY_RUNS, *READS, *ON_NOTHING})


def probe(calls: Calls, action: str) -> bool | None:
    """Whether it is allowed; None where no harmless call would tell."""
    if action in DRY_RUNS:
        return tried(calls, action, {**DRY_RUNS[action], "DryRun": True})
    if action in READS:
        return tried(calls, action, READS[action])
    return tried(calls, action, placed(calls, ON_NOTHING[action])) if action in ON_NOTHING else None


def placed(calls: Calls, params: Row) -> Row:
    """ARNs are those of this account."""
    text = json.dumps(params)
    for name, value in (("P", calls.partition), ("R", calls.region), ("A", calls.account)):
        text = text.replace(f"<{name}>", value)
    found: Row = json.loads(text)
    return found


def tried(calls: Calls, action: str, params: Row) -> bool | None:
    """Anything but a denial means that IAM let it pass: the object is not there, the parameters are wrong."""
    try:
        calls.call(action, params)
    except Denied as error:
        return None if is_of_another(action, error.message) else False
    except (BadCredentials, Throttled, Unreachable):
        return None
    except AwsError:
        return True
    return True


def is_of_another(action: str, text: str) -> bool:
    """Whether what is denied is something that the action brings with it, such as iam:PassRole."""
    _, said, rest = text.partition("not authorized to perform: ")
    return bool(said) and not rest.lower().startswith(action.lower())
