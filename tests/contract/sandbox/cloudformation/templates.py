"""Templates that stacks of the tests are made from, and what is done with a stack."""

import json
from typing import Any

from ..tenant import Tenant

Section = dict[str, Any]


def template(resources: Section, outputs: Section | None = None, **more: Any) -> str:
    return json.dumps({"Resources": resources, "Outputs": outputs or {}, **more})


def resource(kind: str, properties: Section | None = None, **more: Any) -> Section:
    return {"Type": kind, "Properties": properties or {}, **more}


def ref(name: str) -> Section:
    return {"Ref": name}


def att(name: str, attribute: str) -> Section:
    return {"Fn::GetAtt": [name, attribute]}


def output(value: Any, export: Any = None) -> Section:
    return {"Value": value} | ({"Export": {"Name": export}} if export else {})


def vpc(cidr: Any = "10.0.0.0/16", **more: Any) -> Section:
    return resource("AWS::EC2::VPC", {"CidrBlock": cidr}, **more)


def role(service: str, **more: Any) -> Section:
    statement = {"Effect": "Allow", "Principal": {"Service": [service]}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return resource("AWS::IAM::Role", {"AssumeRolePolicyDocument": document, **more})


def network() -> Section:
    """Two public and two private subnets."""
    table, gateway = (
        {"RouteTableId": ref("Public")},
        {"VpcId": ref("Vpc"), "InternetGatewayId": ref("Gateway")},
    )
    found = {
        "Vpc": vpc(),
        "Gateway": resource("AWS::EC2::InternetGateway"),
        "Attached": resource("AWS::EC2::VPCGatewayAttachment", gateway),
        "Public": resource("AWS::EC2::RouteTable", {"VpcId": ref("Vpc")}),
        "Way": resource(
            "AWS::EC2::Route",
            {**table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": ref("Gateway")},
            DependsOn="Attached",
        ),
    }
    for index, zone in enumerate(("us-east-1a", "us-east-1b")):
        where = {"VpcId": ref("Vpc"), "AvailabilityZone": zone}
        public = {"CidrBlock": f"10.0.{index}.0/24", "MapPublicIpOnLaunch": True}
        found[f"Public{index}"] = resource("AWS::EC2::Subnet", {**where, **public})
        found[f"Private{index}"] = resource("AWS::EC2::Subnet", {**where, "CidrBlock": f"10.0.1{index}.0/24"})
        association = {**table, "SubnetId": ref(f"Public{index}")}
        found[f"Public{index}Way"] = resource("AWS::EC2::SubnetRouteTableAssociation", association)
    return found


def cluster(**more: Any) -> Section:
    """With its network and its role."""
    given = {
        "Name": "one",
        "RoleArn": att("Role", "Arn"),
        "ResourcesVpcConfig": {"SubnetIds": [ref("Public0"), ref("Public1")]},
        **more,
    }
    return {**network(), "Role": role("eks.amazonaws.com"), "Cluster": resource("AWS::EKS::Cluster", given)}


def everything() -> Section:
    """One of each type of EKS."""
    of_cluster = {"ClusterName": ref("Cluster")}
    ways = ["Way", "Public0Way", "Public1Way"]
    nodes = {
        "NodegroupName": "a",
        "NodeRole": att("NodeRole", "Arn"),
        "Subnets": [ref("Public0"), ref("Public1")],
    }
    pods = {"FargateProfileName": "f", "PodExecutionRoleArn": att("FargateRole", "Arn")}
    labelled = {"Namespace": "serverless", "Labels": [{"Key": "tier", "Value": "web"}]}
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    scope = {"Type": "namespace", "Namespaces": ["default"]}
    return {
        **cluster(
            AccessConfig={"AuthenticationMode": "API_AND_CONFIG_MAP"},
            Logging={"ClusterLogging": {"EnabledTypes": [{"Type": "api"}]}},
            Tags=[{"Key": "team", "Value": "a"}],
        ),
        "NodeRole": role("ec2.amazonaws.com"),
        "FargateRole": role("eks-fargate-pods.amazonaws.com"),
        "PodRole": role("pods.eks.amazonaws.com"),
        "Nodes": resource("AWS::EKS::Nodegroup", {**of_cluster, **nodes}, DependsOn=ways),
        "Fargate": resource(
            "AWS::EKS::FargateProfile",
            {**of_cluster, **pods, "Selectors": [labelled], "Subnets": [ref("Private0"), ref("Private1")]},
        ),
        "Cni": resource("AWS::EKS::Addon", {**of_cluster, "AddonName": "vpc-cni"}),
        "Viewer": resource(
            "AWS::EKS::AccessEntry",
            {
                **of_cluster,
                "PrincipalArn": att("PodRole", "Arn"),
                "AccessPolicies": [{"PolicyArn": policy, "AccessScope": scope}],
            },
        ),
        "Pods": resource(
            "AWS::EKS::PodIdentityAssociation",
            {
                **of_cluster,
                "Namespace": "default",
                "ServiceAccount": "puller",
                "RoleArn": att("PodRole", "Arn"),
            },
        ),
    }


class Stacks:
    """CloudFormation as a tenant uses it."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.api = tenant.client("cloudformation")

    def create(self, name: str, body: str, **more: Any) -> str:
        made = self.api.create_stack(
            StackName=name, TemplateBody=body, **{"Capabilities": ["CAPABILITY_NAMED_IAM"], **more}
        )
        return str(made["StackId"])

    def status(self, name: str) -> str:
        return str(self.describe(name)["StackStatus"])

    def describe(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.api.describe_stacks(StackName=name)["Stacks"][0]
        return found

    def settle(self, name: str) -> str:
        """What it ends in, within two hours of AWS."""
        for _ in range(240):
            if not self.status(name).endswith("_IN_PROGRESS"):
                break
            self.tenant.advance(30)
        return self.status(name)

    def outputs(self, name: str) -> dict[str, str]:
        return {one["OutputKey"]: one["OutputValue"] for one in self.describe(name).get("Outputs", [])}

    def resources(self, name: str) -> dict[str, dict[str, Any]]:
        found = self.api.describe_stack_resources(StackName=name)["StackResources"]
        return {one["LogicalResourceId"]: one for one in found}

    def events(self, name: str) -> list[tuple[str, str]]:
        """Oldest first."""
        found = self.api.describe_stack_events(StackName=name)["StackEvents"]
        return [(one["LogicalResourceId"], one["ResourceStatus"]) for one in reversed(found)]

    def reasons(self, name: str) -> str:
        found = self.api.describe_stack_events(StackName=name)["StackEvents"]
        return "\n".join(one.get("ResourceStatusReason", "") for one in found)
