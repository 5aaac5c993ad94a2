"""What tests of EKS stand on: an account with a network and roles, and short ways to make things in it."""

from dataclasses import dataclass
from typing import Any

from .tenant import Network, Tenant

CREATED = 1200
"""Seconds after which whatever EKS was asked to make is there."""


@dataclass(frozen=True)
class Ground:
    tenant: Tenant
    network: Network
    cluster_role: str
    node_role: str
    fargate_role: str

    @property
    def eks(self) -> Any:
        return self.tenant.eks

    def create_cluster(self, name: str = "two", **more: Any) -> Any:
        given = {
            "name": name,
            "roleArn": self.cluster_role,
            "resourcesVpcConfig": {"subnetIds": self.network.private},
            **more,
        }
        return self.eks.create_cluster(**given)["cluster"]

    def cluster(self, name: str = "one") -> Any:
        return self.eks.describe_cluster(name=name)["cluster"]

    def update_config(self, **given: Any) -> Any:
        return self.eks.update_cluster_config(name="one", **given)["update"]

    def update(self, update: Any, **part: str) -> Any:
        return self.eks.describe_update(name="one", updateId=update["id"], **part)["update"]

    def updated(self, **given: Any) -> Any:
        """The cluster after a change of its configuration."""
        self.update_config(**given)
        self.tenant.advance(CREATED)
        return self.cluster()

    def create_nodegroup(self, name: str = "ng", **more: Any) -> Any:
        given = {
            "clusterName": "one",
            "nodegroupName": name,
            "nodeRole": self.node_role,
            "subnets": self.network.private,
            "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 2},
            **more,
        }
        return self.eks.create_nodegroup(**given)["nodegroup"]

    def nodegroup(self, name: str = "ng") -> Any:
        return self.eks.describe_nodegroup(clusterName="one", nodegroupName=name)["nodegroup"]

    def active_nodegroup(self, name: str = "ng", **more: Any) -> Any:
        self.create_nodegroup(name, **more)
        self.tenant.advance(300)
        group = self.nodegroup(name)
        assert group["status"] == "ACTIVE", group["health"]
        return group

    def instances(self, name: str = "ng") -> list[Any]:
        wanted = [
            {"Name": "tag:eks:nodegroup-name", "Values": [name]},
            {"Name": "instance-state-name", "Values": ["running"]},
        ]
        found = self.tenant.ec2.describe_instances(Filters=wanted)["Reservations"]
        return [one for reservation in found for one in reservation["Instances"]]

    def template(self, name: str = "template", **data: Any) -> str:
        made = self.tenant.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)
        return str(made["LaunchTemplate"]["LaunchTemplateId"])

    def create_profile(self, name: str = "fp", **more: Any) -> Any:
        given = {
            "clusterName": "one",
            "fargateProfileName": name,
            "podExecutionRoleArn": self.fargate_role,
            "subnets": self.network.private,
            "selectors": [{"namespace": "jobs"}],
            **more,
        }
        return self.eks.create_fargate_profile(**given)["fargateProfile"]

    def create_addon(self, name: str = "vpc-cni", **more: Any) -> Any:
        return self.eks.create_addon(clusterName="one", addonName=name, **more)["addon"]

    def addon(self, name: str = "vpc-cni") -> Any:
        return self.eks.describe_addon(clusterName="one", addonName=name)["addon"]

    def role(self, name: str, *services: str) -> str:
        """One that EKS sees by now."""
        made = self.tenant.role(name, *services)
        self.tenant.advance(30)
        return made


def break_ground(tenant: Tenant) -> Ground:
    return Ground(tenant, tenant.network(), *tenant.roles())


def with_cluster(tenant: Tenant, **more: Any) -> Ground:
    """An ACTIVE cluster called one, at 1.32, whose nodes find a way out."""
    ground = break_ground(tenant)
    ground.network.add_nat()
    given = {"version": "1.32", "accessConfig": {"authenticationMode": "API_AND_CONFIG_MAP"}, **more}
    tenant.cluster(ground.network, ground.cluster_role, **given)
    return ground


def create_capability(ground: Ground, kind: str = "ACK", **given: Any) -> Any:
    idc = {"argoCd": {"awsIdc": {"idcInstanceArn": "arn:aws:sso:::instance/ssoins-1234567890abcdef"}}}
    if kind == "ARGOCD":
        given = {"configuration": idc, **given}
    named = {"clusterName": "one", "capabilityName": f"my-{kind.lower()}", "type": kind}
    made = ground.eks.create_capability(**named, deletePropagationPolicy="RETAIN", **given)
    return made["capability"]
