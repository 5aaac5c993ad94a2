"""All that exists in any account and region, save what AWS itself supplies: is anything left?"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from moto.autoscaling.models import autoscaling_backends
from moto.elb.models import elb_backends
from moto.elbv2.models import elbv2_backends
from moto.iam.models import iam_backends
from moto.logs.models import logs_backends

from clusterwright.sandbox.accounts import ADMINISTRATOR
from clusterwright.sandbox.books import ec2_objects
from clusterwright.sandbox.books.existing import Existing, listed
from clusterwright.sandbox.cloudformation.api import Cloudformation
from clusterwright.sandbox.cloudformation.records import Stack
from clusterwright.sandbox.eks.api import Eks
from clusterwright.sandbox.eks.records import Region
from clusterwright.sandbox.eks.tags import tagged

_GLOBAL = "global"
_EKS_KINDS = {
    "cluster": ("cluster", "name"),
    "nodegroups": ("nodegroup", "nodegroupName"),
    "fargate": ("fargate-profile", "fargateProfileName"),
    "addons": ("addon", "addonName"),
    "access": ("access-entry", "principalArn"),
    "pods": ("pod-identity-association", "associationId"),
    "identity": ("identity-provider-config", "identityProviderConfigName"),
    "capabilities": ("capability", "capabilityName"),
}


def everything(eks: Eks, cloudformation: Cloudformation) -> list[dict[str, Any]]:
    found = [
        *ec2_objects.all_regions(),
        *_scaling(),
        *_load_balancers(),
        *_iam(),
        *_logs(),
        *(one for region in eks.regions() for one in _eks(region)),
        *(_stack(one) for one in cloudformation.existing()),
    ]
    return [asdict(one) for one in found]


def _each(registry: Any) -> Iterator[tuple[str, str, Any]]:
    """Account, region and backend of whatever moto has been asked for; listing must not make new ones."""
    for account in list(dict.keys(registry)):
        regions = dict.__getitem__(registry, account)
        for region in list(dict.keys(regions)):
            yield account, region, dict.__getitem__(regions, region)


def _scaling() -> Iterator[Existing]:
    for account, region, backend in _each(autoscaling_backends):
        for group in backend.autoscaling_groups.values():
            tags = {tag["Key"]: tag["Value"] for tag in group.tags}
            yield Existing(
                "autoscaling", "auto-scaling-group", group.arn, account, region, group.name, "active", tags
            )
        for name, one in backend.launch_configurations.items():
            yield Existing("autoscaling", "launch-configuration", one.arn, account, region, name)


def _load_balancers() -> Iterator[Existing]:
    for account, region, backend in _each(elbv2_backends):
        for arn, one in backend.load_balancers.items():
            tags = backend.tagging_service.get_tag_dict_for_resource(arn)
            yield Existing(
                "elasticloadbalancing", "load-balancer", arn, account, region, one.name, one.state, tags
            )
        for arn, one in backend.target_groups.items():
            tags = backend.tagging_service.get_tag_dict_for_resource(arn)
            yield Existing(
                "elasticloadbalancing", "target-group", arn, account, region, one.name, "active", tags
            )
    for account, region, backend in _each(elb_backends):
        for name, one in backend.load_balancers.items():
            tags = dict(one.tags)
            yield Existing(
                "elasticloadbalancing", "classic-load-balancer", name, account, region, name, "active", tags
            )


def _iam() -> Iterator[Existing]:
    for account, _, iam in _each(iam_backends):
        yield from _roles(account, iam)
        for name, one in iam.instance_profiles.items():
            yield Existing(
                "iam", "instance-profile", one.arn, account, _GLOBAL, one.name or name, tags=listed(one.tags)
            )
        for arn, one in iam.open_id_providers.items():
            yield Existing("iam", "oidc-provider", arn, account, _GLOBAL, one.url, tags=listed(one.tags))
        for name, one in iam.users.items():
            if name != ADMINISTRATOR:
                tags = iam.tagger.get_tag_dict_for_resource(one.arn)
                yield Existing("iam", "user", one.arn, account, _GLOBAL, name, tags=tags)
        for arn, one in iam.managed_policies.items():
            if ":iam::aws:" not in arn:
                yield Existing("iam", "policy", arn, account, _GLOBAL, one.name, tags=listed(one.tags))


def _roles(account: str, iam: Any) -> Iterator[Existing]:
    for role in iam.roles.values():
        if not role.path.startswith("/aws-service-role/"):
            yield Existing("iam", "role", role.arn, account, _GLOBAL, role.name, tags=listed(role.tags))


def _logs() -> Iterator[Existing]:
    for account, region, backend in _each(logs_backends):
        for name, group in backend.groups.items():
            tags = backend.list_tags_for_resource(group.arn)
            yield Existing("logs", "log-group", group.arn, account, region, name, "active", tags)


def _eks(region: Region) -> Iterator[Existing]:
    for kind, arn, wire in tagged(region):
        label, name = _EKS_KINDS[kind]
        yield Existing(
            "eks",
            label,
            arn,
            region.account,
            region.name,
            wire[name],
            wire.get("status", "ACTIVE"),
            wire["tags"],
        )


def _stack(one: Stack) -> Existing:
    tags = dict(one.goal.tags)
    return Existing("cloudformation", "stack", one.id, one.account, one.region, one.name, one.status, tags)
