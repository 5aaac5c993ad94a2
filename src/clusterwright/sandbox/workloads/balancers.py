"""The load balancer of a Service, as the in-tree provider and the AWS Load Balancer Controller make them.

The two tag what they make in ways of their own, and whoever cleans up has to know both.
https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
https://docs.aws.amazon.com/eks/latest/userguide/alb-ingress.html
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from moto.ec2.models import ec2_backends
from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends

from clusterwright.sandbox.eks.records import Cluster

IN_TREE, CONTROLLER = "in-tree", "load-balancer-controller"
KINDS = {IN_TREE: ("classic", "network"), CONTROLLER: ("network", "application")}
_PUBLIC = "kubernetes.io/role/elb"
_PORT = 80
_NODE_PORT = 31080

Tags = dict[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    account: str
    region: str
    cluster: Cluster
    controller: str
    kind: str
    namespace: str
    name: str

    @property
    def service(self) -> str:
        return f"{self.namespace}/{self.name}"

    def digest(self, what: str) -> str:
        """In-tree names come from the Service's uid, those of the controller from all it is about."""
        about = f"{self.account}/{self.region}/{self.cluster.name}/{self.service}/{what}"
        return hashlib.sha256(about.encode()).hexdigest()

    def tags(self, resource: str) -> Tags:
        if self.controller == IN_TREE:
            return {"kubernetes.io/service-name": self.service, **self.owned}
        prefix = "ingress" if self.kind == "application" else "service"
        return {
            **self.owned,
            f"{prefix}.k8s.aws/stack": self.service,
            f"{prefix}.k8s.aws/resource": resource,
        }

    @property
    def owned(self) -> Tags:
        if self.controller == IN_TREE:
            return {f"kubernetes.io/cluster/{self.cluster.name}": "owned"}
        return {"elbv2.k8s.aws/cluster": self.cluster.name}

    @property
    def short_name(self) -> str:
        if self.controller == IN_TREE:
            return "a" + self.digest("balancer")[:31]
        return f"k8s-{self.namespace[:8]}-{self.name[:8]}-{self.digest('balancer')[:10]}"


def make(wanted: Wanted) -> dict[str, Any]:
    """What was made: the load balancer's name or ARN, its target groups and its security groups."""
    groups = _groups(wanted)
    if wanted.kind == "classic":
        return {"loadBalancer": _classic(wanted, groups), "targetGroups": [], "securityGroups": groups}
    arn, target = _modern(wanted, groups[:1] if wanted.controller == IN_TREE else groups)
    return {"loadBalancer": arn, "targetGroups": [target], "securityGroups": groups}


def _groups(wanted: Wanted) -> list[str]:
    """In-tree network load balancers have none; the controller has one of its own and one shared by all."""
    if wanted.controller == IN_TREE:
        if wanted.kind == "network":
            return []
        name = f"k8s-elb-{wanted.short_name}"
        about = f"Security group for Kubernetes ELB {wanted.short_name} ({wanted.service})"
        group = _group(wanted, name, about, wanted.owned)
        _let_in(wanted, group)
        return [group]
    own = _group(
        wanted,
        f"k8s-{wanted.namespace[:8]}-{wanted.name[:8]}-{wanted.digest('group')[:10]}",
        "[k8s] Managed SecurityGroup for LoadBalancer",
        wanted.tags("ManagedLBSecurityGroup"),
    )
    cluster = wanted.cluster.name
    shared = f"k8s-traffic-{cluster[:8]}-{hashlib.sha256(cluster.encode()).hexdigest()[:10]}"
    about = "[k8s] Shared Backend SecurityGroup for LoadBalancer"
    backend = _group(wanted, shared, about, {**wanted.owned, "elbv2.k8s.aws/resource": "backend-sg"})
    _let_in(wanted, backend)
    return [own, backend]


def _group(wanted: Wanted, name: str, description: str, tags: Tags) -> str:
    ec2 = _ec2(wanted)
    vpc = wanted.cluster.wire["resourcesVpcConfig"]["vpcId"]
    known = ec2.get_security_group_from_name(name, vpc_id=vpc)
    return str((known or ec2.create_security_group(name, description, vpc_id=vpc, tags=tags)).id)


def _let_in(wanted: Wanted, group: str) -> None:
    """The nodes' group names the load balancer's, which keeps this from being deleted first."""
    nodes = wanted.cluster.wire["resourcesVpcConfig"]["clusterSecurityGroupId"]
    rules = _ec2(wanted).get_security_group_from_id(nodes).ingress_rules
    if not any(rule.source_group.get("GroupId") == group for rule in rules):
        _ec2(wanted).authorize_security_group_ingress(
            nodes, "-1", None, None, [], source_groups=[{"GroupId": group}]
        )


def _classic(wanted: Wanted, groups: list[str]) -> str:
    balancers: Any = elb_backends[wanted.account][wanted.region]
    listener = {"Protocol": "tcp", "LoadBalancerPort": _PORT, "InstancePort": _NODE_PORT}
    made = balancers.create_load_balancer(
        wanted.short_name, [], [listener], subnets=_subnets(wanted), security_groups=groups
    )
    made.tags.update(wanted.tags("LoadBalancer"))
    return str(made.name)


def _modern(wanted: Wanted, groups: list[str]) -> tuple[str, str]:
    balancers: Any = elbv2_backends[wanted.account][wanted.region]
    made = balancers.create_load_balancer(
        wanted.short_name,
        groups,
        _subnets(wanted),
        loadbalancer_type=wanted.kind,
        tags=_listed(wanted.tags("LoadBalancer")),
    )
    protocol = "TCP" if wanted.kind == "network" else "HTTP"
    target = balancers.create_target_group(
        f"k8s-{wanted.namespace[:8]}-{wanted.name[:8]}-{wanted.digest('targets')[:10]}",
        vpc_id=wanted.cluster.wire["resourcesVpcConfig"]["vpcId"],
        protocol=protocol,
        port=str(_NODE_PORT),
        target_type="instance",
        tags=_listed(wanted.tags(f"{wanted.service}:{_PORT}")),
    )
    forward = [{"Type": "forward", "TargetGroupArn": target.arn}]
    balancers.create_listener(made.arn, protocol, str(_PORT), "", None, forward)
    return str(made.arn), str(target.arn)


def _subnets(wanted: Wanted) -> list[str]:
    """One for each zone, of those that are tagged for public load balancers if there are such."""
    ec2 = _ec2(wanted)
    vpc = wanted.cluster.wire["resourcesVpcConfig"]["vpcId"]
    every = [one for zone in ec2.subnets.values() for one in zone.values() if one.vpc_id == vpc]
    tagged = [one for one in every if _PUBLIC in ec2.tags.get(one.id, {})]
    by_zone = {one.availability_zone: one.id for one in reversed(tagged or every)}
    return [by_zone[zone] for zone in sorted(by_zone)]


def _ec2(wanted: Wanted) -> Any:
    return ec2_backends[wanted.account][wanted.region]


def _listed(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
