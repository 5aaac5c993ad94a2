"""Roles and who may assume them. A role exists only where something of the cluster assumes it.

docs.aws.amazon.com/eks/latest/userguide/security-iam.html
"""

from __future__ import annotations

from collections.abc import Iterator

from clusterwright.aws.kinds.iam_role import IamRole, ServiceTrust, WorkloadTrust
from clusterwright.aws.kinds.oidc_provider import OidcProvider
from clusterwright.blueprint import refs
from clusterwright.blueprint.names import role_name
from clusterwright.blueprint.site import Site
from clusterwright.blueprint.stack import Part
from clusterwright.graph.resource import Resource
from clusterwright.packs.builtin import ServiceAccount

# Session Manager opens a shell on a node without a key, a bastion or an open port.
NODE_POLICIES = (
    "AmazonEKSWorkerNodePolicy",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonSSMManagedInstanceCore",
)


def resources(site: Site) -> Iterator[Resource]:
    """The OIDC provider is always there: workloads of users rely on it whatever the layers are."""
    yield role(site, "cluster", ServiceTrust("eks.amazonaws.com"), ("AmazonEKSClusterPolicy",))
    if site.spec.node_pools:
        yield role(site, "node", ServiceTrust(ec2_principal(site)), NODE_POLICIES + site.stack.node_policies)
    if site.spec.fargate_profiles:
        yield role(site, "fargate", fargate_trust(site), ("AmazonEKSFargatePodExecutionRolePolicy",))
    yield OidcProvider(name=refs.OIDC.name, issuer=refs.ISSUER, tags=site.tags())
    for part in site.stack.parts:
        if part.addon.account:
            yield workload_role(site, part, part.addon.account)


def role(site: Site, purpose: str, trust: ServiceTrust, policies: tuple[str, ...]) -> IamRole:
    return IamRole(
        name=purpose,
        role_name=role_name(site.name, purpose, site.facts.uid),
        trust=trust,
        policies=tuple(sorted(map(site.aws_policy, policies))),
        tags=site.tags(),
    )


def workload_role(site: Site, part: Part, account: ServiceAccount) -> IamRole:
    return IamRole(
        name=refs.workload_role(part.pack).name,
        role_name=role_name(site.name, part.pack, site.facts.uid),
        trust=WorkloadTrust(refs.OIDC, refs.ISSUER, account.namespace, account.name),
        policies=(site.aws_policy(account.policy),),
        tags=site.tags(),
    )


def ec2_principal(site: Site) -> str:
    return "ec2.amazonaws.com.cn" if site.facts.partition == "aws-cn" else "ec2.amazonaws.com"


def fargate_trust(site: Site) -> ServiceTrust:
    """Only for profiles of this cluster: another account's could use the role otherwise."""
    where = f"{site.facts.partition}:eks:{site.spec.region}:{site.facts.account}"
    return ServiceTrust("eks-fargate-pods.amazonaws.com", f"arn:{where}:fargateprofile/{site.name}/*")
